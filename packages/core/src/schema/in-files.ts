// What configuration files allow beyond a target by itself: variables in values, and targets of which another part is said
// in a template, a group or the defaults.

import type { JsonSchema } from '../targets/described.ts';
import { rewritten, without } from './json-schema-walk.ts';

export const variable: JsonSchema = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: how variables are written.
  description: 'A text with a variable in it: ${NAME}, or ${NAME:-what else}. A ${ that is meant as it stands is $${.',
  type: 'string',
  pattern: '\\$\\{',
};
const reference = { $ref: '#/$defs/Variable' };

const annotations = ['description', 'title', 'default', 'examples', 'x-allowed', 'x-otherwise'];

/** A target of which nothing has to be given here. */
export function inFiles(schema: JsonSchema): JsonSchema {
  return rewritten(schema, (each, { isProperty, inList }) => {
    const open = inList ? each : without(each, 'required', 'minProperties');
    const loose = withVariables(open);
    // Takes away what a template, a group or the defaults say. Lists are no such place: they are taken as a whole.
    return isProperty && !inList ? eitherOr(loose, { type: 'null' }) : loose;
  });
}

/** A schema that others refer to by its name. */
export function sharedInFiles(schema: JsonSchema): JsonSchema {
  return rewritten(schema, (each) => withVariables(each));
}

function withVariables(schema: JsonSchema): JsonSchema {
  const { type, enum: words, pattern, anyOf } = schema;
  if (Array.isArray(anyOf)) return { ...schema, anyOf: withOneReference(anyOf) };
  const isValue = type !== 'object' && type !== 'array' && [type, words, pattern].some((each) => each !== undefined);
  return isValue && !allowsAnyText(schema) ? eitherOr(schema, reference) : schema;
}

/** Of several ways to write a value each may be a variable: once is enough. */
function withOneReference(alternatives: readonly JsonSchema[]): readonly JsonSchema[] {
  const plain = alternatives.flatMap((each) =>
    Array.isArray(each['anyOf']) ? (each['anyOf'] as JsonSchema[]) : [each],
  );
  const others = plain.filter((each) => each !== reference);
  return others.length === plain.length ? alternatives : [...others, reference];
}

function allowsAnyText({ type, pattern, enum: words, const: only }: JsonSchema): boolean {
  const isText = type === 'string' || (Array.isArray(type) && type.includes('string'));
  return isText && words === undefined && only === undefined && (pattern === undefined || pattern === '\\S');
}

/** What is said about both stands outside. */
function eitherOr(schema: JsonSchema, other: JsonSchema): JsonSchema {
  const about = Object.entries(schema).filter(([keyword]) => annotations.includes(keyword));
  const alternative = without(schema, ...annotations);
  const alternatives =
    Object.keys(alternative).join() === 'anyOf' ? (alternative['anyOf'] as JsonSchema[]) : [alternative];
  return { ...Object.fromEntries(about), anyOf: [...alternatives, other] };
}
