// How a target did in a period.

import type { SummaryResource } from '../api/summary-resource.ts';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';

const summarySql = loadSql('target-summary');

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
 * Throws `target_not_found` where there has never been one of this id; `usage` for a period that ends before
 * it begins.
 */
export async function summarizeTarget(database: Queryable, query: SummaryQuery): Promise<SummaryResource> {
  const { targetId, from, to, location = null } = query;
  if (from !== undefined && to !== undefined && from >= to) {
    throw new EverytickError(
      'usage',
      `the period ends before it begins: from ${from.toISOString()} to ${to.toISOString()}`,
    );
  }
  const { rows } = await database.query(summarySql, [targetId, from ?? null, to ?? null, location]);
  const [row] = rows;
  if (row === undefined) throw new EverytickError('target_not_found', `there is no target ${targetId}`);
  const { expected, up, degraded, down, missed, skipped } = row;
  const observed = up + degraded + down;
  const [p50, p90, p95, p99, max] = row.response_time_ms ?? [];
  return {
    target_id: targetId,
    target: row.target,
    from: row.since.toISOString(),
    to: row.until.toISOString(),
    location,
    ticks: { expected, up, degraded, down, missed, skipped },
    uptime: share(up + degraded, observed),
    coverage: share(observed, expected - skipped),
    response_time_ms: row.response_time_ms === null ? null : { p50, p90, p95, p99, max },
  };
}

/** Not above 1: of a time before there was a history of schedules, there are results and nothing that was owed. */
function share(part: number, whole: number): number | null {
  return whole <= 0 ? null : Math.min(1, part / whole);
}
