// What clients send for a target: the same fields as in a targets file.

import { targetJsonSchema } from '@everytick/core';
import { z } from 'zod';

/** What it says is read by `parseTargetSpec`; this stands for `targetJsonSchema` in the OpenAPI document. */
export const targetDocumentSchema = z.looseObject({ url: z.string() }).meta({ id: 'TargetDocument' });

/** The same, as a member of a set. */
export const declaredTargetSchema = z.looseObject({ url: z.string() }).meta({ id: 'DeclaredTarget' });

/** Schemas of the OpenAPI document that are not made of zod's where they are used. */
export const writtenSchemas: Readonly<Record<string, () => Readonly<Record<string, unknown>>>> = {
  TargetDocument: targetJsonSchema,
  DeclaredTarget: () => {
    const { properties, ...schema } = targetJsonSchema();
    const paused = { type: 'boolean', description: 'Whether it is kept paused; left to people, unless given.' };
    return { ...schema, properties: { ...(properties as object), paused } };
  },
};

export const targetPatchSchema = z
  .looseObject({})
  .meta({ id: 'TargetPatch', description: 'a JSON merge patch (RFC 7396) of a TargetDocument; null takes away' });
