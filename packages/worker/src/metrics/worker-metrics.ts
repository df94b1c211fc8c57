// What a worker tells Prometheus: aggregates of the process with bounded labels. Never a target as a label: a histogram
// with 10,000 of them blocks the event loop for 158 ms a scrape.

import { type FinishReport, type Outcome, outcomes, readGauge } from '@everytick/core';
import { Counter, Histogram, Registry } from 'prom-client';
import type { Capacity } from '../capacity/capacity.ts';
import type { WorkerObserver } from '../monitoring-worker.ts';
import type { ReportObserver } from '../reporting/result-reporter.ts';
import { batchBuckets, durationBuckets } from './buckets.ts';
import { CheckMetrics } from './check-metrics.ts';
import { LookupMetrics } from './lookup-metrics.ts';

export interface WorkerGauges {
  readonly inFlight: () => number;
  readonly capacity: Pick<Capacity, 'limit' | 'max'>;
}

export class WorkerMetrics implements WorkerObserver, ReportObserver {
  readonly registry = new Registry();
  readonly checks = new CheckMetrics(this.registry);
  readonly lookups = new LookupMetrics(this.registry);

  readonly #registers = [this.registry];
  readonly #lateness = new Histogram({
    name: 'everytick_check_lateness_seconds',
    help: 'How long after its scheduled instant a check began.',
    buckets: durationBuckets,
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
    buckets: batchBuckets,
    registers: this.#registers,
  });
  readonly #claimDuration = new Histogram({
    name: 'everytick_claim_duration_seconds',
    help: 'Time of a claim statement.',
    buckets: durationBuckets,
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
    buckets: batchBuckets,
    registers: this.#registers,
  });
  readonly #commitDuration = new Histogram({
    name: 'everytick_commit_duration_seconds',
    help: 'Time of a statement that records results.',
    buckets: durationBuckets,
    registers: this.#registers,
  });
  readonly #commitFailures = new Counter({
    name: 'everytick_commit_failures_total',
    help: 'Attempts to record results that failed and were repeated.',
    registers: this.#registers,
  });
  readonly #leasesLost = new Counter({
    name: 'everytick_leases_lost_total',
    help: 'Claimed ticks whose lease had passed to somebody else when this worker reported them or gave them back, begun or not.',
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
    name: 'everytick_notifications_received_total',
    help: 'Notifications of due checks received.',
    registers: this.#registers,
  });
  readonly #announcementsMissed = new Counter({
    name: 'everytick_notifications_missed_total',
    help: 'Claims that this worker made by its own timer and that took a tick less than 80 ms before its instant, or late, without a notification since 220 ms before that instant: none was sent, or it got lost. Checks are on time all the same.',
    registers: this.#registers,
  });

  constructor() {
    for (const result of ['claimed', 'empty', 'failed']) this.#claims.inc({ result }, 0);
    for (const outcome of outcomes) this.#onDemand.inc({ outcome }, 0);
  }

  expose({ inFlight, capacity }: WorkerGauges): void {
    const gauge = (name: string, help: string, read: () => number) => readGauge(this.registry, name, help, read);
    gauge('everytick_checks_in_flight', 'Checks between claim and commit.', inFlight);
    const inForce = 'The largest number of checks in flight for now: fewer while the process or the database is slow.';
    gauge('everytick_checks_capacity', inForce, () => capacity.limit);
    gauge('everytick_checks_capacity_max', 'The largest number of checks in flight ever.', () => capacity.max);
  }

  notified(): void {
    this.#notifications.inc();
  }

  announcementMissed(): void {
    this.#announcementsMissed.inc();
  }

  leasesLost(count: number): void {
    this.#leasesLost.inc(count);
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

  written(report: FinishReport, seconds: number, results: number): void {
    this.#commitBatch.observe(report.recorded);
    this.#commitDuration.observe(seconds);
    this.#repeated.inc(report.repeated);
    this.#executedTwice.inc(report.lost);
    // What is in the ledger is in one of these two; nothing else became of the rest.
    this.#leasesLost.inc(results - report.recorded - report.repeated);
  }

  writeFailed(): void {
    this.#commitFailures.inc();
  }

  refused(): void {
    this.#refused.inc();
  }
}
