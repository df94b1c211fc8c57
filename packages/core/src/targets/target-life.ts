// What happens to a target between being added and being removed, and after that. Each function is one statement, so each
// is all or nothing.

import type pg from 'pg';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';
import type { NamedTarget } from './stored-targets.ts';
import { nameInConflict, nameTaken, quotedList, targetsNotFound } from './target-errors.ts';

const pauseSql = loadSql('targets-pause');
const restoreSql = loadSql('targets-restore');

export interface PausedTarget extends NamedTarget {
  /** False if it was so already. */
  readonly changed: boolean;
}

export interface RestoredTarget extends NamedTarget {
  /** A target that was paused when it was removed still is. */
  readonly paused: boolean;
}

/** Has the ticks of targets written as skipped until they are resumed. Throws `target_not_found`. */
export function pauseTargets(database: Queryable, namesOrIds: readonly string[]): Promise<PausedTarget[]> {
  return setPaused(database, namesOrIds, true);
}

/** Has paused targets checked again. Throws `target_not_found`. */
export function resumeTargets(database: Queryable, namesOrIds: readonly string[]): Promise<PausedTarget[]> {
  return setPaused(database, namesOrIds, false);
}

/**
 * Brings removed targets back, with their ledger; the latest one of a name. Throws `target_not_found` with what names no
 * removed target, and `target_name_taken` where another target is called so now.
 */
export async function restoreTargets(database: Queryable, namesOrIds: readonly string[]): Promise<RestoredTarget[]> {
  const { rows } = await database
    .query<RestoreRow>(restoreSql, [[...new Set(namesOrIds)]])
    .catch((error: pg.DatabaseError) => {
      const name = nameInConflict(error);
      if (name === null) throw error;
      throw nameTaken([name], 'exists again since a moment ago; nothing was restored');
    });
  const present = rows.filter((row) => row.id === null && row.present);
  const unknown = rows.filter((row) => row.id === null && !row.present);
  const taken = rows.filter((row) => row.taken_by !== null);
  const problems = [
    ...(unknown.length > 0 ? [`there is no removed target ${quotedList(unknown.map((row) => row.given))}`] : []),
    ...(present.length > 0 ? [`target ${quotedList(present.map((row) => row.given))} is not removed`] : []),
  ];
  if (problems.length > 0) throw new EverytickError('target_not_found', `${problems.join('; ')}; nothing was restored`);
  if (taken.length > 0) {
    const lines = taken.map(
      ({ id, name, taken_by }) => `target '${name}' (id ${id}) cannot come back: id ${taken_by} is called so too`,
    );
    throw new EverytickError('target_name_taken', `${lines.join('\n')}; nothing was restored. Rename one first.`);
  }
  return distinct(rows).map(({ id, name, paused }) => ({ id, name, paused }));
}

interface RestoreRow {
  readonly given: string;
  readonly id: number | null;
  readonly name: string;
  readonly paused: boolean;
  readonly taken_by: number | null;
  readonly present: boolean;
}

async function setPaused(database: Queryable, namesOrIds: readonly string[], paused: boolean) {
  const { rows } = await database.query<{ given: string; id: number | null; name: string; changed: boolean }>(
    pauseSql,
    [[...new Set(namesOrIds)], paused],
  );
  const unknown = rows.filter((row) => row.id === null).map((row) => row.given);
  if (unknown.length > 0) throw targetsNotFound(unknown);
  return distinct(rows).map(({ id, name, changed }) => ({ id, name, changed }));
}

/** A target may have been given by its name and by its id. */
function distinct<Row extends { readonly id: number | null }>(rows: readonly Row[]): (Row & { readonly id: number })[] {
  const byId = new Map<number, Row & { readonly id: number }>();
  for (const row of rows) if (row.id !== null && !byId.has(row.id)) byId.set(row.id, { ...row, id: row.id });
  return [...byId.values()];
}
