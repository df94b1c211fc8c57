// `bench timing`: are the phases of a check what the server did? Against a server in another process that takes its time
// at every step and writes down how long it really was (truth-server.ts, truth-dns.ts), at fixed rates, by Everytick's own fetcher
// and, for comparison, by blackbox_exporter. truth.ts says what is compared with what.
//
// One report for each monitor. `ok` says whether 95 % of the checks are within 2 ms and 2 % of the truth.

import { Random } from '../chaos/random.ts';
import type { Report } from '../report.ts';
import { blackboxExporter, requireBlackboxExporter } from './blackbox.ts';
import { drawPlans } from './check-plan.ts';
import { compare } from './comparison.ts';
import type { Monitor } from './monitor.ts';
import { openLoop } from './open-loop.ts';
import { ourFetcher } from './our-fetcher.ts';
import { startTruth, type Truth } from './start-truth.ts';

export interface TimingOptions {
  /** Checks per second; one run for each. */
  readonly rates: readonly number[];
  readonly durationS: number;
  readonly seed: number;
  /** Whether blackbox_exporter is measured too. */
  readonly blackbox: boolean;
  readonly onProgress: (line: string) => void;
}

/** Not counted: a worker that has just started is slow for other reasons. */
const WARM_UP_S = 2;

export async function timing(options: TimingOptions): Promise<Report[]> {
  const { rates, durationS, seed, blackbox, onProgress } = options;
  if (blackbox) await requireBlackboxExporter();
  await using truth = await startTruth();
  const server = truth.addresses;
  const reports: Report[] = [];
  for (const start of blackbox ? [ourFetcher, blackboxExporter] : [ourFetcher]) {
    await using monitor = await start(server);
    const rows: Report['rows'][number][] = [];
    for (const rate of rates) {
      onProgress(`${monitor.name}: ${rate} checks/s for ${durationS} s`);
      rows.push(...(await rowsOf(monitor, rate, options, truth)));
    }
    reports.push({ bench: `timing of ${monitor.name}`, parameters: { duration_s: durationS, seed }, rows });
  }
  return reports;
}

async function rowsOf(monitor: Monitor, rate: number, { durationS, seed, onProgress }: TimingOptions, truth: Truth) {
  const warmUp = rate * WARM_UP_S;
  const plans = drawPlans(new Random(seed), warmUp + rate * durationS, monitor.usesProxies);
  const measured = (await openLoop(plans, rate, (plan) => monitor.check(plan))).slice(warmUp);
  const failed = measured.filter(({ failure }) => failure !== null);
  if (failed[0])
    onProgress(`${failed.length} checks of ${monitor.name} FAILED, the first one because: ${failed[0].failure}`);
  const books = await truth.takeBooks();
  return compare(measured, books).map((row) => ({ checks_per_s: rate, ...row }));
}
