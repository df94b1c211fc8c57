// What the database has of the targets that a set speaks of.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { specOfRow, type TargetRow } from '../targets/target-row.ts';
import type { DeclaredState } from './plan.ts';
import type { TargetSet } from './target-set.ts';

const readSql = loadSql('targets-of-set');

export interface StoredState extends DeclaredState {
  readonly id: number;
  /** Another one after every change of the row. */
  readonly version: string;
}

/** By name: what the set declares, and what else is of its source. One statement, so all of one moment. */
export async function readStoredStates(database: Queryable, set: TargetSet): Promise<ReadonlyMap<string, StoredState>> {
  const names = set.declarations.map(({ spec }) => spec.name);
  const { rows } = await database.query<StoredRow>(readSql, [names, set.source]);
  return new Map(rows.map((row) => [row.name, storedState(row)]));
}

interface StoredRow extends TargetRow {
  readonly id: number;
  readonly version: string;
  readonly paused: boolean;
  readonly source: string | null;
}

function storedState(row: StoredRow): StoredState {
  return { id: row.id, version: row.version, spec: specOfRow(row), paused: row.paused, source: row.source };
}
