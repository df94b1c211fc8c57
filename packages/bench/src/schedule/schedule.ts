// `bench schedule`: what it costs to keep a schedule, without fetching anything: recurring work is due, is run (nothing),
// its result is stored, its next run scheduled. By Everytick's scheduler and by two job queues on PostgreSQL.
//
// Sustained, with everything due at all times: leases and jobs are spread over their interval, whoever is due first is taken
// first, and once done comes back at the end of the order. None of them waits for time to pass: our claims look weeks ahead
// (everytick.ts), their jobs were due yesterday (stored-results.ts). So the figure is not what a backlog of a certain size
// costs to clear, and no run is missed, whose row in the ledger would be a price of its own.
//
// Each contender has a fresh server of its own for each number of leases, vacuumed and checkpointed after the work was made.
// After some seconds of warming up come several windows. CPU is that of all processes of PostgreSQL, autovacuum included,
// and that of the client, which is this very process. Results are counted in the end: as many as were said to be done.

import { setTimeout as delay } from 'node:timers/promises';
import { benchPostgresWords, startBenchPostgres } from '../load/bench-postgres.ts';
import { cpuSecondsOfTree, requireCpuTimes } from '../load/cpu-time.ts';
import { median } from '../median.ts';
import { type Report, rounded } from '../report.ts';
import type { Contender } from './contender.ts';
import { everytickScheduler } from './everytick.ts';
import { graphileWorker, graphileWorkerOneByOne } from './graphile-worker.ts';
import { pgBoss } from './pg-boss.ts';

export const contenders: readonly Contender[] = [everytickScheduler, graphileWorker, graphileWorkerOneByOne, pgBoss];

export interface ScheduleOptions {
  /** One measurement for each number. */
  readonly leases: readonly number[];
  readonly intervalS: number;
  readonly batch: number;
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpS: number;
  /** Windows of so many seconds, one after the other. */
  readonly runs: number;
  /** Names; ours is always measured. */
  readonly against: readonly string[];
  readonly onProgress: (line: string) => void;
}

interface Measured {
  readonly leases: number;
  readonly contender: string;
  readonly done: number;
  readonly duplicates: number;
  readonly perSecond: number;
  readonly postgresUs: number;
  readonly clientUs: number;
}

export async function schedule(options: ScheduleOptions): Promise<Report> {
  const { leases, intervalS, batch, connections, seconds, warmUpS, runs, against } = options;
  requireCpuTimes();
  const unknown = against.filter((name) => !contenders.some((contender) => contender.name === name));
  if (unknown.length > 0)
    throw new Error(`nobody is called ${unknown.join(', ')}: ${contenders.map(({ name }) => name).join(', ')}`);
  const measured: Measured[] = [];
  for (const count of leases) {
    for (const contender of contenders) {
      if (contender !== everytickScheduler && !against.includes(contender.name)) continue;
      measured.push(await measure(contender, count, options));
    }
  }
  return {
    bench: 'schedule',
    parameters: {
      interval_s: intervalS,
      batch,
      connections,
      seconds,
      warm_up_s: warmUpS,
      runs,
      postgres: benchPostgresWords,
    },
    rows: measured.map((one) => ({ ...rowOf(one), ...ratiosOf(one, measured) })),
    figures: figuresOf(measured),
  };
}

