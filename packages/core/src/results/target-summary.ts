// How a target did in a period.

import type { SummaryResource } from '../api/summary-resource.ts';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';

const summarySql = loadSql('target-summary');
const keptSql = loadSql('ledger-kept');

const DAY_MS = 86_400_000;

export interface SummaryQuery {
  readonly targetId: number;
  /** 24 hours before `to`, unless given. */
  readonly from?: Date | undefined;
  /** Now by the database clock, unless given. */
  readonly to?: Date | undefined;
  /** The name of one; all together, unless given. One that does not exist owes nothing. */
  readonly location?: string | undefined;
}

/**
 * Ticks are those that the target's schedules owed in the period, whether or not there is anything in the ledger for them.
 * Throws `target_not_found` where there has never been one of this id; `usage` for a period that is empty or ends before it
 * begins, by the database clock where it has no end, and for one of which retention has left nothing.
 */
export async function summarizeTarget(database: Queryable, query: SummaryQuery): Promise<SummaryResource> {
  const { targetId, to, location = null } = query;
  const asked = query.from ?? (to === undefined ? undefined : new Date(to.getTime() - DAY_MS));
  const kept = (await database.query<{ since: Date | null }>(keptSql)).rows[0]?.since ?? null;
  const keptSince = kept !== null && asked !== undefined && asked < kept ? kept : null;
  if (keptSince !== null && to !== undefined && to <= keptSince) {
    throw new EverytickError(
      'usage',
      `results before ${keptSince.toISOString()} are not kept any more, and the period ends before that; "everytick uptime" has the hours and days of it`,
    );
  }
  const from = keptSince ?? query.from;
  const { rows } = await database.query(summarySql, [targetId, from ?? null, to ?? null, location]);
  const [row] = rows;
  if (row === undefined) throw new EverytickError('target_not_found', `there is no target ${targetId}`);
  if (row.since >= row.until) throw noPeriod(row.since, row.until, to === undefined);
  const { up, degraded, down, missed, skipped } = row;
  const observed = up + degraded + down;
  // Of a time before there was a history of schedules, there are results and nothing that was owed.
  const expected = Math.max(row.expected, observed + missed + skipped);
  const pending = expected - observed - missed - skipped;
  const [p50, p90, p95, p99, max] = row.response_time_ms?.map(toMicroseconds) ?? [];
  return {
    target_id: targetId,
    target: row.target,
    from: row.since.toISOString(),
    to: row.until.toISOString(),
    since: row.owed_since?.toISOString() ?? null,
    kept_since: keptSince?.toISOString() ?? null,
    location,
    ticks: { expected, up, degraded, down, missed, skipped, pending },
    uptime: share(up + degraded, observed),
    coverage: share(observed, row.expected - skipped),
    response_time_ms: row.response_time_ms === null ? null : { p50, p90, p95, p99, max },
  };
}

function noPeriod(from: Date, to: Date, endsNow: boolean): EverytickError {
  const ends = endsNow ? `now, ${to.toISOString()}` : to.toISOString();
  const wrong = from > to ? 'the period ends before it begins' : 'the period is empty';
  return new EverytickError('usage', `${wrong}: from ${from.toISOString()} to ${ends}`);
}

/** Between two measured values lies nothing that was measured: no more digits than they have. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

/** Not above 1, where not all results were owed. */
function share(part: number, whole: number): number | null {
  return whole <= 0 ? null : Math.min(1, part / whole);
}
