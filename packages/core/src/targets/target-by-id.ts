// Changing one target, found by its id alone: programs that know an id never mean another target that happens to be called
// like it. Each function is one statement, or one compare-and-set of `editTarget`.

import type pg from 'pg';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';
import { checkOptionNames } from './check-options-schema.ts';
import { type EditedTarget, editTarget } from './target-edit.ts';
import { nameInConflict, nameTaken, targetsNotFound } from './target-errors.ts';
import type { TargetSpec } from './target-spec.ts';

const removeSql = loadSql('target-remove-by-id');
const pauseSql = loadSql('target-pause-by-id');
const restoreSql = loadSql('target-restore-by-id');

/**
 * Makes a present target what the spec says; `specOf` is given what it was. Nothing is touched where that is the same.
 * Throws `target_not_found`, `target_name_taken`, `target_changed` (it does not have `version` any more) and what `specOf`
 * throws.
 */
export function replaceTarget(
  database: Queryable,
  id: number,
  version: string | null,
  specOf: (before: TargetSpec) => TargetSpec,
): Promise<EditedTarget> {
  const changesTo = (before: TargetSpec) => {
    const spec = specOf(before);
    // An option that the spec does not have is to be taken away.
    const options = Object.fromEntries(checkOptionNames.map((name) => [name, spec.options[name]]));
    return { ...spec, options };
  };
  return editTarget(database, id, changesTo, {}, version);
}

/** Takes it away; what it recorded stays. Throws `target_not_found` and, if none of `versions` is its own, `target_changed`. */
export async function removeTargetById(
  database: Queryable,
  id: number,
  versions: readonly string[] | null = null,
): Promise<void> {
  const { rows } = await database.query<{ name: string; removed: boolean }>(removeSql, [id, versions]);
  const [target] = rows;
  // Without versions, it was somebody else who has removed it just now.
  if (target === undefined || (!target.removed && versions === null)) throw targetsNotFound([String(id)]);
  if (target.removed) return;
  throw new EverytickError(
    'target_changed',
    `'${target.name}' has been changed since it was read; nothing was changed`,
  );
}

/** Pauses it or has it go on. False if it was so already. Throws `target_not_found`. */
export async function setTargetPausedById(database: Queryable, id: number, paused: boolean): Promise<boolean> {
  const { rows } = await database.query<{ changed: boolean }>(pauseSql, [id, paused]);
  const [target] = rows;
  if (target === undefined) throw targetsNotFound([String(id)]);
  return target.changed;
}

/** False if it was not removed. Throws `target_not_found`, and `target_name_taken` where another is called so by now. */
export async function restoreTargetById(database: Queryable, id: number): Promise<boolean> {
  const { rows } = await database.query<{ changed: boolean }>(restoreSql, [id]).catch((error: pg.DatabaseError) => {
    const name = nameInConflict(error);
    if (name === null) throw error;
    throw nameTaken([name], 'exists again; nothing was restored. Rename one first.');
  });
  const [target] = rows;
  if (target === undefined) throw targetsNotFound([String(id)]);
  return target.changed;
}
