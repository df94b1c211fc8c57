// Mappings with known keys: a key that is none of them is told with the one that may have been meant.

import { z } from 'zod';
import { closestWord } from './closest-word.ts';
import { alsoWritten } from './described.ts';
import { keyIssue, reject, wrongType } from './field-rules.ts';

/** A mapping of these keys. `synonyms`: what people write who know other tools, and the key to use instead. */
export function mapping<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  example: string,
  synonyms: Readonly<Record<string, string>> = {},
) {
  const allowed = Object.keys(shape);
  const unknown = z.custom<never>(() => false, {
    error: ({ path }) => unknownField(String(path?.at(-1)), allowed, synonyms),
    params: keyIssue,
  });
  const open = z.object(shape, wrongType(example)).catchall(unknown);
  const object = alsoWritten(open, { additionalProperties: false });
  // The rest of the keys are refused, so that the type need not speak of them.
  return object as unknown as z.ZodObject<Shape, z.core.$strict>;
}

export function unknownField(
  given: string,
  allowed: readonly string[],
  synonyms: Readonly<Record<string, string>> = {},
): string {
  const lower = given.toLowerCase().replaceAll('-', '_');
  const synonym = Object.hasOwn(synonyms, lower) ? synonyms[lower] : undefined;
  const meant = synonym ?? closestWord(given.replaceAll('-', '_'), allowed);
  const suggestion = meant === null ? ';' : `; did you mean '${meant}'?`;
  return `unknown field '${given}'${suggestion} ${allowed.length === 1 ? 'allowed is' : 'allowed are'} ${allowed.join(', ')}`;
}

type OneOf<Given, Key extends keyof Given> = {
  [Each in Key]-?: { readonly [Only in Each]: Exclude<Given[Only], undefined> };
}[Key];

/** The one of these keys that is given. Reports a problem if it is none of them, or more. */
export function exactlyOne<Given extends object, Key extends keyof Given & string>(
  given: Given,
  keys: readonly Key[],
  context: z.RefinementCtx,
): OneOf<Given, Key> {
  const present = keys.filter((key) => given[key] !== undefined);
  const [only] = present;
  if (present.length === 1 && only !== undefined) return { [only]: given[only] } as OneOf<Given, Key>;
  const found = present.length === 0 ? 'has none of them' : `has ${present.join(' and ')}`;
  return reject(context, `${found}; exactly one is allowed of ${keys.join(', ')}`, [], keys);
}

/** Without keys whose value is undefined, an empty list or an empty mapping; undefined if nothing is left. */
export function withoutEmpty<Given extends object>(given: Given): Given | undefined {
  const kept = Object.entries(given).filter(([, value]) => !isEmpty(value));
  return kept.length === 0 ? undefined : (Object.fromEntries(kept) as Given);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}
