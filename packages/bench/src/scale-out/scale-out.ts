// `bench scale-out`: what several workers do beside one. A worker is one process on one core, and eight would want more cores
// than most machines have, so each is held to a small share of one: PostgreSQL and the site have room beside them, and
// what is measured is whether workers get in each other's way.
//
// Each has more to do than it can: what counts is what is carried out, and the rest is missed. As much is owed for each
// worker, however many there are. Workers begin without limits and run warm so, for compiling takes its time.

import { setTimeout as delay } from 'node:timers/promises';
import { requireWholeIntervals } from '../checks.ts';
import { benchPostgresWords } from '../load/bench-postgres.ts';
import { startBenchSite } from '../load/bench-site.ts';
import { requireCpuTimes } from '../load/cpu-time.ts';
import { figuresOf } from '../load/load-figures.ts';
import { type MeasuredWindow, measureWindow } from '../load/measured-window.ts';
import { type System, startSystem } from '../load/system.ts';
import { median } from '../median.ts';
import { type Report, rounded } from '../report.ts';
import { makeCpuLimit } from './cpu-limit.ts';

export interface ScaleOutOptions {
  /** How many, one measurement for each, in ascending order. */
  readonly workers: readonly number[];
  /** Of one processor, for each worker. */
  readonly percent: number;
  /** Owed for each worker: more than it can do. */
  readonly ratePerWorker: number;
  readonly intervalS: number;
  readonly durationS: number;
  readonly warmUpS: number;
  readonly runs: number;
  readonly onProgress: (line: string) => void;
}

interface Measured {
  readonly workers: number;
  readonly windows: readonly MeasuredWindow[];
  readonly together: number;
  readonly slowest: number;
  readonly fastest: number;
}

/** As bench saturate has them: no limit of a single host is met. */
const addresses = Array.from({ length: 32 }, (_, index) => `127.0.0.${index + 1}`);

export async function scaleOut(options: ScaleOutOptions): Promise<Report> {
  const { workers, percent, ratePerWorker, intervalS, durationS, warmUpS, runs, onProgress } = options;
  requireCpuTimes();
  requireWholeIntervals(durationS, intervalS);
  makeCpuLimit(percent)[Symbol.dispose](); // that it cannot be done is better said now
  await using site = await startBenchSite({ secure: false, addresses });
  await using system = await startSystem({ site, workers: 0 });
  const measured: Measured[] = [];
  for (const count of workers) {
    while (system.workers.length < count) await system.startWorker();
    const targets = count * ratePerWorker * intervalS;
    await system.setTargets(targets, intervalS);
    onProgress(`${count} workers: warming up without limits for ${warmUpS} s`);
    await delay(warmUpS * 1_000);
    using limits = new DisposableStack();
    for (const { pid } of system.workers) limits.use(makeCpuLimit(percent)).hold(pid);
    await delay(2 * intervalS * 1_000);
    const windows: MeasuredWindow[] = [];
    const rates: number[][] = [];
    for (let run = 1; run <= runs; run++) {
      const window = await measureWindow(system, { targets, intervalS, durationS, onProgress: () => undefined });
      windows.push(window);
      rates.push(await ratesOf(system, window));
      onProgress(
        `${count} workers, run ${run} of ${runs}: ${Math.round(window.ledger.carriedOut / durationS)} checks/s, machine ${Math.round(window.machinePercent.idle)} % idle`,
      );
    }
    measured.push({
      workers: count,
      windows,
      together: median(windows.map(({ ledger }) => ledger.carriedOut / durationS)),
      slowest: median(rates.map((each) => Math.min(...each))),
      fastest: median(rates.map((each) => Math.max(...each))),
    });
  }
  const one = measured[0];
  const ratioOf = ({ together }: Measured) =>
    rounded(together / (one === undefined ? Number.NaN : one.together / one.workers), 2);
  return {
    bench: 'scale-out',
    parameters: {
      percent_of_a_core_each: percent,
      rate_owed_per_worker: ratePerWorker,
      interval_s: intervalS,
      duration_s: durationS,
      runs,
      hosts: addresses.length,
      scheme: 'http',
      connections: 'fresh',
      postgres: benchPostgresWords,
    },
    rows: measured.map((each) => ({ ...rowOf(each), times_one_worker: ratioOf(each) })),
    figures: {
      ...figuresOf(measured.at(-1)?.windows ?? []),
      checks_per_second: Object.fromEntries(measured.map(({ workers, together }) => [workers, rounded(together, 1)])),
      times_one_worker: Object.fromEntries(measured.map((each) => [each.workers, ratioOf(each)])),
    },
  };
}

/** Checks a second of each worker. */
async function ratesOf(system: System, { window: { from, until } }: MeasuredWindow): Promise<number[]> {
  const { rows } = await system.server.pool.query<{ rate: number }>(
    `SELECT count(*) / extract(epoch FROM $2::timestamptz - $1::timestamptz)::float8 AS rate
     FROM results
     WHERE scheduled_at >= $1 AND scheduled_at < $2 AND started_at IS NOT NULL
     GROUP BY worker_id`,
    [from, until],
  );
  return rows.map(({ rate }) => rate);
}

function rowOf({ workers, windows, together, slowest, fastest }: Measured): Record<string, number | string> {
  const middle = (of: (window: MeasuredWindow) => number) => rounded(median(windows.map(of)), 1);
  return {
    workers,
    owed_per_s: middle(({ rate }) => rate),
    done_per_s: rounded(together, 1),
    slowest_per_s: rounded(slowest, 1),
    fastest_per_s: rounded(fastest, 1),
    // Of one processor: less than the limit says that something else held them up.
    worker_percent_each: middle(
      ({ ledger, cpuUsPerCheck, ticksExpected, rate }) =>
        (100 * cpuUsPerCheck.worker * ledger.carriedOut) / 1e6 / (ticksExpected / rate) / workers,
    ),
    worker_us: middle(({ cpuUsPerCheck }) => cpuUsPerCheck.worker),
    postgres_us: middle(({ cpuUsPerCheck }) => cpuUsPerCheck.postgres),
    idle_percent: middle(({ machinePercent }) => machinePercent.idle),
  };
}
