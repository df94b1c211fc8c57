// What a worker tells Prometheus: aggregates of the process with bounded labels. Never a target as a label: a histogram
// with 10,000 of them blocks the event loop for 158 ms a scrape.

import type { CheckResult, FinishReport, Outcome, ResultProcessor } from '@everytick/core';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Capacity } from '../capacity/capacity.ts';
import type { WorkerObserver } from '../monitoring-worker.ts';
import type { ReportObserver } from '../reporting/result-reporter.ts';

/** Up to the largest timeout a target can have. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const BATCH_BUCKETS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500];

export interface WorkerGauges {
  readonly inFlight: () => number;
  readonly capacity: Pick<Capacity, 'limit' | 'max' | 'eventLoopDelayMs'>;
  readonly listenerConnected: () => boolean;
}

export class WorkerMetrics implements WorkerObserver, ReportObserver, ResultProcessor {
  readonly registry = new Registry();

  readonly #registers = [this.registry];
  readonly #checks = new Counter({
    name: 'everytick_checks_total',
    help: 'Checks carried out and reported by this worker, by outcome and error code.',
    labelNames: ['outcome', 'error_code'],
    registers: this.#registers,
  });
  readonly #missed = new Counter({
    name: 'everytick_checks_missed_total',
    help: 'Checks claimed by this worker and never begun, by the reason that the ledger has.',
    labelNames: ['error_code'],
    registers: this.#registers,
  });
  readonly #lateness = new Histogram({
    name: 'everytick_check_lateness_seconds',
    help: 'How long after its scheduled instant a check began.',
    buckets: DURATION_BUCKETS,
    registers: this.#registers,
  });
  readonly #responseTime = new Histogram({
    name: 'everytick_check_response_time_seconds',
    help: 'Response times of checks, up to the last byte of the body.',
    buckets: DURATION_BUCKETS,
    registers: this.#registers,
  });
  readonly #suspect = new Counter({
    name: 'everytick_checks_suspect_total',
    help: 'Checks during which this process was held up for so long that their figures are doubtful.',
    registers: this.#registers,
  });
  readonly #claims = new Counter({
    name: 'everytick_claims_total',
    help: 'Claim statements, by result.',
    labelNames: ['result'],
    registers: this.#registers,
  });
  readonly #claimBatch = new Histogram({
    name: 'everytick_claim_batch_size',
    help: 'Checks in one claim.',
    buckets: BATCH_BUCKETS,
    registers: this.#registers,
  });
  readonly #claimDuration = new Histogram({
    name: 'everytick_claim_duration_seconds',
    help: 'Time of a claim statement.',
    buckets: DURATION_BUCKETS,
    registers: this.#registers,
  });
  readonly #ticksMissed = new Counter({
    name: 'everytick_ticks_missed_total',
    help: 'Ticks that claims of this worker passed over and wrote as missed.',
    registers: this.#registers,
  });
  readonly #commitBatch = new Histogram({
    name: 'everytick_commit_batch_size',
    help: 'Results in one commit.',
    buckets: BATCH_BUCKETS,
    registers: this.#registers,
  });
  readonly #commitDuration = new Histogram({
    name: 'everytick_commit_duration_seconds',
    help: 'Time of a statement that records results.',
    buckets: DURATION_BUCKETS,
    registers: this.#registers,
  });
  readonly #commitFailures = new Counter({
    name: 'everytick_commit_failures_total',
    help: 'Attempts to record results that failed and were repeated.',
    registers: this.#registers,
  });
  readonly #executedTwice = new Counter({
    name: 'everytick_executed_twice_total',
    help: 'Executions beyond one per tick (a lease that expired while its worker was only stopped), dropped from the ledger.',
    registers: this.#registers,
  });
  readonly #repeated = new Counter({
    name: 'everytick_results_repeated_total',
    help: 'Results reported again though they were in the ledger: the answer to the first attempt was lost.',
    registers: this.#registers,
  });
  readonly #refused = new Counter({
    name: 'everytick_results_refused_total',
    help: 'Results that the database refused for what they contain.',
    registers: this.#registers,
  });
  readonly #onDemand = new Counter({
    name: 'everytick_checks_on_demand_total',
    help: 'Checks that somebody asked for, outside the schedule, by outcome.',
    labelNames: ['outcome'],
    registers: this.#registers,
  });
  readonly #notifications = new Counter({
    name: 'everytick_notifications_total',
    help: 'Notifications of due checks received.',
    registers: this.#registers,
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  expose(gauges: WorkerGauges): void {
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(read());
        },
      });
    gauge('everytick_checks_in_flight', 'Checks between claim and commit.', gauges.inFlight);
    const { capacity } = gauges;
    const inForce = 'The largest number of checks in flight for now: fewer while the process or the database is slow.';
    gauge('everytick_checks_capacity', inForce, () => capacity.limit);
    gauge('everytick_checks_capacity_max', 'The largest number of checks in flight ever.', () => capacity.max);
    gauge(
      'everytick_event_loop_delay_seconds',
      'How late the event loop was in the last second, 99th percentile.',
      () => capacity.eventLoopDelayMs / 1000,
    );
    gauge('everytick_listener_connected', '1 while notifications can be received.', () =>
      gauges.listenerConnected() ? 1 : 0,
    );
  }

  notified(): void {
    this.#notifications.inc();
  }

  answered(outcome: Outcome): void {
    this.#onDemand.inc({ outcome });
  }

  claimed(checks: number, ticksMissed: number, seconds: number): void {
    this.#claims.inc({ result: checks === 0 ? 'empty' : 'claimed' });
    this.#claimBatch.observe(checks);
    this.#claimDuration.observe(seconds);
    this.#ticksMissed.inc(ticksMissed);
  }

  claimFailed(): void {
    this.#claims.inc({ result: 'failed' });
  }

  begun(latenessMs: number): void {
    this.#lateness.observe(Math.max(0, latenessMs) / 1000);
  }

  written(report: FinishReport, seconds: number): void {
    this.#commitBatch.observe(report.recorded);
    this.#commitDuration.observe(seconds);
    this.#repeated.inc(report.repeated);
    this.#executedTwice.inc(report.lost);
  }

  writeFailed(): void {
    this.#commitFailures.inc();
  }

  refused(): void {
    this.#refused.inc();
  }

  process(results: readonly CheckResult[]): void {
    for (const { outcome, error, responseTimeUs, suspect } of results) {
      const error_code = error?.code ?? '';
      if (responseTimeUs === null) {
        this.#missed.inc({ error_code });
        continue;
      }
      this.#checks.inc({ outcome, error_code });
      this.#responseTime.observe(responseTimeUs / 1e6);
      if (suspect) this.#suspect.inc();
    }
  }
}
