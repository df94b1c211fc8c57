// Builds rollups, a batch at a time: README.md beside this file.
//
// An hour goes by targets, so that no transaction is long. What was done is noted in the same transaction: whoever goes on, after a
// crash or as the next leader, goes on from there.

import type pg from 'pg';
import { loadSql } from '../database/sql.ts';
import { inRollupTransaction, type RollupTransactionOptions } from './rollup-transaction.ts';

const progressSql = loadSql('rollups-progress');
const startSql = loadSql('rollups-start');
const batchSql = loadSql('rollups-batch');
const partitionsSql = loadSql('rollups-partitions');
const hourSql = loadSql('rollups-hour');
const hourClearSql = loadSql('rollups-hour-clear');
const hourDoneSql = loadSql('rollups-hour-done');
const daySql = loadSql('rollups-day');
const dayClearSql = loadSql('rollups-day-clear');
const dayDoneSql = loadSql('rollups-day-done');
const owedNextSql = loadSql('rollups-owed-next');
const owedDoneSql = loadSql('rollups-owed-done');

/** Rows of the ledger in one transaction, about: two to six seconds. */
const TICKS_OF_A_BATCH = 2_000_000;
/** Of a day from its hours: 24 rows each. In the unit of the batch statement, ticks an hour: targets of a minute each. */
const TICKS_OF_A_BATCH_OF_DAYS = 5_000 * 61;
/** Pairs that were behind, in one transaction. */
const OWED_AT_ONCE = 2_000;
export const LAST_TARGET_ID = 2 ** 31 - 1;

interface Progress {
  readonly hours_until: Date | null;
  readonly hour_target_id: number;
  readonly days_until: string | null;
  readonly day_target_id: number;
  readonly hour_is_over: boolean | null;
  readonly day_is_over: boolean | null;
}

export interface BuildOptions extends RollupTransactionOptions {
  readonly ticksOfABatch?: number | undefined;
  /** Makes all batches so many times smaller, down to one target. */
  readonly dividedBy?: number | undefined;
}

/** What one round of building did. */
export interface BuiltRollups {
  /** Rows of hours and of days. */
  readonly hours: number;
  readonly days: number;
  /** Whether there is nothing left to do for now. */
  readonly done: boolean;
}

/** A batch of the next hour, one of those that have caught up, and one of the next day, each in a transaction of its own. */
export async function buildRollups(pool: pg.Pool, options: BuildOptions): Promise<BuiltRollups> {
  const { ticksOfABatch = TICKS_OF_A_BATCH, dividedBy = 1 } = options;
  const part = (size: number) => Math.max(1, Math.floor(size / dividedBy));
  const hour = await inRollupTransaction(pool, options, (client) => sweepHour(client, part(ticksOfABatch)));
  const owed = await inRollupTransaction(pool, options, (client) => buildOwed(client, part(OWED_AT_ONCE)));
  const day = await inRollupTransaction(pool, options, (client) => sweepDay(client, part(TICKS_OF_A_BATCH_OF_DAYS)));
  return {
    hours: (hour ?? 0) + (owed?.hours ?? 0),
    days: (owed?.days ?? 0) + (day ?? 0),
    done: hour === null && owed === null && day === null,
  };
}

/** Rows that were built; null where no hour waits for it. */
async function sweepHour(client: pg.ClientBase, ticksOfABatch: number): Promise<number | null> {
  let progress = await progressOf(client);
  if (progress.hours_until === null) {
    await client.query(startSql);
    progress = await progressOf(client);
  }
  const { hours_until: hour, hour_target_id: after, hour_is_over } = progress;
  if (hour === null || !hour_is_over) return null;
  const last = await lastOfBatch(client, after, ticksOfABatch);
  const built = await buildHour(client, hour, { from: after + 1, to: last }, null, 'sweep');
  await client.query(hourDoneSql, [last === LAST_TARGET_ID ? null : last]);
  return built;
}

/** Builds the hour of those that were behind and have caught up, and their day where that was its last hour. */
async function buildOwed(client: pg.ClientBase, pairs: number): Promise<{ hours: number; days: number } | null> {
  const { rows } = await client.query<{ hour: Date; target_ids: number[] }>(owedNextSql, [pairs]);
  const [owed] = rows;
  if (owed === undefined) return null;
  const { hour, target_ids: ids } = owed;
  const range = { from: ids[0] ?? 0, to: ids.at(-1) ?? 0 };
  const hours = await buildHour(client, hour, range, ids, 'owed');
  await client.query(owedDoneSql, [hour, ids]);
  const days = hour.getUTCHours() === 23 ? await rebuildDay(client, dayOf(hour), range, ids) : 0;
  return { hours, days };
}

async function sweepDay(client: pg.ClientBase, ticksOfABatch: number): Promise<number | null> {
  const { days_until: day, day_target_id: after, day_is_over } = await progressOf(client);
  if (day === null || !day_is_over) return null;
  await client.query(partitionsSql, [day]);
  const last = await lastOfBatch(client, after, ticksOfABatch);
  const { rows } = await client.query<{ built: number }>(daySql, [day, after + 1, last, null]);
  await client.query(dayDoneSql, [last === LAST_TARGET_ID ? null : last]);
  return rows[0]?.built ?? 0;
}

export interface TargetRange {
  readonly from: number;
  readonly to: number;
}

/** Resolves with how many rows were built. */
export async function buildHour(
  client: pg.ClientBase,
  hour: Date,
  { from, to }: TargetRange,
  targetIds: readonly number[] | null,
  why: 'sweep' | 'owed' | 'rebuild',
): Promise<number> {
  await client.query(partitionsSql, [dayOf(hour)]);
  const values = [hour, from, to, targetIds, why];
  if (why !== 'sweep') await client.query(hourClearSql, values);
  const { rows } = await client.query<{ built: number }>(hourSql, values);
  return rows[0]?.built ?? 0;
}

export async function rebuildDay(
  client: pg.ClientBase,
  day: string,
  { from, to }: TargetRange,
  targetIds: readonly number[] | null,
): Promise<number> {
  const values = [day, from, to, targetIds];
  await client.query(dayClearSql, values);
  const { rows } = await client.query<{ built: number }>(daySql, values);
  return rows[0]?.built ?? 0;
}

/** The last target of the next batch. */
export async function lastOfBatch(client: pg.ClientBase, after: number, ticks = TICKS_OF_A_BATCH): Promise<number> {
  const { rows } = await client.query<{ target_id: number }>(batchSql, [after, ticks]);
  return rows[0]?.target_id ?? LAST_TARGET_ID;
}

async function progressOf(client: pg.ClientBase): Promise<Progress> {
  const { rows } = await client.query<Progress>(progressSql);
  if (rows[0] === undefined) throw new Error('rollups_progress has no row');
  return rows[0];
}

/** UTC, as PostgreSQL reads it whatever its time zone. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
