// What the ledger says of the ticks of some seconds.

import { eventually } from '@everytick/testing';
import type pg from 'pg';

export interface Window {
  readonly from: Date;
  readonly until: Date;
}

export interface LedgerFigures {
  readonly recorded: number;
  /** Those that were carried out, whatever came of it. */
  readonly carriedOut: number;
  readonly up: number;
  readonly down: number;
  readonly missed: number;
  readonly duplicates: number;
  readonly latenessMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly responseP50Ms: number;
}

/** Begins in a second, by the clock of the database. */
export async function windowOf(pool: pg.Pool, seconds: number): Promise<Window> {
  const { rows } = await pool.query<Window>(
    `SELECT now() + interval '1 second' AS from, now() + interval '1 second' + $1 * interval '1 second' AS until`,
    [seconds],
  );
  if (rows[0] === undefined) throw new Error('the database did not tell the time');
  return rows[0];
}

/** How long after a window its last results may come: a check's whole timeout, and reporting it. */
const LAST_RESULTS_MS = 10_000;

/** Resolves when as many ticks are recorded as are expected, or no more can come. */
export async function ledgerOf(pool: pg.Pool, window: Window, ticksExpected: number): Promise<LedgerFigures> {
  await eventually(async () => (await recordedIn(pool, window)) >= ticksExpected, { timeoutMs: LAST_RESULTS_MS }).catch(
    () => undefined, // that ticks are absent is for the figures to say
  );
  const { rows } = await pool.query<Record<string, number>>(
    `SELECT coalesce(sum(ticks), 0)::integer AS recorded,
            (count(*) - count(DISTINCT (target_id, scheduled_at)))::integer AS duplicates,
            count(*) FILTER (WHERE lateness IS NOT NULL)::integer AS carried_out,
            coalesce(sum(ticks) FILTER (WHERE outcome = 'up'), 0)::integer AS up,
            coalesce(sum(ticks) FILTER (WHERE outcome = 'down'), 0)::integer AS down,
            coalesce(sum(ticks) FILTER (WHERE outcome = 'missed'), 0)::integer AS missed,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY lateness)::float8 AS p50,
            percentile_cont(0.99) WITHIN GROUP (ORDER BY lateness)::float8 AS p99,
            max(lateness)::float8 AS max,
            (percentile_cont(0.5) WITHIN GROUP (ORDER BY response_time_us) / 1000)::float8 AS response_p50
     FROM (SELECT *, lateness_us_of(measured) / 1000.0 AS lateness FROM check_results) AS result
     WHERE scheduled_at >= $1 AND scheduled_at < $2`,
    [window.from, window.until],
  );
  // Where no check was carried out there is no lateness, and NaN says so.
  const figure = (name: string) => rows[0]?.[name] ?? Number.NaN;
  return {
    recorded: figure('recorded'),
    carriedOut: figure('carried_out'),
    up: figure('up'),
    down: figure('down'),
    missed: figure('missed'),
    duplicates: figure('duplicates'),
    latenessMs: { p50: figure('p50'), p99: figure('p99'), max: figure('max') },
    responseP50Ms: figure('response_p50'),
  };
}

async function recordedIn(pool: pg.Pool, { from, until }: Window): Promise<number> {
  const { rows } = await pool.query<{ ticks: number }>(
    'SELECT coalesce(sum(ticks), 0)::integer AS ticks FROM check_results WHERE scheduled_at >= $1 AND scheduled_at < $2',
    [from, until],
  );
  return rows[0]?.ticks ?? 0;
}
