// The ledger of the run, row by row.

import type pg from 'pg';

export interface LedgerRow {
  readonly targetId: number;
  readonly locationId: number;
  readonly scheduledAtMs: number;
  /** Null where nobody carried it out. */
  readonly startedAtMs: number | null;
  readonly responseTimeMs: number | null;
  readonly outcome: string;
  readonly ticks: number;
  readonly errorCode: string | null;
  readonly errorDetail: string | null;
}

/** In the order of target, location and time. */
export async function readLedger(pool: pg.Pool): Promise<LedgerRow[]> {
  const { rows } = await pool.query<LedgerRow>(
    `SELECT target_id AS "targetId", location_id AS "locationId",
            (extract(epoch FROM scheduled_at) * 1000)::float8 AS "scheduledAtMs",
            (extract(epoch FROM started_at) * 1000)::float8 AS "startedAtMs",
            (response_time_us / 1000.0)::float8 AS "responseTimeMs", outcome::text, ticks, error_code AS "errorCode", error_detail AS "errorDetail"
     FROM results ORDER BY target_id, location_id, scheduled_at`,
  );
  return rows;
}

/** Ticks that were never carried out, by the reason that the ledger gives. */
export function passedByCode(rows: readonly LedgerRow[], outcome: 'missed' | 'skipped'): Record<string, number> {
  const ticks: Record<string, number> = {};
  for (const row of rows) {
    if (row.outcome === outcome) ticks[row.errorCode ?? 'none'] = (ticks[row.errorCode ?? 'none'] ?? 0) + row.ticks;
  }
  return ticks;
}
