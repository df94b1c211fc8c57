// Workers, and whether they are there.

import type { WorkerResource } from '../api/place-resource.ts';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';

const listSql = loadSql('workers-list');

/** Those that are there and those of the last day, by location and name. */
export async function listWorkers(database: Queryable): Promise<WorkerResource[]> {
  const { rows } = await database.query(listSql);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    location: row.location,
    started_at: row.started_at.toISOString(),
    seen_at: row.seen_at.toISOString(),
    alive: row.alive,
  }));
}
