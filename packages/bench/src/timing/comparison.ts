// Errors of a monitor, by phase: what it says less what is true.

import { percentile } from '../median.ts';
import type { Measured } from './monitor.ts';
import type { ServerBooks } from './server-books.ts';
import { byPhase, type ComparedPhase, comparedPhases, truthOf } from './truth.ts';

/** What a monitor is allowed to be wrong by: 2 ms and 2 % of the truth. */
const BOUND_MS = 2;
const BOUND_SHARE = 0.02;

export interface PhaseErrors {
  readonly phase: ComparedPhase;
  readonly checks: number;
  /** Checks of the run that failed, which none should: they say nothing, and count as wrong. */
  readonly failed: number;
  readonly suspect: number | string;
  readonly truth_p50_ms: number;
  readonly error_p50_ms: number;
  readonly error_p95_ms: number;
  readonly error_p99_ms: number;
  readonly error_max_ms: number;
  /** In percent of the checks, those that failed included. */
  readonly within_bound: number;
  /** Whether those are 95 % or more. */
  readonly ok: 'yes' | 'no';
}

interface Sample {
  readonly truthMs: number;
  readonly errorMs: number;
  readonly suspect: boolean | null;
}

export function compare(measured: readonly Measured[], books: ServerBooks): PhaseErrors[] {
  const samples = new Map<ComparedPhase, Sample[]>(comparedPhases.map((phase) => [phase, []]));
  let failed = 0;
  for (const { plan, said, failure, suspect } of measured) {
    const record = books[plan.name];
    if (failure !== null) {
      failed += 1;
      continue;
    }
    if (record === undefined) throw new Error(`the server has never heard of ${plan.name}`);
    const [claims, truths] = [byPhase(plan, said), byPhase(plan, truthOf(plan, record))];
    for (const phase of comparedPhases) {
      const [claimMs, truthMs] = [claims[phase], truths[phase]];
      if (claimMs === undefined || truthMs === undefined) continue;
      samples.get(phase)?.push({ truthMs, errorMs: Math.abs(claimMs - truthMs), suspect });
    }
  }
  return [...samples].flatMap(([phase, all]) => (all.length === 0 ? [] : [errorsOf(phase, all, failed)]));
}

function errorsOf(phase: ComparedPhase, samples: readonly Sample[], failed: number): PhaseErrors {
  const errors = samples.map(({ errorMs }) => errorMs);
  const at = (fraction: number) => rounded(percentile(errors, fraction));
  const within = samples.filter(({ truthMs, errorMs }) => errorMs <= BOUND_MS + BOUND_SHARE * truthMs).length;
  const share = within / (samples.length + failed);
  return {
    phase,
    checks: samples.length,
    failed,
    suspect: samples[0]?.suspect === null ? '-' : samples.filter(({ suspect }) => suspect).length,
    truth_p50_ms: rounded(
      percentile(
        samples.map(({ truthMs }) => truthMs),
        0.5,
      ),
    ),
    error_p50_ms: at(0.5),
    error_p95_ms: at(0.95),
    error_p99_ms: at(0.99),
    error_max_ms: at(1),
    within_bound: Math.floor(share * 1_000) / 10,
    ok: share >= 0.95 ? 'yes' : 'no',
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
