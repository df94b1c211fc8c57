// A check that somebody asks for now, outside the schedule, carried out by a worker. This is the side that asks; the worker's
// is claimed-requests.ts.
//
//   asked --a worker claims it--> claimed --its report is written--> answered
//     |   ^                          |  \--no report in time--> no_worker
//     |    \--the worker leaves------/
//     \--nobody claims it in time--> no_worker
//
// In every case the row is deleted by whoever asked. Nothing of it is in the ledger.

import { setTimeout as delay } from 'node:timers/promises';
import { type CheckReportResource, checkReportResource } from '../api/check-resource.ts';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import type { CheckOptions } from '../domain/check-options.ts';
import { EverytickError } from '../domain/error.ts';
import { wakeForRequests } from './wake-for-requests.ts';

const addSql = loadSql('check-requests-add');
const readSql = loadSql('check-requests-read');
const withdrawSql = loadSql('check-requests-withdraw');
const staffSql = loadSql('check-requests-staff');

/** What to check: a target, or one that nobody has stored. Secrets are references, as in a target. */
export interface RequestedTarget {
  readonly url: string;
  readonly timeoutMs: number;
  readonly matchPattern: string | null;
  readonly options: CheckOptions;
}

export interface CheckRequest {
  readonly target: RequestedTarget;
  /** The name of a location. */
  readonly location: string;
  /** How long to wait at most for a worker to begin: 5 s, unless given. */
  readonly waitMs?: number | undefined;
}

/** A check that somebody waits for may take so long; longer timeouts, which targets may have, are cut to it. */
export const longestOnDemandTimeoutMs = 30_000;

const DEFAULT_WAIT_MS = 5_000;
/** What a check may take beyond its timeout: a turn at its host, a token to fetch first, and the writing of the report. */
const GRACE_MS = 6_000;
const FIRST_LOOK_MS = 25;
const LONGEST_PAUSE_MS = 200;
/** A notification may be lost, and a worker that had taken the request may leave. */
const WAKE_AGAIN_MS = 1_000;

interface StaffRow {
  readonly has_worker: boolean | null;
  readonly under_way: number;
  readonly locations: readonly string[];
}

interface RequestRow {
  readonly claimed: boolean;
  readonly expired: boolean;
  readonly worker: string | null;
  readonly report: unknown;
}

/**
 * For coordinators only, for it sends notifications. Timeouts above `longestOnDemandTimeoutMs` are cut to it. Rejects with `no_worker` where no worker began it, or one did and was
 * not heard of again; with `check_impossible` where the worker could not carry it out, and says why.
 */
export async function requestCheck(database: Queryable, request: CheckRequest): Promise<CheckReportResource> {
  const { target, location, waitMs = DEFAULT_WAIT_MS } = request;
  const timeoutMs = Math.min(target.timeoutMs, longestOnDemandTimeoutMs);
  const document = JSON.stringify({
    url: target.url,
    timeout_ms: timeoutMs,
    match_pattern: target.matchPattern,
    options: target.options,
  });
  const { rows } = await database.query<{ id: string; location_id: number }>(addSql, [location, document, waitMs]);
  const [row] = rows;
  if (row === undefined) throw await nobodyThere(database, location, waitMs);
  try {
    const report = checkReportResource.parse(await answer(database, row, { location, waitMs, timeoutMs }));
    if (report.outcome === 'missed') {
      const { worker, error_code, error_detail } = report;
      throw new EverytickError('check_impossible', `${error_code}: ${error_detail} (worker ${worker} in ${location})`);
    }
    return report;
  } finally {
    await database.query(withdrawSql, [row.id, false]).catch(() => undefined);
  }
}

async function answer(
  database: Queryable,
  { id, location_id }: { readonly id: string; readonly location_id: number },
  { location, waitMs, timeoutMs }: { readonly location: string; readonly waitMs: number; readonly timeoutMs: number },
): Promise<unknown> {
  let wokenAt = Number.NEGATIVE_INFINITY;
  let claimedAt: number | undefined;
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.3)) {
    const now = performance.now();
    if (claimedAt === undefined && now - wokenAt >= WAKE_AGAIN_MS) {
      wokenAt = now;
      await wakeForRequests(database, location_id);
    }
    await delay(pauseMs);
    const { rows } = await database.query<RequestRow>(readSql, [id]);
    const [row] = rows;
    if (row?.report != null) return row.report;
    if (row === undefined) throw await nobodyThere(database, location, waitMs);
    if (!row.claimed) {
      claimedAt = undefined;
      if (!row.expired) continue;
      const withdrawn = await database.query(withdrawSql, [id, true]);
      if (withdrawn.rowCount === 1) throw await nobodyThere(database, location, waitMs);
      continue;
    }
    claimedAt ??= performance.now();
    if (performance.now() - claimedAt > timeoutMs + GRACE_MS) {
      throw new EverytickError(
        'no_worker',
        `worker ${row.worker} in ${location} took the check and has not answered within ${inSeconds(timeoutMs + GRACE_MS)}`,
      );
    }
  }
}

async function nobodyThere(database: Queryable, location: string, waitMs: number): Promise<EverytickError> {
  const { rows } = await database.query<StaffRow>(staffSql, [location]);
  const { has_worker = null, under_way = 0, locations = [] } = rows[0] ?? {};
  if (has_worker === null) {
    return new EverytickError(
      'no_worker',
      `there is no location ${JSON.stringify(location)}; there are: ${locations.join(', ')}`,
    );
  }
  if (!has_worker) {
    const advice = 'start one with `everytick worker`';
    return new EverytickError('no_worker', `location ${location} has no worker that was heard of lately; ${advice}`);
  }
  const busy = under_way > 0 ? `; they are busy with ${under_way} others that were asked for, try again later` : '';
  return new EverytickError(
    'no_worker',
    `location ${location} has workers, but none took the check within ${inSeconds(waitMs)}${busy}`,
  );
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
