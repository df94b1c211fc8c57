// Reading and changing `monitored_targets`. Each function is one statement, so each is all or nothing.

import type pg from 'pg';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';
import { type ListedTarget, listedTargetOfRow } from './listed-target.ts';
import { nameInConflict, nameTaken, quotedList, targetsNotFound } from './target-errors.ts';
import type { TargetSpec } from './target-spec.ts';

const insertSql = loadSql('targets-insert');
const upsertSql = loadSql('targets-upsert');
const listSql = loadSql('targets-list');
const findSql = loadSql('targets-find');
const removeSql = loadSql('targets-remove');

const nothingAdded = '; nothing was added. Choose another name.';

export interface NamedTarget {
  readonly id: number;
  readonly name: string;
}

export interface UpsertedTarget extends NamedTarget {
  readonly change: 'added' | 'changed' | 'unchanged';
}

/** Adds all of them or none. Throws `target_name_taken` with the names that stood in the way. */
export async function addTargets(database: Queryable, specs: readonly TargetSpec[]): Promise<NamedTarget[]> {
  refuseRepeatedNames(specs);
  const { rows } = await database
    .query<{ name: string; id: number | null; taken: boolean }>(insertSql, columnsOf(specs))
    .catch((error: pg.DatabaseError) => {
      const name = nameInConflict(error);
      if (name === null) throw error;
      throw nameTaken([name], `exists already${nothingAdded}`);
    });
  const taken = rows.filter((row) => row.taken).map((row) => row.name);
  if (taken.length > 0) throw nameTaken(taken, `exists already${nothingAdded}`);
  return rows.flatMap(({ id, name }) => (id === null ? [] : [{ id, name }]));
}

/** Throws `target_name_taken` where two are called the same. */
export function refuseRepeatedNames(specs: readonly TargetSpec[]): void {
  const seen = new Set<string>();
  const repeated = specs.map(({ name }) => name).filter((name) => seen.size === seen.add(name).size);
  if (repeated.length > 0) throw nameTaken(repeated, `is given more than once${nothingAdded}`);
}

/** Makes the targets of these names what the specs say, and touches only those that differ. */
export async function upsertTargets(database: Queryable, specs: readonly TargetSpec[]): Promise<UpsertedTarget[]> {
  return (await database.query<UpsertedTarget>(upsertSql, columnsOf(specs))).rows;
}

/** All targets by name, or all removed ones, each with the result that decides its state. */
export async function listTargets(
  database: Queryable,
  { deleted = false }: { readonly deleted?: boolean } = {},
): Promise<ListedTarget[]> {
  const { rows } = await database.query(listSql, [deleted]);
  return rows.map(listedTargetOfRow);
}

/** The target of a name or id, deleted ones included. Throws `target_not_found`. */
export async function findTarget(database: Queryable, nameOrId: string): Promise<NamedTarget> {
  const { rows } = await database.query<{ id: number | null; name: string }>(findSql, [[nameOrId]]);
  const [row] = rows;
  if (row === undefined || row.id === null)
    throw new EverytickError('target_not_found', `there is no target ${quotedList([nameOrId])}`);
  return { id: row.id, name: row.name };
}

/** Removes all of them or none; what they recorded stays. Throws `target_not_found` with what names no target. */
export async function removeTargets(database: Queryable, namesOrIds: readonly string[]): Promise<NamedTarget[]> {
  const { rows } = await database.query<{ given: string; id: number | null; name: string }>(removeSql, [
    [...new Set(namesOrIds)],
  ]);
  const unknown = rows.filter((row) => row.id === null).map((row) => row.given);
  if (unknown.length > 0) throw targetsNotFound(unknown);
  // One target may have been given by name and by id.
  const removed = rows.flatMap(({ id, name }) => (id === null ? [] : [{ id, name }]));
  return [...new Map(removed.map((target) => [target.id, target])).values()];
}

function columnsOf(specs: readonly TargetSpec[]): unknown[] {
  return [
    specs.map((spec) => spec.name),
    specs.map((spec) => spec.url),
    specs.map((spec) => spec.intervalS),
    specs.map((spec) => spec.timeoutMs),
    specs.map((spec) => spec.matchPattern),
    JSON.stringify(specs.map((spec) => spec.locations)),
    JSON.stringify(specs.map((spec) => spec.options)),
    specs.map((spec) => spec.group),
    JSON.stringify(specs.map((spec) => spec.labels)),
  ];
}
