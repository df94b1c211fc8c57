// Which targets are in which state now: that takes the newest result of each of their locations.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import type { NamedTarget } from './stored-targets.ts';
import { filterValues, type TargetFilter } from './target-filter.ts';

const crowdSql = loadSql('targets-crowd');
const byStateSql = loadSql('targets-by-state');

/** Of fewer than one in so many targets, the newest results are looked up one by one. */
const FEW = 4;
/** Where targets are checked once a day, the time in which each has a result is more than is worth reading at once. */
const LONGEST_WINDOW_S = 3_600;

/** How far back to look for the newest results of all at once, in seconds; 0 where that does not pay. */
export async function windowOfNewest(database: Queryable, filter: TargetFilter): Promise<number> {
  if (filter.deleted) return 0;
  const { rows } = await database.query<{ targets: number; of: number; window_s: number | null }>(
    crowdSql,
    filterValues(filter),
  );
  const { targets = 0, of = 0, window_s = null } = rows[0] ?? {};
  return window_s === null || targets * FEW < of ? 0 : Math.min(LONGEST_WINDOW_S, window_s);
}

/** Those that are in one of the states, by name from one target on. */
export async function targetsByState(
  database: Queryable,
  filter: TargetFilter,
  after: readonly [name: string, id: number] | readonly [null, null],
  limit: number,
): Promise<NamedTarget[]> {
  const values = [...filterValues(filter), await windowOfNewest(database, filter), filter.states, ...after, limit];
  return (await database.query<NamedTarget>(byStateSql, values)).rows;
}
