// What fields of users' documents are built of. Messages say what was given and what is allowed, and leave naming the field
// to the caller.

import { z } from 'zod';

/** Reports a problem and ends the field's transformation. */
export function reject(context: z.RefinementCtx, message: string, path: readonly PropertyKey[] = []): never {
  report(context, message, path);
  return z.NEVER;
}

/** Reports a problem, at a path inside the field; others may follow. */
export function report(context: z.RefinementCtx, message: string, path: readonly PropertyKey[]): void {
  context.addIssue({ code: 'custom', message, path: [...path] });
}

/** Marks the issues whose path ends with a wrong key, not with a wrong value. */
export const keyIssue = { key: true } as const;

/** The same for a key that should not be there. */
export function reportKey(context: z.RefinementCtx, message: string, key: string): void {
  context.addIssue({ code: 'custom', message, path: [key], params: keyIssue });
}

/** As zod's parameter: for what is not even of the right type. */
export function wrongType(allowed: string) {
  return { error: ({ input }: { readonly input?: unknown }) => wrongTypeSentence(input, allowed) };
}

export function wrongTypeSentence(input: unknown, allowed: string): string {
  return input === undefined ? `is missing; it has to be ${allowed}` : `is ${kindOf(input)}; it has to be ${allowed}`;
}

export function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : `the ${typeof value} ${shown(String(value))}`;
}

/** A text of the user, short enough for a message. */
export function shown(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}

export const longestText = 4096;
export const longestList = 20;

/** What no text may be: too long, or such that PostgreSQL cannot store it. Null if it is neither. */
export function textProblem(text: string, longest = longestText): string | null {
  if (text.length > longest) return `has ${text.length} characters; allowed are ${longest}`;
  if (text.includes('\0') || !text.isWellFormed()) return 'contains NUL or half a character; allowed is text';
  return null;
}

/** A text that is not empty, without white space around it. */
export function text(example: string, longest = longestText) {
  return z.string(wrongType(example)).transform((given, context) => {
    const trimmed = given.trim();
    if (trimmed === '') return reject(context, `is empty; it has to be ${example}`);
    const problem = textProblem(trimmed, longest);
    return problem === null ? trimmed : reject(context, problem);
  });
}

/** One word of a list; numbers are taken as their text, for YAML's sake. */
export function choice<Word extends string>(words: readonly Word[], written: (given: string) => string = String) {
  const allowed = words.join(', ');
  return z.union([z.string(), z.number()], wrongType(`one of ${allowed}`)).transform((given, context): Word => {
    const meant = written(String(given).trim().toLowerCase());
    return (
      words.find((word) => word === meant) ??
      reject(context, `'${shown(String(given))}' is unknown; allowed are ${allowed}`)
    );
  });
}

export function wholeNumber(least: number, most: number, unit: string) {
  const range = most === Number.MAX_SAFE_INTEGER ? '' : ` from ${least} to ${most}`;
  const allowed = `a whole number of ${unit}${range}`;
  return z.number(wrongType(allowed)).refine((given) => Number.isInteger(given) && given >= least && given <= most, {
    error: ({ input }) => `${String(input)} is not allowed; it has to be ${allowed}`,
  });
}

export const truth = () => z.boolean(wrongType('true or false'));

export function listOf<Item extends z.ZodType>(item: Item, example: string) {
  return z.array(item, wrongType(example)).refine((given) => given.length <= longestList, {
    error: ({ input }) => `has ${(input as unknown[]).length} entries; allowed are ${longestList}`,
  });
}
