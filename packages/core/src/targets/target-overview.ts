// How many targets are in which state now.

import type { OverviewResource } from '../api/summary-resource.ts';
import { type TargetState, targetStates } from '../api/target-resource.ts';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { filterValues, type TargetFilter } from './target-filter.ts';
import { windowOfNewest } from './target-states.ts';

const overviewSql = loadSql('targets-overview');

/** Of all present targets, or of those that the filter lets through. Each state is there, also those that none is in. */
export async function overviewOfTargets(database: Queryable, filter: TargetFilter = {}): Promise<OverviewResource> {
  const values = [...filterValues(filter), await windowOfNewest(database, filter), filter.states ?? null];
  const { rows } = await database.query<{ state: TargetState; targets: number }>(overviewSql, values);
  const counts = new Map(rows.map(({ state, targets }) => [state, targets]));
  const states = targetStates.map((state) => [state, counts.get(state) ?? 0] as const);
  return { targets: states.reduce((sum, [, targets]) => sum + targets, 0), by_state: Object.fromEntries(states) };
}
