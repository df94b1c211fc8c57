// What a field allows and what it is by default, in words, from its JSON Schema.

import type { JsonSchema } from '../targets/described.ts';

const durations = linkTo('duration', 'durations');
const reference = linkTo('reference', 'references');

const formWords: Readonly<Record<string, string>> = {
  Duration: durations,
  Pattern: linkTo('regular expression', 'regular-expressions'),
  SecretReference: reference,
  SecretText: `text or ${reference}`,
};

export function linkTo(words: string, heading: string): string {
  return `[${words}](#${heading})`;
}

export function allowedOf(field: JsonSchema): string {
  const { 'x-allowed': allowed, $ref, anyOf, oneOf, const: only, type, properties, items } = field;
  const form = formWords[String($ref ?? '').replace(/^.*\//, '')];
  if (typeof allowed === 'string') return form === durations ? `${form}: ${allowed}` : withLink(allowed);
  if (form !== undefined) return form;
  if (only !== undefined) return `\`${only}\``;
  if (oneOf !== undefined) return `text or ${reference}`;
  if (Array.isArray(anyOf)) return wordsIn(anyOf);
  if (properties !== undefined) return 'a mapping';
  if (type === 'array')
    return `a list of ${(items as JsonSchema)['properties'] === undefined ? 'texts' : 'mappings'}${most(field)}`;
  return valueWords(field);
}

/** The first time that a text speaks of references. */
function withLink(allowed: string): string {
  return allowed.replace(/\breference\b/, reference);
}

function wordsIn(alternatives: readonly JsonSchema[]): string {
  const words = alternatives.flatMap((each) => (each['enum'] as unknown[] | undefined) ?? []);
  return words
    .filter((word) => typeof word === 'string')
    .map((word) => `\`${word}\``)
    .join(', ');
}

function valueWords({ type, minimum, maximum, maxLength }: JsonSchema): string {
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'integer') return `a whole number from ${minimum} to ${maximum}`;
  if (type === 'number') return 'a number';
  if (type === 'object') return 'names and values';
  const texts =
    maxLength === undefined ? 'a text' : `a text of at most ${Number(maxLength).toLocaleString('en')} characters`;
  return Array.isArray(type) ? 'a text, a number, `true`, `false` or `null`' : texts;
}

const most = ({ maxItems }: JsonSchema): string => (maxItems === undefined ? '' : `, at most ${maxItems}`);

export function defaultOf({ default: value, 'x-otherwise': otherwise }: JsonSchema): string {
  if (typeof otherwise === 'string') return otherwise;
  if (value === undefined) return '';
  return `\`${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}\``;
}
