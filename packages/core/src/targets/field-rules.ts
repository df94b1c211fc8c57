// What fields of users' documents are built of. Messages say what was given and what is allowed, and leave naming the field
// to the caller.

import { z } from 'zod';
import { alsoWritten, writtenAs } from './described.ts';
import { inAnyCase, someText } from './written-forms.ts';

/** Reports a problem and ends the field's transformation. */
export function reject(
  context: z.RefinementCtx,
  message: string,
  path: readonly PropertyKey[] = [],
  mentions: readonly string[] = [],
): never {
  report(context, message, path, mentions);
  return z.NEVER;
}

/**
 * Reports a problem, at a path inside the field; others may follow. `mentions`: the keys beside the last of the path, or
 * below it, that the message names, which users may know by other names.
 */
export function report(
  context: z.RefinementCtx,
  message: string,
  path: readonly PropertyKey[],
  mentions: readonly string[] = [],
): void {
  context.addIssue({ code: 'custom', message, path: [...path], params: { mentions } });
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
  const checked = z.string(wrongType(example)).transform((given, context) => {
    const trimmed = given.trim();
    if (trimmed === '') return reject(context, `is empty; it has to be ${example}`);
    const problem = textProblem(trimmed, longest);
    return problem === null ? trimmed : reject(context, problem);
  });
  return writtenAs(checked, someText(longest));
}

/** How users may write a word otherwise. */
export interface Spellings {
  /** From what was given, in small letters, to the word that it stands for. */
  readonly read: (given: string) => string;
  /** The same as a pattern, for JSON Schema, of which any letter may be a capital one. */
  readonly pattern: string;
}

/** One word of a list; numbers are taken as their text, for YAML's sake. */
export function choice<const Word extends string>(words: readonly Word[], spellings?: Spellings) {
  const allowed = words.join(', ');
  const written = spellings?.read ?? String;
  const chosen = z.union([z.string(), z.number()], wrongType(`one of ${allowed}`)).transform((given, context): Word => {
    const meant = written(String(given).trim().toLowerCase());
    return (
      words.find((word) => word === meant) ??
      reject(context, `'${shown(String(given))}' is unknown; allowed are ${allowed}`)
    );
  });
  const pattern = spellings?.pattern ?? words.join('|');
  const asNumbers = words.map(Number).filter((number) => !Number.isNaN(number));
  return writtenAs(chosen, {
    anyOf: [{ enum: [...words, ...asNumbers] }, { type: 'string', pattern: `^\\s*(${inAnyCase(pattern)})\\s*$` }],
  });
}

export function wholeNumber(least: number, most: number, unit: string) {
  const range = most === Number.MAX_SAFE_INTEGER ? '' : ` from ${least} to ${most}`;
  const allowed = `a whole number of ${unit}${range}`;
  const checked = z
    .number(wrongType(allowed))
    .refine((given) => Number.isInteger(given) && given >= least && given <= most, {
      error: ({ input }) => `${String(input)} is not allowed; it has to be ${allowed}`,
    });
  return writtenAs(checked, { type: 'integer', minimum: least, maximum: most });
}

export const truth = () => z.boolean(wrongType('true or false'));

export function listOf<Item extends z.ZodType>(item: Item, example: string) {
  const checked = z.array(item, wrongType(example)).refine((given) => given.length <= longestList, {
    error: ({ input }) => `has ${(input as unknown[]).length} entries; allowed are ${longestList}`,
  });
  return alsoWritten(checked, { maxItems: longestList });
}
