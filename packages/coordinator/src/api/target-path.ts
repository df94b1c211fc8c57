// The target that a request is about, by its id.

import { EverytickError, getTarget, type VersionedTarget } from '@everytick/core';
import { z } from 'zod';
import type { ApiContext } from './operation.ts';

const allowed = { error: () => 'has to be the id of a target, a whole number' };

export const targetPath = {
  id: z
    .int(allowed)
    .positive(allowed)
    .meta({ description: 'the id of a target', examples: [7] }),
} as const;

/** Present or removed. Throws `target_not_found`. */
export async function storedTarget({ pool }: ApiContext, id: number): Promise<VersionedTarget> {
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
