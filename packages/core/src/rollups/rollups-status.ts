// How far rollups have been built, and what is kept.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';

const statusSql = loadSql('rollups-status');

export interface RollupsStatus {
  readonly now: Date;
  /** Hours before this moment are built, but for those that lag behind; null: none has been yet. */
  readonly hoursUntil: Date | null;
  /** The first day (UTC, YYYY-MM-DD) that is not built. */
  readonly daysUntil: string | null;
  /** How many pairs of target and location lag behind, and since which hour. */
  readonly lagging: number;
  readonly laggingSince: Date | null;
  /** From when on the ledger is whole; null where it has no partition. */
  readonly rawSince: Date | null;
  /** From when on hours can be built again: where retention has dropped days, what held at the beginning of the next ones is gone. */
  readonly rebuildableSince: Date | null;
  /** The month and the year that the oldest hours and days are of: their first days. */
  readonly hourlySince: string | null;
  readonly dailySince: string | null;
  readonly rawBytes: number;
  readonly hourlyBytes: number;
  readonly dailyBytes: number;
  /** Of our tables, those that have a DEFAULT partition. Must be 0. */
  readonly defaultPartitions: number;
}

export async function readRollupsStatus(database: Queryable): Promise<RollupsStatus> {
  const { rows } = await database.query(statusSql);
  const [row] = rows;
  return {
    now: row.now,
    hoursUntil: row.hours_until,
    daysUntil: row.days_until,
    lagging: row.lagging,
    laggingSince: row.lagging_since,
    rawSince: row.raw_since,
    rebuildableSince: row.rebuildable_since,
    hourlySince: row.hourly_since,
    dailySince: row.daily_since,
    rawBytes: row.raw_bytes,
    hourlyBytes: row.hourly_bytes,
    dailyBytes: row.daily_bytes,
    defaultPartitions: row.default_partitions,
  };
}
