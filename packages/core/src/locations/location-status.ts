// Locations, and whether anybody is there to check from them.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';

const listSql = loadSql('locations-list');

export interface LocationStatus {
  readonly id: number;
  readonly name: string;
  /** Workers that were heard of within the last 15 seconds and have not stopped. */
  readonly liveWorkers: number;
  /** When any of its workers was heard of last; null if there has never been one. */
  readonly lastSeenAt: Date | null;
  /** How many targets are checked from there. */
  readonly targets: number;
  /** The oldest tick that is due and that no worker has claimed, and how long it has been due; null if there is none. */
  readonly oldestOverdueTick: Date | null;
  readonly overdueMs: number | null;
}

/** All locations by name. */
export async function listLocations(database: Queryable): Promise<LocationStatus[]> {
  const { rows } = await database.query(listSql);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    liveWorkers: row.live_workers,
    lastSeenAt: row.last_seen_at,
    targets: row.targets,
    oldestOverdueTick: row.oldest_overdue_tick,
    overdueMs: row.overdue_ms,
  }));
}
