// Maintenance windows: while one is running, the ticks of its targets are written as skipped. All times are those of the
// database's clock. Each function is one statement, so each is all or nothing.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';
import { formatDuration } from '../targets/duration.ts';
import type { NamedTarget } from '../targets/stored-targets.ts';
import { targetsNotFound } from '../targets/target-errors.ts';

const addSql = loadSql('maintenance-add');
const listSql = loadSql('maintenance-list');
const endSql = loadSql('maintenance-end');

const longestReason = 200;
const longestMs = 366 * 86_400_000;
const largestId = 2_147_483_647;

export interface MaintenanceSpec {
  /** Names or ids. */
  readonly targets: readonly string[] | 'all';
  readonly from: Date | 'now';
  /** A moment, or how long after the beginning. */
  readonly end: { readonly at: Date } | { readonly afterMs: number };
  readonly reason: string | null;
}

export interface MaintenanceWindow {
  readonly id: number;
  readonly state: 'planned' | 'running' | 'over';
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** Null where it is all targets, those that are yet to be added as well. */
  readonly targets: readonly NamedTarget[] | null;
  readonly reason: string | null;
  readonly createdAt: Date;
}

export interface EndedMaintenance {
  readonly id: number;
  /** What was running ended now; what was planned is gone. */
  readonly was: 'running' | 'planned';
}

/** Throws `maintenance_invalid` or `target_not_found`. */
export async function addMaintenance(database: Queryable, spec: MaintenanceSpec): Promise<MaintenanceWindow> {
  const { targets, from, end, reason } = checked(spec);
  const { rows } = await database.query(addSql, [
    targets === 'all' ? null : [...new Set(targets)],
    from === 'now' ? null : from,
    'at' in end ? end.at : null,
    'at' in end ? null : end.afterMs,
    reason,
  ]);
  const [row] = rows;
  if (row.unknown.length > 0) throw targetsNotFound(row.unknown);
  if (row.id === null) {
    const [starts, ends, now] = [row.starts_at, row.ends_at, row.now].map((moment: Date) => moment.toISOString());
    throw invalid(
      row.ends_at <= row.starts_at
        ? `the window would end at ${ends}, and begin no earlier than that, at ${starts}`
        : `the window would have ended at ${ends}, and by the database's clock it is ${now}; what is in the ledger stays`,
    );
  }
  return windowOf(row);
}

/** Those that are planned or running, and those that have been over for seven days at most; by their beginning. */
export async function listMaintenance(database: Queryable): Promise<MaintenanceWindow[]> {
  const { rows } = await database.query(listSql);
  return rows.map(windowOf);
}

/** Ends what is running and deletes what is planned. Throws `maintenance_not_found` and `maintenance_over`. */
export async function endMaintenance(database: Queryable, ids: readonly string[]): Promise<EndedMaintenance[]> {
  const isId = (given: string) => /^[1-9]\d{0,9}$/.test(given) && Number(given) <= largestId;
  const misspelt = ids.filter((given) => !isId(given));
  if (misspelt.length > 0) throw notFound(misspelt);
  const { rows } = await database.query<{ id: number; state: 'planned' | 'running' | 'over' | null; ends_at: Date }>(
    endSql,
    [[...new Set(ids.map(Number))]],
  );
  const unknown = rows.filter((row) => row.state === null);
  if (unknown.length > 0) throw notFound(unknown.map((row) => String(row.id)));
  const over = rows.filter((row) => row.state === 'over');
  if (over.length > 0) {
    const list = over.map((row) => `maintenance window ${row.id} has been over since ${row.ends_at.toISOString()}`);
    throw new EverytickError('maintenance_over', `${list.join('\n')}; nothing was changed`);
  }
  return rows.map(({ id, state }) => ({ id, was: state as 'planned' | 'running' }));
}

function checked(spec: MaintenanceSpec): MaintenanceSpec {
  const reason = spec.reason?.trim() ?? null;
  if (spec.targets.length === 0) throw invalid('of which targets?');
  if ('afterMs' in spec.end && (spec.end.afterMs < 1_000 || spec.end.afterMs > longestMs)) {
    throw invalid(
      `the window would last ${formatDuration(spec.end.afterMs)}; allowed are 1s to ${formatDuration(longestMs)}`,
    );
  }
  if (reason !== null) {
    // Control characters would let a reason write to other people's terminals.
    if (/\p{Cc}/u.test(reason)) throw invalid('the reason contains control characters; allowed is one line of text');
    if (reason === '' || reason.length > longestReason) {
      throw invalid(`the reason has ${reason.length} characters; allowed are 1 to ${longestReason}`);
    }
  }
  return { ...spec, reason };
}

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
function windowOf(row: any): MaintenanceWindow {
  return {
    id: row.id,
    state: row.state,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    targets: row.targets,
    reason: row.reason,
    createdAt: row.created_at,
  };
}

function invalid(message: string): EverytickError {
  return new EverytickError('maintenance_invalid', `${message}; nothing was added`);
}

function notFound(given: readonly string[]): EverytickError {
  const list = given.map((id) => `'${id}'`).join(', ');
  return new EverytickError('maintenance_not_found', `there is no maintenance window ${list}; nothing was changed`);
}
