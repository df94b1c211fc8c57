// `bench checks`: the whole system at a given rate, as separate processes over loopback: what its processes use for a check,
// how late checks are, and whether the ledger has each of them once. The web server is a process of its own and not counted.

import { setTimeout as delay } from 'node:timers/promises';
import { benchPostgresWords } from './load/bench-postgres.ts';
import { startBenchSite } from './load/bench-site.ts';
import { requireCpuTimes } from './load/cpu-time.ts';
import { figuresOf, rowOf } from './load/load-figures.ts';
import { type MeasuredWindow, measureWindow } from './load/measured-window.ts';
import { startSystem } from './load/system.ts';
import { inspectable, profileWindow, statementSettings } from './profile/profile-window.ts';
import type { Report } from './report.ts';

export interface ChecksOptions {
  readonly targets: number;
  readonly intervalS: number;
  readonly durationS: number;
  /** Under load, before the first run. */
  readonly warmUpS: number;
  readonly workers: number;
  /** Of the same system, one after the other. */
  readonly runs: number;
  readonly secure: boolean;
  /** Where profiles of the last run are left, if anywhere. Profiling has a price, which is in the figures of that run. */
  readonly profileDir?: string | undefined;
  readonly onProgress: (line: string) => void;
}

export async function checks(options: ChecksOptions): Promise<Report> {
  const { targets, intervalS, durationS, warmUpS, workers, runs, secure, profileDir, onProgress } = options;
  requireCpuTimes();
  requireWholeIntervals(durationS, intervalS);
  await using site = await startBenchSite({ secure });
  await using system = await startSystem({
    site,
    workers,
    ...(profileDir !== undefined && { settings: statementSettings, env: inspectable }),
  });
  await system.setTargets(targets, intervalS);
  // The schedules' first ticks all come within a second, and what has just started is compiled while it runs: neither is
  // what goes on for months.
  onProgress(`warming up for ${warmUpS} s`);
  await delay(warmUpS * 1_000);
  const windows: MeasuredWindow[] = [];
  for (let run = 1; run <= runs; run++) {
    const window = {
      targets,
      intervalS,
      durationS,
      onProgress: (line: string) => onProgress(`run ${run} of ${runs}: ${line}`),
    };
    const profiled = profileDir !== undefined && run === runs;
    windows.push(
      profiled
        ? await profileWindow(system, profileDir, onProgress, (alongside) =>
            measureWindow(system, { ...window, alongside }),
          )
        : await measureWindow(system, window),
    );
  }
  return {
    bench: 'checks',
    parameters: {
      targets,
      interval_s: intervalS,
      duration_s: durationS,
      warm_up_s: warmUpS,
      runs,
      workers,
      coordinators: 1,
      scheme: secure ? 'https' : 'http',
      connections: 'fresh',
      pattern: site.pattern,
      postgres: benchPostgresWords,
    },
    rows: windows.map(rowOf),
    figures: { ...figuresOf(windows) },
  };
}

export function requireWholeIntervals(durationS: number, intervalS: number): void {
  if (durationS % intervalS !== 0) {
    throw new Error(
      `the duration (${durationS} s) must be a multiple of the interval (${intervalS} s), so that each target owes equally many ticks`,
    );
  }
}
