// `bench verify`: how long the proof takes, over a ledger of a given size.

import { performance } from 'node:perf_hooks';
import { migrate } from '@everytick/cli/migrate';
import { isProven, verifyLedger } from '@everytick/core';
import { measuredSql, startOwnPostgres } from '@everytick/testing';
import pg from 'pg';
import { median } from './median.ts';
import type { Report } from './report.ts';

export interface VerifyBenchOptions {
  readonly rows: number;
  readonly targets: number;
  readonly runs: number;
  readonly onProgress: (line: string) => void;
}

const INTERVAL_S = 10;
/** Ticks of each target that one statement writes. */
const CHUNK = 200;
/** Of each row: the proof does not look at it. */
const usual = {
  started_at: "timestamptz '2026-01-01Z' + interval '1 ms'",
  worker_id: '1',
  http_status: '200',
  connect_us: '100',
  first_byte_us: '500',
  download_us: '300',
  body_bytes: '1000',
};

export async function verifyBench({ rows, targets, runs, onProgress }: VerifyBenchOptions): Promise<Report> {
  await using server = await startOwnPostgres();
  await migrate({ databaseUrl: server.url });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await using _ = { [Symbol.asyncDispose]: () => client.end() };
  const ticks = Math.ceil(rows / targets);
  const start = `date_bin('1 day', now(), to_timestamp(0)) - interval '1 day' - ${ticks * INTERVAL_S} * interval '1 second'`;
  await client.query(
    `SELECT ensure_check_results_partitions((${start})::date, current_date + 1);
     CREATE TEMP TABLE given AS SELECT i AS target_id, ${start} AS schedule_from FROM generate_series(1, ${targets}) AS i;
     INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
       SELECT 'target ' || target_id, 'http://127.0.0.1:9/', ${INTERVAL_S}, 1000 FROM given;
     INSERT INTO schedules SELECT target_id, 1, schedule_from, ${INTERVAL_S}, first_tick(target_id, schedule_from) FROM given;
     INSERT INTO leases (target_id, location_id, interval_s, schedule_from, first_tick, next_fire_at)
       SELECT target_id, 1, interval_s, schedule_from, first_tick,
              tick_at_or_before(target_id, interval_s, first_tick + interval '5 s') + ${ticks} * interval '10 s'
       FROM schedules;
     TRUNCATE target_changes`,
  );
  for (let from = 0; from < ticks; from += CHUNK) {
    if (from % (CHUNK * 10) === 0) onProgress(`${(from * targets).toLocaleString('en-US')} rows written`);
    await client.query(
      `WITH measured AS MATERIALIZED (SELECT ${measuredSql(usual, "timestamptz '2026-01-01Z'", '1234')} AS packed)
       INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us, measured)
       SELECT tick, s.target_id, 1,
              (CASE WHEN (k + s.target_id) % 50 = 0 THEN 'down' ELSE 'up' END)::check_outcome, 1234, measured.packed
       FROM generate_series($1::integer, $2::integer) AS k
       CROSS JOIN measured
       CROSS JOIN schedules AS s
       CROSS JOIN LATERAL (
         SELECT CASE WHEN k = 0 THEN s.first_tick
                     ELSE tick_at_or_before(s.target_id, s.interval_s, s.first_tick + interval '5 s') + k * interval '10 s'
                END AS tick
       ) AS t`,
      [from, Math.min(ticks, from + CHUNK) - 1],
    );
  }
  // As autovacuum would have done by the time that there are so many.
  await client.query('VACUUM ANALYZE');
  const seconds: number[] = [];
  let recorded = 0;
  for (let run = 1; run <= runs; run++) {
    const startedAt = performance.now();
    const proof = await verifyLedger(client);
    seconds.push((performance.now() - startedAt) / 1000);
    recorded = proof.recorded.up + proof.recorded.down;
    if (!isProven(proof) || recorded !== ticks * targets) throw new Error(`the proof failed: ${JSON.stringify(proof)}`);
    onProgress(`run ${run} of ${runs}: ${seconds.at(-1)?.toFixed(2)} s`);
  }
  return {
    bench: 'verify',
    parameters: { rows, targets, interval_s: INTERVAL_S, runs },
    rows: [
      {
        ticks: recorded,
        proof_s_median: Number(median(seconds).toFixed(2)),
        proof_s_worst: Number(Math.max(...seconds).toFixed(2)),
        million_ticks_per_s: Number((recorded / median(seconds) / 1e6).toFixed(2)),
      },
    ],
  };
}
