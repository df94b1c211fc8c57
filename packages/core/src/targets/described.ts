// What a field says of itself beside its rule: what it means, for people, and how it is written, for JSON Schema, where that
// does not follow from the rule. `schema/` makes the JSON Schema and the reference page of it.

import { z } from 'zod';

/** A JSON Schema (draft 2020-12), or a part of one. Its patterns have no flags and begin and end where they say so. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface Description {
  /** What it means: one sentence or a few, for editors, API clients and the reference page. */
  readonly description: string;
  /** What may be given, in words; what the JSON Schema says where it is absent. */
  readonly allowed?: string;
  /** What is so where it is not given: a value. */
  readonly default?: unknown;
  /** The same in words, where it is no single value. */
  readonly otherwise?: string;
  readonly examples?: readonly unknown[];
}

interface Form {
  /** In place of what follows from the zod schema. */
  readonly written?: JsonSchema;
  /** Beside what follows from it. */
  readonly alsoWritten?: JsonSchema;
}

/** Of our own, because zod's global one would give two fields of the same form the same name. */
export const fieldForms = z.registry<Partial<Description> & Form>();

export function described<Schema extends z.ZodType>(schema: Schema, description: Description): Schema {
  return add(schema, description);
}

/** Says how a value is written that zod knows as something to transform only. It has to allow all that the rule allows. */
export function writtenAs<Schema extends z.ZodType>(schema: Schema, written: JsonSchema): Schema {
  return add(schema, { written });
}

/** Adds what zod does not know, such as how many keys a mapping may have. */
export function alsoWritten<Schema extends z.ZodType>(schema: Schema, keywords: JsonSchema): Schema {
  return add(schema, { alsoWritten: keywords });
}

function add<Schema extends z.ZodType>(schema: Schema, more: Partial<Description> & Form): Schema {
  fieldForms.add(schema, { ...fieldForms.get(schema), ...more });
  return schema;
}
