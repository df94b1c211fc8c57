// A ledger as an installation of some size has it after some days: each target checked at its ticks, nearly all of them up,
// rows in the order of time, so that those of one target lie scattered over the whole of it.

import { setTimeout as delay } from 'node:timers/promises';
import { measuredSql } from '@everytick/testing';
import pg from 'pg';

export interface LedgerShape {
  readonly targets: number;
  readonly days: number;
  readonly intervalS: number;
}

/** One in so many targets is down for good; one in so many checks of the others fails; one in so many targets is paused. */
const DOWN_TARGETS = 100;
const DOWN_CHECKS = 200;
const PAUSED_TARGETS = 100;
/** Ticks of each target that one statement writes. */
const CHUNK = 60;

/**
 * Fills a migrated, empty database, on two connections. The key is taken away meanwhile and made again: sorted at once, it
 * takes a fraction of the time. Ends with the ticks that were due when it began.
 */
export async function generateLedger(
  url: string,
  { targets, days, intervalS }: LedgerShape,
  onProgress: (line: string) => void,
): Promise<void> {
  const clients = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })] as const;
  const [client] = clients;
  try {
    for (const each of clients) {
      await each.connect();
      await each.query(`SET synchronous_commit = off; SET maintenance_work_mem = '512MB'`);
    }
    await client.query(targetsSql(targets, days, intervalS));
    await client.query('ALTER TABLE check_results DROP CONSTRAINT check_results_pkey');
    const ticks = Math.floor((days * 86_400) / intervalS);
    let next = 0;
    const write = async (writer: pg.Client) => {
      while (next < ticks) {
        const from = next;
        next = Math.min(ticks, from + CHUNK);
        if (from % (CHUNK * 20) === 0) onProgress(`${(from * targets).toLocaleString('en-US')} rows written`);
        await writer.query(resultsOf(runSql), [from, next - 1, intervalS]);
      }
    };
    await Promise.all(clients.map(write));
    onProgress('making the key');
    await client.query('ALTER TABLE check_results ADD PRIMARY KEY (target_id, location_id, scheduled_at)');
    onProgress('vacuuming');
    await client.query('VACUUM ANALYZE');
  } finally {
    await Promise.all(clients.map((each) => each.end()));
  }
}

/** Writes what has come due since a moment, and sets the leases to what is owed next. Resolves with now. */
async function writeDue(client: pg.Client, since: Date): Promise<Date> {
  const { rows } = await client.query<{ now: Date }>('SELECT now()');
  const now = rows[0]?.now ?? since;
  await client.query(`${resultsOf(dueSql)} ON CONFLICT DO NOTHING`, [since, now]);
  await client.query(
    `UPDATE leases SET next_fire_at = tick_at_or_before(target_id, interval_s, $2) + interval_s * interval '1 s'
     WHERE skip_from IS NULL AND tick_at_or_before(target_id, interval_s, $2) > $1`,
    [since, now],
  );
  return now;
}

/** Goes on with the ledger as workers would, until it is stopped. */
export async function keepWriting(url: string): Promise<AsyncDisposable> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let since = await writeDue(client, new Date(Date.now() - 3_600_000));
  const stopping = new AbortController();
  const writing = (async () => {
    while (!stopping.signal.aborted) {
      await delay(1_000, undefined, { signal: stopping.signal }).catch(() => undefined);
      since = await writeDue(client, since);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await writing;
      await client.end();
    },
  };
}

/** Packed once, for packing each row would take longer than all the rest. What the time to the first byte is follows from each response time. */
const usual = {
  started_at: "timestamptz '2026-01-01Z' + interval '1.5 ms'",
  worker_id: '1',
  dns_wait_us: '1',
  dns_us: '3000',
  connect_us: '4000',
  tls_us: '8000',
  request_us: '50',
  first_byte_us: '90000',
  download_us: '4900',
  body_bytes: '5000',
  loop_delay_us: '0',
  protocol: "'http/1.1'",
  redirects: '0',
  suspect: 'false',
  remote_address: "'192.0.2.7'",
  certificate_expires_at: "timestamptz '2026-03-01Z'",
};

