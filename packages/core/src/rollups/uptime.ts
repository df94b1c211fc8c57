// How targets did over a long time: from days, hours, and the ledger where an hour is not built yet.

import type { UptimeResource } from '../api/uptime-resource.ts';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';
import { percentilesUs } from './distribution.ts';

const uptimeSql = loadSql('uptime');

export interface UptimeQuery {
  readonly targetIds: readonly number[];
  /** Rounded down to its hour; 30 days before `to`, unless given, by the clock of the database. */
  readonly from?: Date | undefined;
  /** Now, unless given, and never after that. */
  readonly to?: Date | undefined;
  /** The name of one; all together, unless given. One that does not exist owes nothing. */
  readonly location?: string | undefined;
}

const HOUR_MS = 3_600_000;

/** In the order of the ids; those of which there has never been a target are left out. Throws `usage` for a period that is empty. */
export async function uptimeOf(database: Queryable, query: UptimeQuery): Promise<UptimeResource[]> {
  const { targetIds, to, location } = query;
  const hour = query.from === undefined ? null : new Date(Math.floor(query.from.getTime() / HOUR_MS) * HOUR_MS);
  const { rows } = await database.query(uptimeSql, [
    targetIds.filter((id) => id < 2 ** 31),
    hour,
    to ?? null,
    location ?? null,
  ]);
  const [first] = rows;
  if (first !== undefined && first.since >= first.until) {
    throw new EverytickError(
      'usage',
      `the period is empty: it begins at ${first.since.toISOString()}, and ends at ${first.until.toISOString()}`,
    );
  }
  return rows.map((row) => {
    const [p50, p90, p95, p99] = percentilesUs(
      { buckets: row.buckets, counts: row.counts, maxUs: row.max_us },
      [0.5, 0.9, 0.95, 0.99],
    );
    const responses: number = row.counts.reduce((sum: number, count: number) => sum + count, 0);
    const ms = (us: number | null | undefined) => Math.round(us ?? 0) / 1_000;
    return {
      target_id: row.target_id,
      target: row.target,
      from: row.since.toISOString(),
      to: row.until.toISOString(),
      since: row.begins_at?.toISOString() ?? null,
      location: location ?? null,
      ...sharesOf(row.up_ms + row.degraded_ms, row.down_ms, row.unobserved_ms),
      duration_ms: {
        up: row.up_ms,
        degraded: row.degraded_ms,
        down: row.down_ms,
        unobserved: row.unobserved_ms,
        skipped: row.skipped_ms,
      },
      ticks: {
        up: row.up_ticks,
        degraded: row.degraded_ticks,
        down: row.down_ticks,
        missed: row.missed_ticks,
        skipped: row.skipped_ticks,
      },
      response_time_ms:
        responses === 0
          ? null
          : {
              mean: ms(row.sum_us / responses),
              p50: ms(p50),
              p90: ms(p90),
              p95: ms(p95),
              p99: ms(p99),
              max: ms(row.max_us),
            },
    };
  });
}

function sharesOf(up: number, down: number, unobserved: number): Pick<UptimeResource, 'uptime' | 'coverage'> {
  const observed = up + down;
  return {
    uptime: observed === 0 ? null : up / observed,
    coverage: observed + unobserved === 0 ? null : observed / (observed + unobserved),
  };
}
