// Changing a target that is there: only what is given changes.

import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import { z } from 'zod';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import type { CheckOptions } from '../domain/check-options.ts';
import { EverytickError } from '../domain/error.ts';
import {
  type CheckOptionName,
  canonicalCheckOptions,
  checkOptionFieldsWith,
  checkOptionNames,
  checkOptionsOf,
} from './check-options-schema.ts';
import { formatDuration } from './duration.ts';
import { mapping } from './mapping.ts';
import type { OptionsProblem } from './options-fit.ts';
import type { NamedTarget } from './stored-targets.ts';
import { nameInConflict, nameTaken, targetsNotFound } from './target-errors.ts';
import { targetFieldsWith } from './target-fields.ts';
import { type TargetLabels, targetInvalid, targetProblems } from './target-problems.ts';
import { specOfRow } from './target-row.ts';
import type { TargetRules } from './target-rules.ts';
import { fitProblems, type TargetSpec, timeoutProblem } from './target-spec.ts';

const readSql = loadSql('target-read');
const readByIdSql = loadSql('target-read-by-id');
const editSql = loadSql('target-edit');

/** What is to change. A pattern of null: the body does not matter any more. */
export interface TargetChanges extends Partial<Omit<TargetSpec, 'options'>> {
  /** Those that are given take the place of what is there; undefined takes an option away. */
  readonly options?: CheckOptions;
}

export interface EditedTarget extends NamedTarget {
  readonly before: TargetSpec;
  readonly after: TargetSpec;
  /** What differs now; empty if the target was so already. */
  readonly changed: readonly (keyof TargetSpec)[];
}

function targetChangesSchemaWith(rules: TargetRules) {
  const fields = targetFieldsWith(rules);
  const options = checkOptionFieldsWith(rules);
  return mapping(
    z
      .object({
        ...fields,
        match: fields.match.nullable(),
        group: fields.group.nullable(),
        labels: fields.labels.nullable(),
        method: options.method.nullable(),
        headers: options.headers.nullable(),
        body: options.body.nullable(),
        auth: options.auth.nullable(),
        tls: options.tls.nullable(),
        http_version: options.http_version.nullable(),
        proxy: options.proxy.nullable(),
        ip_family: options.ip_family.nullable(),
        dns: options.dns.nullable(),
        reuse_connection: options.reuse_connection.nullable(),
        redirects: options.redirects.nullable(),
        traceparent: options.traceparent.nullable(),
        expect: options.expect.nullable(),
      })
      .partial().shape,
    'a mapping such as {every: 10s}',
  );
}

/** What users may give to change a target; null takes away. */
export type TargetChangesInput = z.input<ReturnType<typeof targetChangesSchemaWith>>;

/** Throws `target_invalid` that tells every problem, as `parseTargetSpec` does. */
export function parseTargetChanges(
  given: TargetChangesInput,
  rules: TargetRules,
  names: TargetLabels = {},
): TargetChanges {
  const parsed = targetChangesSchemaWith(rules).safeParse(given);
  if (!parsed.success) throw targetInvalid(targetProblems(parsed.error), names);
  const { name, url, every, timeout, match, locations, group, labels, ...options } = parsed.data;
  const changed = checkOptionNames
    .filter((option) => option in given)
    .map((option) => [option, options[option] ?? undefined]);
  return {
    ...(name === undefined ? {} : { name }),
    ...(url === undefined ? {} : { url }),
    ...(every === undefined ? {} : { intervalS: every }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(match === undefined ? {} : { matchPattern: match }),
    ...(locations === undefined ? {} : { locations }),
    ...(group === undefined ? {} : { group }),
    ...(labels === undefined ? {} : { labels: labels ?? {} }),
    ...(changed.length === 0 ? {} : { options: checkOptionsOf(Object.fromEntries(changed)) }),
  };
}

/** How often a change is tried again that met another one of the same target. */
const mostAttempts = 30;
/** Of all that change a target at once, one succeeds each time; those that failed come back spread over so long. */
const longestPauseMs = 100;

/**
 * Changes a present target, found by name or id, or by its id alone where that is given as a number; `given` may depend on
 * what it is. Throws `target_not_found`, `target_name_taken`, and `target_invalid` where what is given does not go with the
 * rest, given or stored. With an `expectedVersion`, `target_changed` if the target has another one by now.
 */
export async function editTarget(
  database: Queryable,
  nameOrId: string | number,
  given: TargetChanges | ((before: TargetSpec) => TargetChanges),
  labels: TargetLabels = {},
  expectedVersion: string | null = null,
): Promise<EditedTarget> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    if (attempt > 1) await delay(Math.random() * Math.min(longestPauseMs, 5 * 2 ** attempt));
    const { id, version, before } = await readTarget(database, nameOrId);
    if (expectedVersion !== null && version !== expectedVersion) throw targetChanged(before);
    const changes = typeof given === 'function' ? given(before) : given;
    const after = editedSpec(before, changes, labels);
    const changed = (Object.keys(changes) as (keyof TargetSpec)[]).filter((field) => differs(before, after, field));
    if (changed.length === 0) return { id, name: after.name, before, after, changed };
    const columns = Object.fromEntries(changed.map((field) => [columnOf[field], after[field]]));
    const { rowCount } = await database
      .query(editSql, [id, version, JSON.stringify(columns)])
      .catch((error: pg.DatabaseError) => {
        const name = nameInConflict(error);
        if (name === null) throw error;
        throw nameTaken([name], 'exists already; nothing was changed. Choose another name.');
      });
    if (rowCount === 1) return { id, name: after.name, before, after, changed };
  }
  throw new EverytickError(
    'target_changed',
    `others keep changing '${nameOrId}' at the same time; nothing was changed`,
  );
}

