// What the ledger says of each stage of an upgrade.

import type pg from 'pg';

export const STAGES = [
  'the release alone',
  'migrated, the release at work',
  'both versions at work',
  'this version alone',
] as const;
export type Stage = (typeof STAGES)[number];

export interface StageFigures extends Readonly<Record<string, string | number>> {
  readonly stage: Stage;
  readonly up: number;
  readonly down: number;
  readonly missed: number;
  readonly skipped: number;
  /** Ticks that workers of the release carried out, and of this version. */
  readonly by_old: number;
  readonly by_new: number;
  readonly lateness_p99_ms: number;
  readonly lateness_max_ms: number;
}

export async function stageFigures(pool: pg.Pool, stage: Stage, from: Date, until: Date): Promise<StageFigures> {
  const { rows } = await pool.query<Omit<StageFigures, 'stage'>>(
    `SELECT coalesce(sum(ticks) FILTER (WHERE outcome = 'up'), 0)::integer AS up,
            coalesce(sum(ticks) FILTER (WHERE outcome IN ('down', 'degraded')), 0)::integer AS down,
            coalesce(sum(ticks) FILTER (WHERE outcome = 'missed'), 0)::integer AS missed,
            coalesce(sum(ticks) FILTER (WHERE outcome = 'skipped'), 0)::integer AS skipped,
            (count(*) FILTER (WHERE outcome = 'up' AND w.name LIKE 'old-%'))::integer AS by_old,
            (count(*) FILTER (WHERE outcome = 'up' AND w.name LIKE 'new-%'))::integer AS by_new,
            round(coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY lateness), 0)::numeric, 1)::float8 AS lateness_p99_ms,
            round(coalesce(max(lateness), 0)::numeric, 1)::float8 AS lateness_max_ms
     FROM (SELECT *, extract(epoch FROM started_at - scheduled_at) * 1000 AS lateness FROM results) AS result
     LEFT JOIN workers AS w ON w.id = worker_id
     WHERE scheduled_at >= $1 AND scheduled_at < $2`,
    [from, until],
  );
  return { stage, ...(rows[0] as Omit<StageFigures, 'stage'>) } as StageFigures;
}
