// Going through a JSON Schema: every schema in it is made anew, those inside first.

import type { JsonSchema } from '../targets/described.ts';

type Rewrite = (schema: JsonSchema, place: SchemaPlace) => JsonSchema;

/** Where a schema stands in another one. */
export interface SchemaPlace {
  /** As what a key of a mapping holds. */
  readonly isProperty: boolean;
  /** Inside an entry of a list, at any depth. */
  readonly inList: boolean;
}

const ofNames = new Set(['properties', 'patternProperties', '$defs']);
const ofKeys = new Set(['properties', 'patternProperties', 'additionalProperties']);
const ofLists = new Set(['oneOf', 'anyOf', 'allOf']);
/** Not `propertyNames` and `not`, which say something about others. */
const ofOne = new Set(['items', 'additionalProperties']);

const root: SchemaPlace = { isProperty: false, inList: false };

export function rewritten(schema: JsonSchema, rewrite: Rewrite, place: SchemaPlace = root): JsonSchema {
  const inside = (each: unknown, keyword: string): unknown =>
    typeof each !== 'object' || each === null
      ? each
      : rewritten(each as JsonSchema, rewrite, {
          isProperty: ofKeys.has(keyword),
          inList: place.inList || keyword === 'items',
        });
  const entries = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
    if (ofOne.has(keyword)) return [keyword, inside(value, keyword)];
    if (ofLists.has(keyword)) return [keyword, (value as unknown[]).map((each) => inside(each, keyword))];
    if (!ofNames.has(keyword)) return [keyword, value];
    const named = Object.entries(value as object).map(([name, each]) => [name, inside(each, keyword)]);
    return [keyword, Object.fromEntries(named)];
  });
  return rewrite(Object.fromEntries(entries), place);
}

/** The schema without these keywords. */
export function without(schema: JsonSchema, ...keywords: string[]): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));
}
