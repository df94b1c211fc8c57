// What the checks of a worker came to, counted when they are in the ledger.

import type { CheckResult, Phases, ResultProcessor } from '@everytick/core';
import { Counter, Histogram, type Registry } from 'prom-client';
import { durationBuckets } from './buckets.ts';

/** The phases of a response time. Waiting for the resolver is none of them. */
const phases = {
  dnsUs: 'dns',
  connectUs: 'connect',
  tlsUs: 'tls',
  requestUs: 'request',
  firstByteUs: 'first_byte',
  downloadUs: 'download',
} as const satisfies Partial<Record<keyof Phases, string>>;

export class CheckMetrics implements ResultProcessor {
  readonly #checks: Counter<'outcome' | 'error_code'>;
  readonly #missed: Counter<'error_code'>;
  readonly #responseTime: Histogram;
  /** Labels are looked up once, not for each check. */
  readonly #phases: readonly (readonly [keyof Phases, { observe(seconds: number): void }])[];
  readonly #suspect: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#checks = new Counter({
      name: 'everytick_checks_total',
      help: 'Checks carried out and reported by this worker, by outcome and error code.',
      labelNames: ['outcome', 'error_code'],
      registers,
    });
    this.#checks.inc({ outcome: 'up', error_code: '' }, 0);
    this.#missed = new Counter({
      name: 'everytick_checks_missed_total',
      help: 'Checks claimed by this worker and never begun, by the reason that the ledger has.',
      labelNames: ['error_code'],
      registers,
    });
    this.#responseTime = new Histogram({
      name: 'everytick_check_response_time_seconds',
      help: 'Response times of checks, up to the last byte of the body.',
      buckets: durationBuckets,
      registers,
    });
    const durations = new Histogram({
      name: 'everytick_check_phase_duration_seconds',
      help: 'How long checks were in each phase that they reached, all hops of redirects added up.',
      labelNames: ['phase'],
      buckets: durationBuckets,
      registers,
    });
    for (const phase of Object.values(phases)) durations.zero({ phase });
    this.#phases = Object.entries(phases).map(([key, phase]) => [key as keyof Phases, durations.labels(phase)]);
    this.#suspect = new Counter({
      name: 'everytick_checks_suspect_total',
      help: 'Checks during which this process was held up for so long that their figures are doubtful.',
      registers,
    });
  }

  process(results: readonly CheckResult[]): void {
    for (const { outcome, error, responseTimeUs, phases, suspect } of results) {
      const error_code = error?.code ?? '';
      if (responseTimeUs === null) {
        this.#missed.inc({ error_code });
        continue;
      }
      this.#checks.inc({ outcome, error_code });
      this.#responseTime.observe(responseTimeUs / 1e6);
      for (const [key, duration] of this.#phases) {
        const us = phases[key];
        if (us !== null) duration.observe(us / 1e6);
      }
      if (suspect) this.#suspect.inc();
    }
  }
}
