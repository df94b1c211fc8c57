// The backlog of a location: leases that are due and that no worker has claimed.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';

const dueSql = loadSql('locations-due');

/** By the name of the location, all locations; counting stops at `atMost`. */
export async function countDueLeases(database: Queryable, atMost: number): Promise<Map<string, number>> {
  const { rows } = await database.query<[name: string, leases: number]>({
    text: dueSql,
    values: [atMost],
    rowMode: 'array',
  });
  return new Map(rows);
}
