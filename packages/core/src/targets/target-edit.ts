// Changing a target that is there: only what is given changes.

import type pg from 'pg';
import { z } from 'zod';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';
import { formatDuration } from './duration.ts';
import type { NamedTarget } from './stored-targets.ts';
import { nameInConflict, nameTaken, targetsNotFound } from './target-errors.ts';
import { targetFieldsWith } from './target-fields.ts';
import {
  type PatternCompiler,
  type TargetField,
  type TargetSpec,
  targetInvalid,
  timeoutProblem,
} from './target-spec.ts';

const readSql = loadSql('target-read');
const editSql = loadSql('target-edit');

/** What is to change. A pattern of null: the body does not matter any more. */
export type TargetChanges = Partial<TargetSpec>;

export interface EditedTarget extends NamedTarget {
  readonly before: TargetSpec;
  readonly after: TargetSpec;
  /** What differs now; empty if the target was so already. */
  readonly changed: readonly (keyof TargetSpec)[];
}

function targetChangesSchemaWith(compilePattern: PatternCompiler) {
  const fields = targetFieldsWith(compilePattern);
  return z.strictObject({ ...fields, match: fields.match.nullable() }).partial();
}

/** What users may give to change a target. */
export type TargetChangesInput = z.input<ReturnType<typeof targetChangesSchemaWith>>;

/** Throws `target_invalid` that tells every problem, as `parseTargetSpec` does. */
export function parseTargetChanges(
  given: TargetChangesInput,
  compilePattern: PatternCompiler,
  labels: Partial<Record<TargetField, string>> = {},
): TargetChanges {
  const parsed = targetChangesSchemaWith(compilePattern).safeParse(given);
  if (!parsed.success) throw targetInvalid(parsed.error, labels);
  const { name, url, interval, timeout, match, locations } = parsed.data;
  return {
    ...(name === undefined ? {} : { name }),
    ...(url === undefined ? {} : { url }),
    ...(interval === undefined ? {} : { intervalS: interval }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(match === undefined ? {} : { matchPattern: match }),
    ...(locations === undefined ? {} : { locations }),
  };
}

/**
 * Changes a present target, found by name or id. Throws `target_not_found`, `target_name_taken`, and `target_invalid` where
 * the timeout does not go with the interval, given or stored.
 */
export async function editTarget(
  database: Queryable,
  nameOrId: string,
  changes: TargetChanges,
  labels: Partial<Record<TargetField, string>> = {},
): Promise<EditedTarget> {
  const { id, ...before } = await readTarget(database, nameOrId);
  const after: TargetSpec = { ...before, ...changes };
  refuseMisfit(before, changes, after, labels);
  const changed = (Object.keys(changes) as (keyof TargetSpec)[]).filter((field) => differs(before, after, field));
  if (changed.length > 0) {
    const columns = Object.fromEntries(changed.map((field) => [columnOf[field], after[field]]));
    const { rowCount } = await database
      .query(editSql, [id, JSON.stringify(columns)])
      .catch((error: pg.DatabaseError) => {
        const name = nameInConflict(error);
        if (name !== null) throw nameTaken([name], 'exists already; nothing was changed. Choose another name.');
        if (error.constraint === 'timeout_ms_within_interval') throw editedMeanwhile(before.name, error);
        throw error;
      });
    if (rowCount === 0) throw targetsNotFound([nameOrId]);
  }
  return { id, name: after.name, before, after, changed };
}

const columnOf: Readonly<Record<keyof TargetSpec, string>> = {
  name: 'name',
  url: 'url',
  intervalS: 'interval_s',
  timeoutMs: 'timeout_ms',
  matchPattern: 'match_pattern',
  locations: 'locations',
};

async function readTarget(database: Queryable, nameOrId: string): Promise<TargetSpec & { readonly id: number }> {
  const { rows } = await database.query(readSql, [nameOrId]);
  const row = rows[0];
  if (row === undefined) throw targetsNotFound([nameOrId]);
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    intervalS: row.interval_s,
    timeoutMs: row.timeout_ms,
    matchPattern: row.match_pattern,
    locations: row.locations,
  };
}

function differs(before: TargetSpec, after: TargetSpec, field: keyof TargetSpec): boolean {
  if (field !== 'locations') return before[field] !== after[field];
  return [...before.locations].sort().join(' ') !== [...after.locations].sort().join(' ');
}

function refuseMisfit(
  before: TargetSpec,
  changes: TargetChanges,
  after: TargetSpec,
  labels: Partial<Record<TargetField, string>>,
): void {
  const problem = timeoutProblem(after.timeoutMs, after.intervalS);
  if (problem === null) return;
  const { interval = 'interval', timeout = 'timeout' } = labels;
  const sentence =
    changes.timeoutMs !== undefined
      ? `${timeout}: ${problem}`
      : `${interval}: ${formatDuration(after.intervalS * 1_000)} does not go with the timeout that '${before.name}' has: ` +
        `${problem}; give ${timeout} as well`;
  throw new EverytickError('target_invalid', `${sentence}. Nothing was changed.`);
}

function editedMeanwhile(name: string, cause: Error): EverytickError {
  const sentence = `somebody else has just changed '${name}': timeout and interval no longer go together; nothing was changed`;
  return new EverytickError('target_invalid', sentence, { cause });
}