/** What a target becomes. Throws `target_invalid` where what is given does not go with the rest, given or stored. */
export function editedSpec(before: TargetSpec, changes: TargetChanges, labels: TargetLabels = {}): TargetSpec {
  const after = { ...before, ...changes, options: canonicalCheckOptions({ ...before.options, ...changes.options }) };
  refuseMisfit(before, changes, after, labels);
  return after;
}

function targetChanged({ name }: TargetSpec): EverytickError {
  return new EverytickError('target_changed', `'${name}' has been changed since it was read; nothing was changed`);
}

const columnOf: Readonly<Record<keyof TargetSpec, string>> = {
  name: 'name',
  url: 'url',
  intervalS: 'interval_s',
  timeoutMs: 'timeout_ms',
  matchPattern: 'match_pattern',
  locations: 'locations',
  group: 'group_name',
  labels: 'labels',
  options: 'options',
};

interface StoredTarget {
  readonly id: number;
  /** Another one after every change of the row. */
  readonly version: string;
  readonly before: TargetSpec;
}

async function readTarget(database: Queryable, nameOrId: string | number): Promise<StoredTarget> {
  const { rows } = await database.query(typeof nameOrId === 'number' ? readByIdSql : readSql, [nameOrId]);
  const [row] = rows;
  if (row === undefined) throw targetsNotFound([String(nameOrId)]);
  return {
    id: row.id,
    version: row.version,
    before: specOfRow(row),
  };
}

function differs(before: TargetSpec, after: TargetSpec, field: keyof TargetSpec): boolean {
  // The order of keys says nothing, in options as in jsonb.
  if (field === 'options' || field === 'labels') return !isDeepStrictEqual(before[field], after[field]);
  if (field !== 'locations') return before[field] !== after[field];
  return [...before.locations].sort().join(' ') !== [...after.locations].sort().join(' ');
}

function refuseMisfit(before: TargetSpec, changes: TargetChanges, after: TargetSpec, labels: TargetLabels): void {
  // What did not go together before, by rules that came later, is no hindrance for changing something else.
  const known = new Set(fitProblems(before).map(({ message }) => message));
  const problems = fitProblems(after)
    .filter(({ message }) => !known.has(message))
    .map((problem) => (problem.path[0] === 'timeout' ? timeoutMisfit(before, changes, after, labels) : problem))
    .map((problem) => (isGiven(problem.path[0], changes) ? problem : ofStored(before, problem)));
  if (problems.length === 0) return;
  const { message, problems: placed } = targetInvalid(problems, labels);
  const sentence = `${message}${message.endsWith('?') ? '' : '.'} Nothing was changed.`;
  throw new EverytickError('target_invalid', sentence, { problems: placed });
}

function isGiven(field: string | number | undefined, changes: TargetChanges): boolean {
  if (field === 'every' || field === 'timeout') return true;
  if (field === 'match') return changes.matchPattern !== undefined;
  return changes.options?.[field as CheckOptionName] !== undefined;
}

/** What is wrong now is not what the user wrote. */
function ofStored({ name }: TargetSpec, { path, message }: OptionsProblem): OptionsProblem {
  return { path: [], message: path.length === 0 ? message : `${path.join('.')}, which '${name}' has, ${message}` };
}

function timeoutMisfit(before: TargetSpec, changes: TargetChanges, after: TargetSpec, labels: TargetLabels) {
  const problem = timeoutProblem(after.timeoutMs, after.intervalS) ?? '';
  if (changes.timeoutMs !== undefined) return { path: ['timeout'], message: problem };
  const interval = formatDuration(after.intervalS * 1_000);
  const timeout = labels['timeout'] ?? 'timeout';
  return {
    path: ['every'],
    message: `${interval} does not go with the timeout that '${before.name}' has: ${problem}; give ${timeout} as well`,
  };
}
