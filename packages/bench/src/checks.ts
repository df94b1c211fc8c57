// `bench checks`: the whole system at a given rate, as separate processes over loopback, and what the ledger says of it.

import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { migrate } from '@everytick/cli/migrate';
import { eventually, everytick, startOwnPostgres, startProcess } from '@everytick/testing';
import pg from 'pg';
import type { Report } from './report.ts';

export interface ChecksOptions {
  readonly targets: number;
  readonly intervalS: number;
  readonly durationS: number;
  readonly workers: number;
  readonly onProgress: (line: string) => void;
}

export async function checks(options: ChecksOptions): Promise<Report> {
  const { targets, intervalS, durationS, workers, onProgress } = options;
  await using server = await startOwnPostgres({ settings: { fsync: 'on', full_page_writes: 'on' } });
  await migrate({ databaseUrl: server.url });
  const env = { EVERYTICK_DATABASE_URL: server.url, EVERYTICK_LOG_FORMAT: 'json' };

  await using site = await startProcess(process.execPath, [fileURLToPath(new URL('./site.ts', import.meta.url))]);
  const origin = (await site.waitForOutput(/http:\S+\n/)).trim();
  await using coordinator = await everytick(['coordinator'], { env });
  await coordinator.waitForOutput('"leading"');
  await using group = new AsyncDisposableStack();
  for (let number = 1; number <= workers; number++) {
    const worker = group.use(
      await everytick(['worker'], { env: { ...env, EVERYTICK_WORKER_NAME: `worker-${number}` } }),
    );
    await worker.waitForOutput('"worker running"');
  }

  const pool = new pg.Pool({ connectionString: server.url, max: 1 });
  await using _ = { [Symbol.asyncDispose]: () => pool.end() };
  await pool.query(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, match_pattern)
     SELECT 'target ' || i, $1 || '/' || i, $2::integer, least(5000, $2::integer * 500), 'All is w[a-z]+'
     FROM generate_series(1, $3::integer) AS i`,
    [origin, intervalS, targets],
  );
  await eventually(async () => (await pool.query('SELECT FROM leases')).rowCount === targets, { timeoutMs: 30_000 });
  // The schedules' first ticks all come within a second; what is measured is what comes after.
  await delay(intervalS * 1000);
  const window = await pool.query<{ from: Date; until: Date }>(
    `SELECT now() + interval '1 second' AS from, now() + interval '1 second' + $1 * interval '1 second' AS until`,
    [durationS],
  );
  const bounds = window.rows[0];
  if (bounds === undefined) throw new Error('the database did not tell the time');
  for (let second = 0; second < durationS; second += 5) {
    onProgress(`${second} of ${durationS} s`);
    await delay(Math.min(5, durationS - second) * 1000);
  }
  await delay(3_000);

  const { rows } = await pool.query<Record<string, number>>(
    `SELECT $3::integer * ($4::integer / $5::integer) AS ticks_expected,
            coalesce(sum(ticks), 0)::integer AS ticks_recorded,
            (count(*) - count(DISTINCT (target_id, scheduled_at)))::integer AS duplicates,
            coalesce(sum(ticks) FILTER (WHERE outcome = 'up'), 0)::integer AS up,
            coalesce(sum(ticks) FILTER (WHERE outcome = 'down'), 0)::integer AS down,
            coalesce(sum(ticks) FILTER (WHERE outcome = 'missed'), 0)::integer AS missed,
            round(percentile_cont(0.5) WITHIN GROUP (ORDER BY lateness)::numeric, 2)::float8 AS lateness_p50_ms,
            round(percentile_cont(0.99) WITHIN GROUP (ORDER BY lateness)::numeric, 2)::float8 AS lateness_p99_ms,
            round(max(lateness)::numeric, 2)::float8 AS lateness_max_ms,
            round(percentile_cont(0.5) WITHIN GROUP (ORDER BY response_time_us)::numeric / 1000, 2)::float8 AS response_p50_ms
     FROM (SELECT *, extract(epoch FROM started_at - scheduled_at) * 1000 AS lateness FROM check_results) AS result
     WHERE scheduled_at >= $1 AND scheduled_at < $2`,
    [bounds.from, bounds.until, targets, durationS, intervalS],
  );
  return {
    bench: 'checks',
    parameters: { targets, interval_s: intervalS, duration_s: durationS, workers },
    rows: rows.map((row) => ({ rate: targets / intervalS, ...row })),
  };
}
