// What there is to watch and to write to, as a whole, and what holds up the database's housekeeping.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';

const statusSql = loadSql('fleet-status');
const holdersSql = loadSql('vacuum-holders');

export interface FleetStatus {
  /** Not deleted, not paused. */
  readonly activeTargets: number;
  readonly pausedTargets: number;
  readonly locations: number;
  /** Whole days after today (UTC), without a gap, for which the ledger has its partition. */
  readonly partitionsAheadDays: number;
}

export async function readFleetStatus(database: Queryable): Promise<FleetStatus> {
  const { rows } = await database.query(statusSql);
  const row = rows[0];
  return {
    activeTargets: row.active_targets,
    pausedTargets: row.paused_targets,
    locations: row.locations,
    partitionsAheadDays: row.partitions_ahead_days,
  };
}

/** Somebody for whose sake vacuum leaves dead rows where they are. */
export interface VacuumHolder {
  /** A session, a prepared transaction, or a replication slot. */
  readonly holder: string;
  /** The same for as long as it holds the same. */
  readonly mark: string;
  /** How long that has been; null where our role may not see it, or nobody writes it down. */
  readonly ageS: number | null;
}

export async function readVacuumHolders(database: Queryable): Promise<VacuumHolder[]> {
  const { rows } = await database.query(holdersSql);
  return rows.map((row) => ({ holder: row.holder, mark: row.mark, ageS: row.age_s }));
}
