// Builds hours and days again, after somebody has changed the ledger by hand.

import pg from 'pg';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';
import { buildHour, dayOf, LAST_TARGET_ID, lastOfBatch, rebuildDay, type TargetRange } from './build-rollups.ts';
import { inRollupTransaction, type RollupTransactionOptions } from './rollup-transaction.ts';
import { readRollupsStatus } from './rollups-status.ts';

const leftOutSql = loadSql('rollups-left-out');

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
  /** Hours of a target and location that were left as they are: a change waits to be followed, or ticks are still owed. */
  readonly leftOut: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Somebody else builds, or a schedule changed meanwhile. */
const AGAIN = ['55P03', '40001'];
/** Attempts at a batch; one that waits for somebody else takes three seconds (rollups-begin.sql). */
const ATTEMPTS = 40;

/**
 * Throws `usage`, and changes nothing, where the ledger does not have all of the period any more, or nothing of it is built yet.
 * Throws `rollups_busy` where others build for minutes. Each batch is a transaction of its own: where it is stopped, what is done is done.
 */
export async function rebuildRollups(pool: pg.Pool, options: RebuildOptions): Promise<RebuiltRollups> {
  const { hoursUntil, rebuildableSince } = await readRollupsStatus(pool);
  const from = new Date(Math.floor(options.from.getTime() / HOUR_MS) * HOUR_MS);
  const to = new Date(Math.min(Math.ceil(options.to.getTime() / HOUR_MS) * HOUR_MS, hoursUntil?.getTime() ?? 0));
  if (rebuildableSince === null || from < rebuildableSince) {
    const there =
      rebuildableSince === null
        ? 'has no day at all'
        : `has what they are built from for hours from ${rebuildableSince.toISOString()} on`;
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
  const rebuilt = { hours: 0, days: 0, leftOut: 0 };
  for (let done = 0; done < hours; done++) {
    options.onProgress?.({ hoursDone: done, hours });
    const hour = new Date(from.getTime() + done * HOUR_MS);
    for (const batch of await inBatches(pool, options, ids, (client, range) => rebuildHour(client, hour, range, ids))) {
      rebuilt.hours += batch.built;
      rebuilt.leftOut += batch.leftOut;
    }
    const dayEnd = (Math.floor(hour.getTime() / DAY_MS) + 1) * DAY_MS;
    const day = dayOf(hour);
    // Also where the leader has not come to it yet, or is at it: it leaves what is there.
    if ((hour.getTime() + HOUR_MS === dayEnd || done === hours - 1) && dayEnd <= (hoursUntil?.getTime() ?? 0)) {
      for (const built of await inBatches(pool, options, ids, (client, range) => rebuildDay(client, day, range, ids))) {
        rebuilt.days += built;
      }
    }
  }
  options.onProgress?.({ hoursDone: hours, hours });
  return { from, to, ...rebuilt };
}

async function rebuildHour(client: pg.ClientBase, hour: Date, range: TargetRange, ids: readonly number[] | null) {
  const built = await buildHour(client, hour, range, ids, 'rebuild');
  const { rows } = await client.query<{ pairs: number }>(leftOutSql, [hour, range.from, range.to, ids]);
  return { built, leftOut: rows[0]?.pairs ?? 0 };
}

/** Resolves with what the work resolved with, batch by batch. */
async function inBatches<Result>(
  pool: pg.Pool,
  options: RollupTransactionOptions,
  ids: readonly number[] | null,
  work: (client: pg.ClientBase, range: TargetRange) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let after = (ids?.[0] ?? 1) - 1, last = 0; last < (ids?.at(-1) ?? LAST_TARGET_ID); after = last) {
    const result = await again(() =>
      inRollupTransaction(pool, options, async (client) => {
        last = ids === null ? await lastOfBatch(client, after) : (ids.at(-1) ?? 0);
        return work(client, { from: after + 1, to: last });
      }),
    );
    results.push(result);
  }
  return results;
}

/** A batch of the leader takes a few seconds, and it begins the next one soon. */
async function again<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && AGAIN.includes(error.code ?? ''))) throw error;
      if (attempt === ATTEMPTS) {
        const message = 'others have been building rollups all the time; what was built again until now stays';
        throw new EverytickError('rollups_busy', message, { cause: error });
      }
    }
  }
}
