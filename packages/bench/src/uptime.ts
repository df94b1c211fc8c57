// `bench uptime`: what hours and days cost to build, and how long a year of uptime takes from them, over the function of core, while
// results go on coming in.
//
// A ledger of two days is built into hours and days as the leader does it; the year before is the whole one of these again and again.
// Its hours are there for the last month and for the beginning: no question asked here reads any others.

import { performance } from 'node:perf_hooks';
import { buildRollups, openPool, uptimeOf } from '@everytick/core';
import type pg from 'pg';
import { generateLedger, keepWriting } from './api/generated-ledger.ts';
import { startBenchPostgres } from './load/bench-postgres.ts';
import { cpuSecondsOfTree, requireCpuTimes } from './load/cpu-time.ts';
import { median } from './median.ts';
import { type Report, rounded } from './report.ts';

export interface UptimeBenchOptions {
  readonly targets: number;
  readonly intervalS: number;
  /** Questions of each kind, each about other targets. */
  readonly questions: number;
  readonly onProgress: (line: string) => void;
}

const DAYS = 365;
const MONTH = 31;
const STATEMENT_TIMEOUT_MS = 60_000;
const DAY_MS = 86_400_000;

export async function uptimeBench(options: UptimeBenchOptions): Promise<Report> {
  const { targets, intervalS, questions, onProgress } = options;
  requireCpuTimes();
  await using server = await startBenchPostgres();
  await generateLedger(server.url, { targets, days: 2, intervalS }, onProgress);
  const pool = openPool({
    connectionString: server.url,
    applicationName: 'everytick bench uptime',
    max: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await using _ = { [Symbol.asyncDispose]: () => pool.end() };
  const built = await build(pool, server.pid, onProgress);
  onProgress(`one day ${DAYS} times`);
  await repeatDay(pool);
  await using _writing = await keepWriting(server.url);
  const kinds = [
    { asked: 'one target, 365 days', targetsEach: 1, days: DAYS },
    { asked: 'one target, 30 days', targetsEach: 1, days: 30 },
    { asked: '50 targets, 365 days', targetsEach: 50, days: DAYS },
  ];
  const rows: Report['rows'][number][] = [];
  for (const kind of kinds) {
    onProgress(kind.asked);
    rows.push(await ask(pool, server.pid, { ...kind, targets, questions, intervalS }));
  }
  return { bench: 'uptime', parameters: { targets, interval_s: intervalS, questions, ...built }, rows };
}

/** Everything that there is to build, as the leader does it. */
async function build(pool: pg.Pool, postgres: number, onProgress: (line: string) => void) {
  onProgress('building hours and days');
  const [cpuBefore, startedAt] = [cpuSecondsOfTree(postgres), performance.now()];
  const built = { hours: 0, days: 0 };
  for (let done = false; !done; ) {
    const round = await buildRollups(pool, { statementTimeoutMs: STATEMENT_TIMEOUT_MS });
    built.hours += round.hours;
    built.days += round.days;
    done = round.done;
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpuS = cpuSecondsOfTree(postgres) - cpuBefore;
  const { rows } = await pool.query(
    'SELECT count(*)::integer AS ticks FROM check_results WHERE scheduled_at < (SELECT hours_until FROM rollups_progress)',
  );
  return {
    rows_of_the_ledger: rows[0]?.ticks,
    hours_built: built.hours,
    days_built: built.days,
    building_s: rounded(seconds, 1),
    building_cpu_us_per_row: rounded((cpuS * 1e6) / rows[0]?.ticks, 2),
  };
}

/** The whole day that was built stands for each one of the year before it, of which the ledger is gone. */
async function repeatDay(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query('SELECT max(day)::text AS day FROM rollups_daily');
  const day = rows[0]?.day;
  await pool.query(`
    SELECT ensure_rollups_partitions(each::date)
    FROM generate_series(date '${day}' - ${DAYS + 1}, date '${day}', interval '1 day') AS each;
    DELETE FROM rollups_daily WHERE day < '${day}';
    DELETE FROM rollups_hourly WHERE hour < '${day} 00:00Z';
    UPDATE schedules SET schedule_from = schedule_from - interval '${DAYS} days', first_tick = first_tick - interval '${DAYS} days';
    UPDATE leases SET schedule_from = schedule_from - interval '${DAYS} days', first_tick = first_tick - interval '${DAYS} days';
    UPDATE rollups_progress SET raw_from = '${day} 00:00Z';
    TRUNCATE rollups_owed, target_changes`);
  await copyBack(pool, 'rollups_daily', 'day', 'r.day - k');
  await copyBack(pool, 'rollups_hourly', 'hour', "r.hour - k * interval '1 day'", `k <= ${MONTH} OR k > ${DAYS - 2}`);
  await pool.query('VACUUM ANALYZE');
}

/** Rows of the whole day, `k` days before it. */
async function copyBack(pool: pg.Pool, table: string, moment: string, copied: string, which = 'true'): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    'SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped',
    [table],
  );
  const names = rows.map(({ name }) => name);
  await pool.query(
    `INSERT INTO ${table} (${names.join(', ')})
     SELECT ${names.map((name) => (name === moment ? copied : `r.${name}`)).join(', ')}
     FROM ${table} AS r CROSS JOIN generate_series(1, ${DAYS + 1}) AS k
     WHERE r.${moment} < (SELECT max(day) + 1 FROM rollups_daily)::timestamp AT TIME ZONE 'UTC' AND (${which})`,
  );
}

interface Question {
  readonly asked: string;
  readonly targetsEach: number;
  readonly days: number;
  readonly targets: number;
  readonly questions: number;
  readonly intervalS: number;
}

async function ask(pool: pg.Pool, postgres: number, { asked, targetsEach, days, ...of }: Question) {
  const from = new Date(Date.now() - days * DAY_MS);
  const took: number[] = [];
  // The first ones find nothing in memory and no plan made.
  const warmUp = 3;
  let cpuBefore = 0;
  for (let nth = -warmUp; nth < of.questions; nth++) {
    if (nth === 0) cpuBefore = cpuSecondsOfTree(postgres);
    const first = 1 + (((nth + warmUp) * 97) % (of.targets - targetsEach + 1));
    const targetIds = Array.from({ length: targetsEach }, (_, index) => first + index);
    const startedAt = performance.now();
    const found = await uptimeOf(pool, { targetIds, from });
    if (nth >= 0) took.push(performance.now() - startedAt);
    for (const each of found) requireWhole(each, (days * 86_400) / of.intervalS);
  }
  took.sort((a, b) => a - b);
  return {
    asked,
    p50_ms: rounded(median(took), 1),
    p95_ms: rounded(took[Math.floor(took.length * 0.95)] ?? Number.NaN, 1),
    max_ms: rounded(took.at(-1) ?? Number.NaN, 1),
    postgres_cpu_ms: rounded(((cpuSecondsOfTree(postgres) - cpuBefore) * 1_000) / of.questions, 1),
  };
}

/** An answer over a part of the year would be quick as well. */
function requireWhole({ target_id: id, ticks }: Awaited<ReturnType<typeof uptimeOf>>[number], expected: number): void {
  const counted = Object.values(ticks).reduce((sum, each) => sum + each, 0);
  if (counted < expected * 0.97) throw new Error(`target ${id}: ${counted} ticks of ${expected} are in its uptime`);
}