/** Rows for `ticks`: a query of target_id, tick, k (the number of the tick) and skipped. */
const resultsOf = (ticks: string) => `
  WITH measured AS MATERIALIZED (
    SELECT ${measuredSql({ ...usual, http_status: '200' }, "timestamptz '2026-01-01Z'", '110000')} AS up,
           ${measuredSql({ ...usual, http_status: '503', error_detail: "'answered 503 where 200-299 was expected'" }, "timestamptz '2026-01-01Z'", '110000')} AS down
  )
  INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us, error_code, measured)
  SELECT tick, target_id, 1, outcome, us,
         CASE outcome WHEN 'down' THEN 'status_unexpected' WHEN 'skipped' THEN 'paused' END,
         CASE outcome WHEN 'up' THEN measured.up WHEN 'down' THEN measured.down END
  FROM (${ticks}) AS t
  CROSS JOIN measured
  CROSS JOIN LATERAL (
    SELECT (CASE WHEN skipped THEN 'skipped'
                 WHEN target_id % ${DOWN_TARGETS} = 7 OR hashint8(k * 7919::bigint + target_id) % ${DOWN_CHECKS} = 0 THEN 'down'
                 ELSE 'up' END)::check_outcome AS outcome,
           CASE WHEN NOT skipped THEN 20000 + abs(hashint4(k + target_id * 31) % 180000) END AS us
  ) AS seen`;

/** From the k-th tick of each target on; the first one lies on the grid. */
const runSql = `
  SELECT s.target_id, k, s.first_tick + k * $3::integer * interval '1 s' AS tick, s.skip_code IS NOT NULL AS skipped
  FROM generate_series($1::integer, $2::integer) AS k
  CROSS JOIN schedules AS s
  ORDER BY tick`;

const dueSql = `
  SELECT s.target_id, extract(epoch FROM g.tick)::bigint::integer AS k, g.tick, s.skip_code IS NOT NULL AS skipped
  FROM schedules AS s
  CROSS JOIN LATERAL generate_series(
    tick_at_or_before(s.target_id, s.interval_s, $1) + s.interval_s * interval '1 s', $2, s.interval_s * interval '1 s'
  ) AS g (tick)
  ORDER BY g.tick`;

const targetsSql = (targets: number, days: number, intervalS: number) => `
  SELECT ensure_check_results_partitions(current_date - ${days} - 1, current_date + 1);
  INSERT INTO workers (name, location_id) VALUES ('worker', 1);
  INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, paused, source, group_name, labels, options)
    SELECT (ARRAY['shop', 'blog', 'api', 'login', 'search'])[1 + i % 5] || '-' || lpad(i::text, 6, '0'),
           'https://' || (ARRAY['shop', 'blog', 'api', 'login', 'search'])[1 + i % 5] || '-' || i || '.customer' || i % 97 || '.example/health',
           ${intervalS}, least(10000, ${intervalS} * 1000 - 200), i % ${PAUSED_TARGETS} = 13,
           CASE WHEN i % 3 > 0 THEN 'set-' || i % 3 END,
           CASE WHEN i % 10 > 0 THEN 'group ' || i % 50 END,
           jsonb_build_object('team', 'team-' || i % 20, 'env', CASE WHEN i % 4 = 0 THEN 'staging' ELSE 'production' END),
           CASE WHEN i % 2 = 0 THEN '{"expect": {"status": ["200-299"], "certificate_days": 14}}'::jsonb END
    FROM generate_series(1, ${targets}) AS i;
  CREATE TEMP TABLE given AS
    SELECT id, paused, tick_at_or_before(id, interval_s, now() - interval '${days} days') + interval '${intervalS} s' AS first
    FROM monitored_targets;
  INSERT INTO schedules (target_id, location_id, schedule_from, interval_s, first_tick, skip_code)
    SELECT id, 1, first - interval '500 ms', ${intervalS}, first, CASE WHEN paused THEN 'paused' END FROM given;
  INSERT INTO leases (target_id, location_id, interval_s, schedule_from, first_tick, next_fire_at, skip_from, skip_code)
    SELECT target_id, 1, interval_s, schedule_from, first_tick, CASE WHEN skip_code IS NULL THEN now() END,
           CASE WHEN skip_code IS NOT NULL THEN now() + interval '1 hour' END, skip_code
    FROM schedules;
  TRUNCATE target_changes`;
