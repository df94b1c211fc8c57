// Schemas of the OpenAPI document: what has a name stands in `components`, and is referred to from where it is used.

import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

export class ApiComponents {
  readonly schemas: Record<string, JsonSchema> = {};

  /**
   * A schema as a document sends it. `input`: an answer may have more fields one day, so nothing says that there are no
   * others.
   */
  of(schema: z.ZodType): JsonSchema {
    return this.add(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), schema.meta()?.id);
  }

  /** The JSON Schema of a whole document, with its definitions. */
  add(document: JsonSchema, name?: string): JsonSchema {
    const { $schema: _, $id: _1, id: _2, $defs = {}, ...root } = document;
    for (const [definition, schema] of Object.entries($defs as Readonly<Record<string, JsonSchema>>)) {
      const { id: _3, ...rest } = schema;
      this.schemas[definition] ??= moved(rest) as JsonSchema;
    }
    if (name === undefined) return moved(root) as JsonSchema;
    this.schemas[name] ??= moved(root) as JsonSchema;
    return { $ref: `#/components/schemas/${name}` };
  }
}

/** References into the document's own definitions lead to the components now. */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, inner.replace(/^#\/\$defs\//, '#/components/schemas/')]
        : [key, moved(inner)],
    ),
  );
}
