// `bench rows`: what a row of the ledger costs on disk, with its part of the indexes: written as workers write it, a day of each
// target, in the order of time; while its day is being written, and after the day's key has been made anew.

import { migrate } from '@everytick/cli/migrate';
import { type CheckResult, type ClaimedCheck, noPhases, openPool, PostgresScheduler } from '@everytick/core';
import { resultOf, startOwnPostgres } from '@everytick/testing';
import pg from 'pg';
import type { Report } from './report.ts';

export interface RowsOptions {
  readonly targets: number;
  /** Of each target. */
  readonly ticks: number;
  readonly onProgress: (line: string) => void;
}

/** Little less than what the claim's parameter, milliseconds in 32 bits, can hold: all ticks can be claimed at once. */
const HORIZON_MS = 24 * 86_400_000;
const INTERVAL_S = 60;
const CONNECTIONS = 2;

/** Some that differ as those of real servers do. */
const kinds: Readonly<Record<string, (check: ClaimedCheck, nth: number) => Partial<CheckResult>>> = {
  http: (check, nth) => ({
    startedAtMs: check.scheduledAtMs + 0.2 + (nth % 100) / 80,
    responseTimeUs: 70_000 + (nth % 9_000),
    phases: { ...noPhases, connectUs: 9_000, requestUs: 130, firstByteUs: 59_000 + (nth % 9_000), downloadUs: 1_870 },
    bodyBytes: 12_000,
    matched: true,
    remoteAddress: '192.0.2.1',
  }),
  https: (check, nth) => ({
    startedAtMs: check.scheduledAtMs + 0.2 + (nth % 100) / 80,
    responseTimeUs: 130_000 + (nth % 9_000),
    phases: {
      dnsWaitUs: nth % 9,
      dnsUs: 3_000,
      connectUs: 20_000,
      tlsUs: 45_000,
      requestUs: 130,
      firstByteUs: 60_000 + (nth % 9_000),
      downloadUs: 1_870,
    },
    bodyBytes: 12_000,
    matched: true,
    remoteAddress: '192.0.2.1',
    certificateExpiresAtMs: check.scheduledAtMs + 60 * 86_400_000,
  }),
};

export async function rowsBench({ targets, ticks, onProgress }: RowsOptions): Promise<Report> {
  const rows: Record<string, number | string>[] = [];
  for (const [kind, overrides] of Object.entries(kinds)) {
    await using server = await startOwnPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '4GB' } });
    await migrate({ databaseUrl: server.url });
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(targetsSql(targets));
    const pool = openPool({ connectionString: server.url, applicationName: 'rows', max: CONNECTIONS, hot: true });
    const options = { pool, workerName: 'worker', location: 'default', horizonMs: HORIZON_MS, leaseMarginMs: 5_000 };
    const scheduler = await PostgresScheduler.register(options);
    let written = 0;
    let said = 0;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        while (written < targets * ticks) {
          const { checks } = await scheduler.claim(200);
          const results = checks.map((check, nth) => resultOf(check, overrides(check, written + nth)));
          const { recorded } = await scheduler.finish(results);
          written += recorded;
          if (written - said >= 100_000) {
            said = written;
            onProgress(
              `${kind}: ${written.toLocaleString('en-US')} of ${(targets * ticks).toLocaleString('en-US')} rows`,
            );
          }
        }
      }),
    );
    await pool.end();
    const whileWritten = await sizes(client, written);
    // As the leading coordinator does when a day is over; these are not.
    await client.query(fullPagesSql);
    await client.query('REINDEX TABLE check_results');
    const afterwards = await sizes(client, written);
    rows.push({
      kind,
      heap_bytes: whileWritten.heap,
      index_bytes: whileWritten.indexes,
      index_bytes_made_anew: afterwards.indexes,
      total_bytes: rounded(whileWritten.heap + whileWritten.indexes),
      total_bytes_made_anew: rounded(afterwards.heap + afterwards.indexes),
    });
    await client.end();
  }
  return { bench: 'rows', parameters: { targets, ticks, interval_s: INTERVAL_S }, rows };
}

const targetsSql = (targets: number) => `
  SELECT ensure_check_results_partitions(current_date - 1, current_date + 3);
  INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
    SELECT 'target ' || i, 'http://127.0.0.1:9/' || i, ${INTERVAL_S}, 5000 FROM generate_series(1, ${targets}) AS i;
  TRUNCATE target_changes;
  INSERT INTO schedules (target_id, location_id, schedule_from, interval_s, first_tick)
    SELECT id, 1, tick_at_or_before(id, interval_s, now()) - interval '500 ms', interval_s, tick_at_or_before(id, interval_s, now())
    FROM monitored_targets;
  INSERT INTO leases (target_id, location_id, interval_s, schedule_from, first_tick, next_fire_at)
    SELECT target_id, 1, interval_s, schedule_from, first_tick, first_tick FROM schedules;
  ANALYZE leases`;

const fullPagesSql = `
  DO $$ DECLARE key text; BEGIN
    FOR key IN SELECT indexrelid::regclass FROM pg_index JOIN pg_inherits ON inhrelid = indrelid
               WHERE inhparent = 'check_results'::regclass AND indisprimary LOOP
      EXECUTE format('ALTER INDEX %s SET (fillfactor = 100)', key);
    END LOOP;
  END $$`;

async function sizes(client: pg.Client, written: number): Promise<{ heap: number; indexes: number }> {
  const { rows } = await client.query<{ heap: number; indexes: number }>(
    `SELECT sum(pg_table_size(inhrelid))::float8 AS heap, sum(pg_indexes_size(inhrelid))::float8 AS indexes
     FROM pg_inherits WHERE inhparent = 'check_results'::regclass`,
  );
  const { heap = 0, indexes = 0 } = rows[0] ?? {};
  return { heap: rounded(heap / written), indexes: rounded(indexes / written) };
}

function rounded(bytes: number): number {
  return Math.round(bytes * 10) / 10;
}
