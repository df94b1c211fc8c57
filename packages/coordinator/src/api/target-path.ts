// The target that a request is about, by its id.

import { EverytickError, getTarget, type VersionedTarget } from '@everytick/core';
import { z } from 'zod';
import { type ApiContext, basePath } from './operation.ts';

const allowed = {
  error: ({ input }: { readonly input?: unknown }) =>
    ['has to be the id of a target, a whole number', ...(isName(input) ? [findIt(input)] : [])].join('; '),
};
const isName = (input: unknown): input is string => typeof input === 'string' && /[^\d.+-]/.test(input);
const findIt = (name: string) =>
  `GET ${basePath}/targets?name=${encodeURIComponent(name.toWellFormed())} finds it by its name`;

export const targetPath = {
  id: z
    .int(allowed)
    .positive(allowed)
    .meta({ description: 'the id of a target', examples: [7] }),
} as const;

/** Present or removed. Throws `target_not_found`. */
export async function storedTarget({ pool }: Pick<ApiContext, 'pool'>, id: number): Promise<VersionedTarget> {
  const target = await getTarget(pool, id);
  if (target === null) throw targetNotFound(id);
  return target;
}

/** Present ones have ids of this size; larger ones would not fit their column. */
export function presentId(id: number): number {
  if (id > 2 ** 31 - 1) throw targetNotFound(id);
  return id;
}

function targetNotFound(id: number): EverytickError {
  return new EverytickError('target_not_found', `there is no target '${id}'; nothing was changed`);
}
