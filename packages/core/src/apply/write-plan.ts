// From a plan to rows. Few statements, whatever the number of targets: only so many in each that it stays far below the
// time that a statement may take, and what a message to the server may hold.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';
import type { DeclaredState, Plan, PlannedAction, PlannedChange } from './plan.ts';
import type { StoredState } from './stored-targets-of-set.ts';

const locationsSql = loadSql('locations-ensure');
const addSql = loadSql('targets-set-add');
const changeSql = loadSql('targets-set-change');
const removeSql = loadSql('targets-set-remove');

const targetsPerStatement = 5_000;

/**
 * Makes the changes inside a transaction and returns the ids of what was added, by name. Throws `targets_busy` where a
 * target is not as it was when it was read; the transaction has to be rolled back then.
 */
export async function writePlan(
  transaction: Queryable,
  plan: Plan,
  stored: ReadonlyMap<string, StoredState>,
): Promise<ReadonlyMap<string, number>> {
  const versionOf = ({ name }: PlannedChange) => stored.get(name)?.version ?? '';
  const locationIds = await ensureLocations(transaction, plan);
  for (const batch of batches(plan, 'remove')) {
    const { rowCount } = await transaction.query(removeSql, [batch.map(({ id }) => id), batch.map(versionOf)]);
    if (rowCount !== batch.length) throw changedMeanwhile();
  }
  for (const batch of batches(plan, 'change')) {
    const targets = batch.map((change) => ({
      id: change.id,
      version: versionOf(change),
      ...columnsOf(change.after, locationIds),
    }));
    const { rowCount } = await transaction.query(changeSql, [JSON.stringify(targets)]);
    if (rowCount !== batch.length) throw changedMeanwhile();
  }
  const added = new Map<string, number>();
  for (const batch of batches(plan, 'add')) {
    const targets = batch.map(({ after }) => columnsOf(after, locationIds));
    const { rows } = await transaction.query<{ id: number; name: string }>(addSql, [JSON.stringify(targets)]);
    for (const { id, name } of rows) added.set(name, id);
  }
  return added;
}

function* batches({ changes }: Plan, action: PlannedAction): Generator<PlannedChange[]> {
  const wanted = changes.filter((change) => change.action === action);
  // In the order of ids, so that two who change many targets seldom wait for each other crosswise.
  wanted.sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
  for (let from = 0; from < wanted.length; from += targetsPerStatement) {
    yield wanted.slice(from, from + targetsPerStatement);
  }
}

async function ensureLocations(transaction: Queryable, { changes }: Plan): Promise<ReadonlyMap<string, number>> {
  const names = new Set(changes.flatMap(({ after }) => after?.spec.locations ?? []));
  if (names.size === 0) return new Map();
  const { rows } = await transaction.query<{ id: number; name: string }>(locationsSql, [[...names]]);
  return new Map(rows.map(({ id, name }) => [name, id]));
}

function columnsOf(state: DeclaredState | null, locationIds: ReadonlyMap<string, number>): object {
  if (state === null) throw new Error('a target that is added or changed has a state after it');
  const { spec, paused, source } = state;
  return {
    name: spec.name,
    url: spec.url,
    interval_s: spec.intervalS,
    timeout_ms: spec.timeoutMs,
    match_pattern: spec.matchPattern,
    options: Object.keys(spec.options).length === 0 ? null : spec.options,
    group_name: spec.group,
    labels: spec.labels,
    location_ids: spec.locations.map((name) => locationIds.get(name) ?? 0).sort((a, b) => a - b),
    paused,
    source,
  };
}

function changedMeanwhile(): EverytickError {
  return new EverytickError('targets_busy', 'others keep changing these targets at the same time; nothing was changed');
}
