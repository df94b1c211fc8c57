// Drops what has been kept for long enough: days of the ledger, months of hours, years of days, and the history that belongs to them.
// README.md of rollups has the protocol.
//
//   attached --begin--> noted --DETACH CONCURRENTLY--> detached --DROP--> gone --> forgotten
//                          \-- given up --> pending --FINALIZE--/
//
// Whatever is interrupted is found in its state by the next turn, and goes on from there.

import pg from 'pg';
import { loadSql } from '../database/sql.ts';

const settingsSql = loadSql('retention-settings');
const partitionsSql = loadSql('retention-partitions');
const neededSql = loadSql('retention-needed');
const beginSql = loadSql('retention-begin');
const takeBackSql = loadSql('retention-take-back');
const doneSql = loadSql('retention-done');
const detachSql = loadSql('retention-detach');
const finalizeSql = loadSql('retention-detach-finalize');
const dropSql = loadSql('retention-drop');
const defaultsSql = loadSql('retention-default-partitions');
const schedulesSql = loadSql('retention-schedules');
const workersSql = loadSql('retention-workers');

/** For how long each is kept; 0: for ever. */
export interface RetentionPeriods {
  readonly rawDays: number;
  readonly hourlyMonths: number;
  readonly dailyYears: number;
}

export interface RetainedPartition {
  readonly parent: 'check_results' | 'rollups_hourly' | 'rollups_daily';
  readonly name: string;
  readonly state: 'attached' | 'pending' | 'detached' | 'gone';
  /** YYYY-MM-DD, as `end_day`, which is the day after its last one. */
  readonly first_day: string;
  readonly end_day: string;
  readonly ours: boolean;
  readonly expired: boolean;
  readonly complete: boolean;
}

export interface RetentionReport {
  /** Names of partitions that are gone. */
  readonly dropped: RetainedPartition[];
  /** Those that have to go and could not, with the reason. */
  readonly kept: { readonly partition: RetainedPartition; readonly because: Error }[];
  /** Too old, and not dropped because rollups are not complete: the oldest of each table. */
  readonly waiting: RetainedPartition[];
  /** DEFAULT partitions that somebody made. */
  readonly defaults: { readonly parent: string; readonly name: string }[];
}

/**
 * Drops all that has to go. `client`: a direct connection of its own, in no transaction. A partition that somebody uses, or that
 * rollups still have to be built from, is left for the next time, and so is what comes after it in the same table: a table is only ever
 * shortened from its old end, as `rollups_progress` says of it.
 */
export async function retain(client: pg.ClientBase, periods: RetentionPeriods): Promise<RetentionReport> {
  const report: RetentionReport = { dropped: [], kept: [], waiting: [], defaults: [] };
  await client.query(settingsSql);
  await client.query(takeBackSql);
  report.defaults.push(...(await client.query<{ parent: string; name: string }>(defaultsSql)).rows);
  const { rows } = await client.query<RetainedPartition>(partitionsSql, [
    periods.rawDays,
    periods.hourlyMonths,
    periods.dailyYears,
  ]);
  const stuck = new Set<string>();
  // One that is half detached keeps all others of its table from being detached.
  for (const partition of rows.toSorted((a, b) => Number(b.state === 'pending') - Number(a.state === 'pending'))) {
    if (stuck.has(partition.parent)) continue;
    try {
      const done = await drop(client, partition);
      if (done === 'dropped') report.dropped.push(partition);
      if (done === 'waiting') {
        report.waiting.push(partition);
        stuck.add(partition.parent);
      }
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      await client.query(takeBackSql);
      report.kept.push({ partition, because: error });
      stuck.add(partition.parent);
    }
  }
  if (report.dropped.some(({ parent }) => parent === 'check_results')) {
    await client.query(schedulesSql);
    await client.query(workersSql);
  }
  return report;
}

async function drop(client: pg.ClientBase, partition: RetainedPartition): Promise<'dropped' | 'waiting' | 'left'> {
  const { parent, name, state, first_day, end_day, ours, expired, complete } = partition;
  const table = pg.escapeIdentifier(parent);
  const quoted = pg.escapeIdentifier(name);
  if (state === 'attached') {
    if (!expired) return 'left';
    if (!complete && (parent !== 'check_results' || (await isNeeded(client, first_day, end_day)))) return 'waiting';
    await client.query(beginSql, [name, parent, end_day]);
    await client.query(detachSql.replace('$1', table).replace('$2', quoted));
  }
  if (state === 'pending') {
    await client.query(finalizeSql.replace('$1', table).replace('$2', quoted));
    // Somebody else's: what they want with it is not known.
    if (!ours) return 'left';
  }
  if (state !== 'gone') await client.query(dropSql.replace('$1', quoted));
  await client.query(doneSql, [name]);
  return 'dropped';
}

async function isNeeded(client: pg.ClientBase, firstDay: string, endDay: string): Promise<boolean> {
  const { rows } = await client.query<{ needed: boolean }>(neededSql, [firstDay, endDay]);
  return rows[0]?.needed !== false;
}
