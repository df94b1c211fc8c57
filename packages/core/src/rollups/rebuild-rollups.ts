// Builds hours and days again, after somebody has changed the ledger by hand.

import type pg from 'pg';
import { EverytickError } from '../domain/error.ts';
import { buildHour, dayOf, LAST_TARGET_ID, lastOfBatch, rebuildDay, type TargetRange } from './build-rollups.ts';
import { inRollupTransaction, type RollupTransactionOptions } from './rollup-transaction.ts';
import { readRollupsStatus } from './rollups-status.ts';

export interface RebuildOptions extends RollupTransactionOptions {
  /** Rounded down to its hour. */
  readonly from: Date;
  /** Rounded up to an hour, and no later than what has been built. */
  readonly to: Date;
  /** Default: all of them, deleted ones included. */
  readonly targetIds?: readonly number[] | undefined;
  readonly onProgress?: ((progress: { readonly hoursDone: number; readonly hours: number }) => void) | undefined;
}

export interface RebuiltRollups {
  readonly from: Date;
  readonly to: Date;
  /** Rows. */
  readonly hours: number;
  readonly days: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Throws `usage`, and changes nothing, where the ledger does not have all of the period any more, or nothing of it is built yet.
 * Each batch is a transaction of its own: where it is stopped, what is done is done.
 */
export async function rebuildRollups(pool: pg.Pool, options: RebuildOptions): Promise<RebuiltRollups> {
  const { hoursUntil, daysUntil, rawSince } = await readRollupsStatus(pool);
  const from = new Date(Math.floor(options.from.getTime() / HOUR_MS) * HOUR_MS);
  const to = new Date(Math.min(Math.ceil(options.to.getTime() / HOUR_MS) * HOUR_MS, hoursUntil?.getTime() ?? 0));
  if (rawSince === null || from < rawSince) {
    const there = rawSince === null ? 'has no day at all' : `is whole from ${rawSince.toISOString()} on`;
    throw new EverytickError(
      'usage',
      `rollups from ${from.toISOString()} on cannot be built again: the ledger ${there}; nothing was changed`,
    );
  }
  if (from >= to) {
    const until = hoursUntil === null ? 'none is built yet' : `they are built until ${hoursUntil.toISOString()}`;
    throw new EverytickError(
      'usage',
      `there are no rollups from ${from.toISOString()} on to build again: ${until}; nothing was changed`,
    );
  }
  const ids = options.targetIds === undefined ? null : [...options.targetIds].sort((a, b) => a - b);
  const hours = (to.getTime() - from.getTime()) / HOUR_MS;
  const rebuilt = { hours: 0, days: 0 };
  for (let done = 0; done < hours; done++) {
    options.onProgress?.({ hoursDone: done, hours });
    const hour = new Date(from.getTime() + done * HOUR_MS);
    rebuilt.hours += await inBatches(pool, options, ids, (client, range) =>
      buildHour(client, hour, range, ids, 'rebuild'),
    );
    const dayEnds = (hour.getTime() + HOUR_MS) % DAY_MS === 0;
    const day = dayOf(hour);
    if ((dayEnds || done === hours - 1) && daysUntil !== null && day < daysUntil) {
      rebuilt.days += await inBatches(pool, options, ids, (client, range) => rebuildDay(client, day, range, ids));
    }
  }
  options.onProgress?.({ hoursDone: hours, hours });
  return { from, to, ...rebuilt };
}

/** Resolves with the sum of what the work resolves with. */
async function inBatches(
  pool: pg.Pool,
  options: RollupTransactionOptions,
  ids: readonly number[] | null,
  work: (client: pg.ClientBase, range: TargetRange) => Promise<number>,
): Promise<number> {
  let sum = 0;
  for (let after = (ids?.[0] ?? 1) - 1, last = 0; last < (ids?.at(-1) ?? LAST_TARGET_ID); after = last) {
    sum += await inRollupTransaction(pool, options, async (client) => {
      last = ids === null ? await lastOfBatch(client, after) : (ids.at(-1) ?? 0);
      return work(client, { from: after + 1, to: last });
    });
  }
  return sum;
}
