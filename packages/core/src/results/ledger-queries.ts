// Questions to the ledger that people and the command line ask. Each is one statement.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import type { Assertion, HttpProtocol, Phases } from '../domain/check.ts';
import type { CheckErrorCode, Outcome, PassedErrorCode } from '../domain/outcome.ts';

const nowSql = loadSql('database-now');
const afterSql = loadSql('results-after');
const summarySql = loadSql('results-summary');

/** What all readings of a row of the ledger have. */
export interface LedgerEntry {
  readonly targetId: number;
  readonly scheduledAt: Date;
  /** Null where the tick was never carried out. */
  readonly startedAt: Date | null;
  readonly outcome: Outcome;
  readonly httpStatus: number | null;
  readonly responseTimeUs: number | null;
  readonly errorCode: CheckErrorCode | PassedErrorCode | null;
  readonly errorDetail: string | null;
  /** How many ticks the row stands for: this one and the `ticks - 1` that follow it. */
  readonly ticks: number;
  readonly latenessMs: number | null;
}

/** A row of the ledger with names in it. */
export interface RecentResult extends LedgerEntry {
  readonly target: string;
  readonly location: string;
  readonly phases: Phases;
  readonly bodyBytes: number | null;
  readonly matched: boolean | null;
  readonly protocol: HttpProtocol | null;
  /** In the text form of RFC 5952, without a scope. */
  readonly remoteAddress: string | null;
  readonly redirects: number | null;
  readonly certificateExpiresAt: Date | null;
  /** Who carried it out; null where nobody did. */
  readonly worker: string | null;
  /** The longest that the worker was held up while it measured; null where it was not carried out, or by an earlier version. */
  readonly loopDelayUs: number | null;
  /** Whether that makes the figures doubtful. */
  readonly suspect: boolean | null;
  /** Those assertions that failed. */
  readonly failed: readonly FailedAssertion[];
}

export type FailedAssertion = Pick<Assertion, 'kind' | 'expected' | 'seen'>;

/** A row as a reader that keeps up gets it. */
export interface FollowedResult extends LedgerEntry {
  readonly locationId: number;
}

/** Now, by the database clock. */
export async function databaseNow(database: Queryable): Promise<Date> {
  const { rows } = await database.query<{ now: Date }>(nowSql);
  if (rows[0] === undefined) throw new Error('the database gave no time');
  return rows[0].now;
}

/** The rows of each target whose tick is at or after the moment given for it, oldest first. */
export async function resultsAfter(database: Queryable, moments: ReadonlyMap<number, Date>): Promise<FollowedResult[]> {
  const { rows } = await database.query(afterSql, [[...moments.keys()], [...moments.values()]]);
  return rows.map((row) => ({ ...entryOf(row), locationId: row.location_id }));
}

/** Ticks by outcome, and quantiles of what was measured; null where nothing was. */
export interface ResultsSummary extends Readonly<Record<Outcome, number>> {
  readonly ticks: number;
  readonly responseTimeMs: { readonly p50: number; readonly p95: number } | null;
  readonly latenessMs: { readonly p50: number; readonly p99: number } | null;
}

/** What became of the ticks of these targets since a moment. Targets that have no row yet are not among `byTarget`. */
export async function summarizeResults(
  database: Queryable,
  targetIds: readonly number[],
  since: Date,
): Promise<{ readonly total: ResultsSummary; readonly byTarget: ReadonlyMap<number, ResultsSummary> }> {
  const { rows } = await database.query(summarySql, [targetIds, since]);
  const byTarget = new Map<number | null, ResultsSummary>();
  for (const { target_id, response_time_ms, lateness_ms, ...counts } of rows) {
    byTarget.set(target_id, {
      ...counts,
      responseTimeMs: response_time_ms && { p50: response_time_ms[0], p95: response_time_ms[1] },
      latenessMs: lateness_ms && { p50: lateness_ms[0], p99: lateness_ms[1] },
    });
  }
  const nothing = { ticks: 0, up: 0, degraded: 0, down: 0, missed: 0, skipped: 0 };
  const total = byTarget.get(null) ?? { ...nothing, responseTimeMs: null, latenessMs: null };
  byTarget.delete(null);
  return { total, byTarget: byTarget as Map<number, ResultsSummary> };
}

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
function entryOf(row: any): LedgerEntry {
  return {
    targetId: row.target_id,
    scheduledAt: row.scheduled_at,
    startedAt: row.started_at,
    outcome: row.outcome,
    httpStatus: row.http_status,
    responseTimeUs: row.response_time_us,
    errorCode: row.error_code,
    errorDetail: row.error_detail,
    ticks: row.ticks,
    latenessMs: row.lateness_ms,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
export function recentResultOfRow(row: any): RecentResult {
  return {
    ...entryOf(row),
    target: row.target,
    location: row.location,
    phases: {
      dnsWaitUs: row.dns_wait_us,
      dnsUs: row.dns_us,
      connectUs: row.connect_us,
      tlsUs: row.tls_us,
      requestUs: row.request_us,
      firstByteUs: row.first_byte_us,
      downloadUs: row.download_us,
    },
    bodyBytes: row.body_bytes,
    matched: row.matched,
    protocol: row.protocol,
    remoteAddress: row.remote_address,
    redirects: row.redirects,
    certificateExpiresAt: row.certificate_expires_at,
    worker: row.worker,
    loopDelayUs: row.loop_delay_us,
    suspect: row.suspect,
    failed: row.failed_assertions ?? [],
  };
}
