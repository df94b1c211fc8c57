// Which targets are meant, where only pages of targets can be asked for: the same order as targets-find.sql has. A name goes
// before an id, and a present target before removed ones, of which the latest counts.

import { EverytickError, type TargetResource } from '@everytick/core';
import { longestPage, type Operations } from './operations.ts';

export interface FoundTargets {
  /** No target twice. */
  readonly found: TargetResource[];
  /** What names none. */
  readonly unknown: string[];
}

type Wanted = 'present' | 'removed' | 'any';

export async function findTargets(
  operations: Pick<Operations, 'targetPage' | 'target'>,
  namesOrIds: readonly string[],
  wanted: Wanted,
): Promise<FoundTargets> {
  const found = new Map<number, TargetResource>();
  const unknown: string[] = [];
  for (const given of new Set(namesOrIds)) {
    const target = await findOne(operations, given, wanted);
    if (target === null) unknown.push(given);
    else found.set(target.id, target);
  }
  return { found: [...found.values()], unknown };
}

async function findOne(
  operations: Pick<Operations, 'targetPage' | 'target'>,
  given: string,
  wanted: Wanted,
): Promise<TargetResource | null> {
  if (wanted !== 'removed') {
    const { targets } = await operations.targetPage({ name: given }, { limit: 1 });
    if (targets[0] !== undefined) return targets[0];
  }
  const ofId = await byId(operations, given);
  if (wanted !== 'removed' && ofId !== null && ofId.deleted_at === null) return ofId;
  if (wanted === 'present') return null;
  const { targets } = await operations.targetPage({ name: given, deleted: true }, { limit: longestPage.targets });
  const removed = [...targets, ...(ofId === null || ofId.deleted_at === null ? [] : [ofId])];
  return removed.reduce<TargetResource | null>(
    (latest, each) => (latest === null || (each.deleted_at ?? '') > (latest.deleted_at ?? '') ? each : latest),
    null,
  );
}

async function byId(operations: Pick<Operations, 'target'>, given: string): Promise<TargetResource | null> {
  if (!/^[1-9]\d{0,9}$/.test(given) || Number(given) > 2 ** 31 - 1) return null;
  try {
    return await operations.target(Number(given));
  } catch (error) {
    if (error instanceof EverytickError && error.code === 'target_not_found') return null;
    throw error;
  }
}
