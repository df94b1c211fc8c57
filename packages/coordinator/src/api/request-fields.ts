// Parameters of paths and queries: texts become what their schema asks for, and all that is wrong is told at once.

import { closestWord } from '@everytick/core';
import { z } from 'zod';
import { type ProblemError, RequestProblem } from './problem.ts';

export type Fields = Readonly<Record<string, z.ZodType>>;
export type FieldsOf<Shape extends Fields> = { readonly [Key in keyof Shape]: z.output<Shape[Key]> };

const longestShown = 80;

/** Throws `request_invalid`. */
export function readFields<Shape extends Fields>(shape: Shape, given: unknown): FieldsOf<Shape> {
  const errors: ProblemError[] = [];
  const read: Record<string, unknown> = {};
  const known = Object.keys(shape);
  const texts = new Map(Object.entries((given ?? {}) as Readonly<Record<string, string | readonly string[]>>));
  for (const name of texts.keys()) {
    if (!known.includes(name)) errors.push({ parameter: name, detail: unknownParameter(name, known) });
  }
  for (const [name, schema] of Object.entries(shape)) {
    const value = valueFor(schema, texts.get(name));
    const parsed = schema.safeParse(value);
    if (parsed.success) {
      if (parsed.data !== undefined) read[name] = parsed.data;
      continue;
    }
    errors.push(...parsed.error.issues.map(({ message }) => ({ parameter: name, detail: message })));
  }
  if (errors.length === 0) return read as FieldsOf<Shape>;
  const detail = errors.map((error) => `${shown(error.parameter)}: ${error.detail}`).join('\n');
  throw new RequestProblem(400, 'request_invalid', detail, { errors });
}

function unknownParameter(name: string, known: readonly string[]): string {
  const meant = closestWord(name.slice(0, longestShown), known);
  const allowed = known.length === 0 ? 'none is allowed here' : `allowed are ${known.join(', ')}`;
  return `is no parameter${meant === null ? '' : `; did you mean '${meant}'?`}; ${allowed}`;
}

/** As the schema's type says; what does not look like it is left to the schema to refuse. */
function valueFor(schema: z.ZodType, given: string | readonly string[] | undefined): unknown {
  if (given === undefined) return undefined;
  const type = innermost(schema);
  if (type instanceof z.ZodArray) return Array.isArray(given) ? given : [given];
  if (Array.isArray(given)) return given;
  if (type instanceof z.ZodNumber && /^(0|[1-9]\d{0,14})$/.test(given as string)) return Number(given);
  if (type instanceof z.ZodBoolean && (given === 'true' || given === 'false')) return given === 'true';
  return given;
}

function innermost(schema: z.ZodType): z.ZodType {
  const { innerType } = schema.def as { readonly innerType?: z.ZodType };
  return innerType === undefined ? schema : innermost(innerType);
}

function shown(text = ''): string {
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
}

const given = (input: unknown) =>
  Array.isArray(input) ? 'is given more than once' : `'${shown(String(input))}' is not allowed`;
const allowing = (allowed: string) => ({
  error: ({ input }: { readonly input?: unknown }) => `${given(input)}; it has to be ${allowed}`,
});

const plain = (text: string) => !/\p{Cc}/u.test(text) && text.isWellFormed();

/** One line of text. */
export const textField = (description: string, most = 300) => {
  const allowed = allowing(`a text of at most ${most} characters`);
  return z.string(allowed).max(most, allowed).refine(plain, allowed).optional().meta({ description });
};
export const countField = (description: string, most: number, initial: number) => {
  const allowed = allowing(`a whole number from 1 to ${most}`);
  return z.int(allowed).min(1, allowed).max(most, allowed).default(initial).meta({ description });
};
export const flagField = (description: string) => z.boolean(allowing('true or false')).optional().meta({ description });
export const momentField = (description: string) => {
  const allowed = allowing('a moment such as 2026-03-01T22:00:00Z, from the year 1970 to 2999');
  return z.iso
    .datetime({ offset: true, ...allowed })
    .refine((text) => /^(19[7-9]|2)/.test(text), allowed)
    .optional()
    .meta({ description, format: 'date-time' });
};
export const wordsField = <const Word extends string>(words: readonly [Word, ...Word[]], description: string) =>
  z
    .array(z.enum(words, allowing(`one of ${words.join(', ')}`)), allowing(`one of ${words.join(', ')}`))
    .max(words.length * 2)
    .optional()
    .meta({ description: `${description}; may be repeated` });
export const textsField = (description: string, most = 100) =>
  z
    .array(z.string().max(300, allowing('at most 300 characters')).refine(plain, allowing('one line of text')))
    .max(most, allowing(`at most ${most}`))
    .optional()
    .meta({ description: `${description}; may be repeated` });
export const cursorField = z.string(allowing('next_cursor of the page before')).max(2_000).optional().meta({
  description: 'next_cursor of the page before',
});