async function measure(contender: Contender, leases: number, options: ScheduleOptions): Promise<Measured> {
  const { seconds, warmUpS, runs, intervalS, batch, connections } = options;
  const onProgress = (line: string) => options.onProgress(`${leases} leases, ${contender.name}: ${line}`);
  await using server = await startBenchPostgres({ migrated: contender === everytickScheduler });
  const { url, pool } = server;
  const own = { url, pool, leases, intervalS, batch, connections, onProgress };
  onProgress('preparing');
  await contender.prepare(own);
  await pool.query('VACUUM ANALYZE');
  await pool.query('CHECKPOINT');

  const windows: { perSecond: number; postgresUs: number; clientUs: number }[] = [];
  let done = 0;
  {
    await using running = await contender.run(own);
    await delay(warmUpS * 1_000);
    for (let run = 1; run <= runs; run++) {
      const before = { done: running.done(), postgres: cpuSecondsOfTree(server.pid), client: process.cpuUsage() };
      const beganAt = performance.now();
      await delay(seconds * 1_000);
      const rows = running.done() - before.done;
      const elapsedS = (performance.now() - beganAt) / 1_000;
      const client = process.cpuUsage(before.client);
      const postgresUs = ((cpuSecondsOfTree(server.pid) - before.postgres) * 1e6) / rows;
      windows.push({ perSecond: rows / elapsedS, postgresUs, clientUs: (client.user + client.system) / rows });
      onProgress(`run ${run} of ${runs}: ${Math.round(rows / elapsedS)} a second`);
    }
    // What was under way is done, and counted, after the last window.
    await running.stop();
    done = running.done();
  }
  const { rows, duplicates } = await contender.stored(pool);
  if (rows !== done) throw new Error(`${contender.name} says that it did ${done} runs, and stored ${rows} results`);
  return {
    leases,
    contender: contender.name,
    done,
    duplicates,
    perSecond: median(windows.map(({ perSecond }) => perSecond)),
    postgresUs: median(windows.map(({ postgresUs }) => postgresUs)),
    clientUs: median(windows.map(({ clientUs }) => clientUs)),
  };
}

const costOf = ({ postgresUs, clientUs }: Measured) => postgresUs + clientUs;

function rowOf(one: Measured): Record<string, number | string> {
  return {
    leases: one.leases,
    contender: one.contender,
    per_second: Math.round(one.perSecond),
    postgres_us: rounded(one.postgresUs, 1),
    client_us: rounded(one.clientUs, 1),
    total_us: rounded(costOf(one), 1),
  };
}

/** How many times as fast, and as cheap, we are with as many leases; and what a row costs beside one with the fewest. */
function ratiosOf(one: Measured, all: readonly Measured[]): Record<string, number | string> {
  const ours = all.find(({ leases, contender }) => leases === one.leases && contender === everytickScheduler.name);
  const fewest = all.find(({ contender }) => contender === one.contender);
  return {
    everytick_is_faster: rounded((ours?.perSecond ?? Number.NaN) / one.perSecond, 2),
    everytick_is_cheaper: rounded(costOf(one) / (ours === undefined ? Number.NaN : costOf(ours)), 2),
    cost_to_fewest_leases: rounded(costOf(one) / (fewest === undefined ? Number.NaN : costOf(fewest)), 2),
  };
}

/** Of our scheduler with the most leases. Nothing is fetched and nothing has its moment, so nothing is late. */
function figuresOf(all: readonly Measured[]): NonNullable<Report['figures']> {
  const ours = all.filter(({ contender }) => contender === everytickScheduler.name);
  const [fewest, most] = [ours[0], ours.at(-1)];
  if (fewest === undefined || most === undefined) throw new Error('our own scheduler was not measured');
  const faster = all
    .filter(({ leases, contender }) => leases === most.leases && contender !== everytickScheduler.name)
    .map((other) => [other.contender, rounded(most.perSecond / other.perSecond, 2)]);
  return {
    checks: ours.reduce((sum, { done }) => sum + done, 0),
    rate: Math.round(most.perSecond),
    cpu_us_per_check: {
      worker: rounded(most.clientUs, 1),
      coordinator: 0,
      postgres: rounded(most.postgresUs, 1),
      total: rounded(costOf(most), 1),
    },
    lateness_ms: { p50: null, p99: null, max: null },
    rss_mb: { worker: null, coordinator: null },
    missed: 0,
    duplicates: ours.reduce((sum, { duplicates }) => sum + duplicates, 0),
    cost_ratio_most_to_fewest_leases: rounded(costOf(most) / costOf(fewest), 2),
    times_as_fast_as: Object.fromEntries(faster),
  };
}
