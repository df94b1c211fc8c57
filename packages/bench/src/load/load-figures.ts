// What every benchmark of the whole system says, under the same names.

import { median } from '../median.ts';
import { rounded } from '../report.ts';
import type { MeasuredWindow } from './measured-window.ts';

/** At the top level of the JSON. */
export interface LoadFigures {
  /** Carried out in all runs together, as `missed` and `duplicates` are. */
  readonly checks: number;
  /** Checks per second that were asked for. */
  readonly rate: number;
  readonly cpu_us_per_check: {
    readonly worker: number;
    readonly coordinator: number;
    readonly postgres: number;
    readonly total: number;
  };
  readonly lateness_ms: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly rss_mb: { readonly worker: number; readonly coordinator: number };
  readonly missed: number;
  readonly duplicates: number;
}

/** Medians of the runs; of the worst lateness and of memory, the worst run; of what must be none, all runs together. */
export function figuresOf(runs: readonly MeasuredWindow[]): LoadFigures {
  const middle = (of: (run: MeasuredWindow) => number, digits: number) => rounded(median(runs.map(of)), digits);
  const worst = (of: (run: MeasuredWindow) => number, digits: number) => rounded(Math.max(...runs.map(of)), digits);
  const all = (of: (run: MeasuredWindow) => number) => runs.reduce((sum, run) => sum + of(run), 0);
  return {
    checks: all(({ ledger }) => ledger.carriedOut),
    rate: middle(({ rate }) => rate, 1),
    cpu_us_per_check: {
      worker: middle(({ cpuUsPerCheck }) => cpuUsPerCheck.worker, 1),
      coordinator: middle(({ cpuUsPerCheck }) => cpuUsPerCheck.coordinator, 1),
      postgres: middle(({ cpuUsPerCheck }) => cpuUsPerCheck.postgres, 1),
      total: middle(({ cpuUsPerCheck }) => cpuUsPerCheck.total, 1),
    },
    lateness_ms: {
      p50: middle(({ ledger }) => ledger.latenessMs.p50, 2),
      p99: middle(({ ledger }) => ledger.latenessMs.p99, 2),
      max: worst(({ ledger }) => ledger.latenessMs.max, 2),
    },
    rss_mb: { worker: worst(({ rssMb }) => rssMb.worker, 0), coordinator: worst(({ rssMb }) => rssMb.coordinator, 0) },
    missed: all(({ ledger }) => ledger.missed),
    duplicates: all(({ ledger }) => ledger.duplicates),
  };
}

/** One run as a row of a table. */
export function rowOf(run: MeasuredWindow): Record<string, number> {
  const { rate, ticksExpected, ledger, cpuUsPerCheck, machinePercent, rssMb } = run;
  return {
    rate: rounded(rate, 1),
    ticks_expected: ticksExpected,
    ticks_recorded: ledger.recorded,
    duplicates: ledger.duplicates,
    up: ledger.up,
    down: ledger.down,
    missed: ledger.missed,
    lateness_p50_ms: rounded(ledger.latenessMs.p50, 2),
    lateness_p99_ms: rounded(ledger.latenessMs.p99, 2),
    lateness_max_ms: rounded(ledger.latenessMs.max, 2),
    response_p50_ms: rounded(ledger.responseP50Ms, 2),
    worker_us: rounded(cpuUsPerCheck.worker, 1),
    coordinator_us: rounded(cpuUsPerCheck.coordinator, 1),
    postgres_us: rounded(cpuUsPerCheck.postgres, 1),
    total_us: rounded(cpuUsPerCheck.total, 1),
    others_percent: rounded(machinePercent.others, 1),
    worker_mb: rounded(rssMb.worker, 0),
    coordinator_mb: rounded(rssMb.coordinator, 0),
  };
}
