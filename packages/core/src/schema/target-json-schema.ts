// The JSON Schema (draft 2020-12) of a target as users write it, made of the zod schema that checks targets. It allows all
// that the zod schema allows; what depends on several fields, and whether patterns compile, it leaves to that.

import { z } from 'zod';
import { fieldForms, type JsonSchema } from '../targets/described.ts';
import { targetSpecSchemaWith } from '../targets/target-spec.ts';
import { namedForms } from '../targets/written-forms.ts';
import { rewritten, without } from './json-schema-walk.ts';

export const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** One target. What it refers to stands in its `$defs`, by names that go with those of an API as well. */
export function targetJsonSchema(): JsonSchema {
  return { $schema: dialect, ...published({ ...annotatedTarget(), $defs: namedForms }) };
}

/** With what only the reference page needs: `x-allowed` and `x-otherwise`, in words. */
export function annotatedTarget(): JsonSchema {
  const rules = { compilePattern: () => undefined };
  const { $schema: _, ...target } = z.toJSONSchema(targetSpecSchemaWith(rules), {
    io: 'input',
    unrepresentable: 'any',
    // Descriptions are put on by the override, which sees them last.
    metadata: z.registry(),
    override: ({ zodSchema, jsonSchema }) => describe(zodSchema, jsonSchema as Record<string, unknown>),
  });
  return { ...(target as JsonSchema), description: 'A monitored URL and how to check it.' };
}

function describe(schema: z.core.$ZodType, json: Record<string, unknown>): void {
  const form = fieldForms.get(schema);
  if (form === undefined) return;
  const { written, alsoWritten, allowed, otherwise, ...annotations } = form;
  if (written !== undefined) {
    for (const keyword of Object.keys(json)) delete json[keyword];
    Object.assign(json, structuredClone(written));
  }
  Object.assign(json, alsoWritten, annotations);
  if (allowed !== undefined) json['x-allowed'] = allowed;
  if (otherwise !== undefined) json['x-otherwise'] = otherwise;
}

/** For programs: all that is said in words is in the descriptions. */
export function published(schema: JsonSchema): JsonSchema {
  return rewritten(schema, (each) => {
    const { 'x-allowed': allowed, 'x-otherwise': otherwise, description } = each;
    const words = [
      description,
      allowed === undefined ? undefined : `Allowed: ${allowed}.`,
      otherwise === undefined ? undefined : `Default: ${otherwise}.`,
    ].filter((sentence) => sentence !== undefined);
    const others = without(each, 'description', 'x-allowed', 'x-otherwise');
    return words.length === 0 ? others : { description: words.join(' '), ...others };
  });
}
