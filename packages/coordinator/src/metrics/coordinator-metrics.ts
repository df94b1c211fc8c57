// What a coordinator tells Prometheus about itself.

import { type LedgerProof, type LocationStatus, outcomes } from '@everytick/core';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { AuditObserver } from '../proof/ledger-auditor.ts';
import type { LeaseObserver } from '../schedule/lease-keeper.ts';
import type { LocationObserver } from '../schedule/location-watch.ts';
import type { SettlerObserver } from '../schedule/settler.ts';

export class CoordinatorMetrics implements LeaseObserver, SettlerObserver, AuditObserver, LocationObserver {
  readonly registry = new Registry();

  readonly #registers = [this.registry];
  readonly #leasesSynced = new Counter({
    name: 'everytick_leases_synced_total',
    help: 'Leases that were brought in line with their targets, by change.',
    labelNames: ['change'],
    registers: this.#registers,
  });
  readonly #reclaimed = new Counter({
    name: 'everytick_ticks_reclaimed_total',
    help: 'Ticks taken back from lost workers, by what became of them.',
    labelNames: ['result'],
    registers: this.#registers,
  });
  readonly #notifications = new Counter({
    name: 'everytick_notifications_sent_total',
    help: 'Notifications of due checks sent.',
    registers: this.#registers,
  });

  readonly #locationWorkers = this.#locationGauge(
    'everytick_location_workers',
    'Workers of a location that have been heard of lately.',
  );
  readonly #locationTargets = this.#locationGauge(
    'everytick_location_targets',
    'Targets that are checked from a location, paused ones included.',
  );
  readonly #locationOverdue = this.#locationGauge(
    'everytick_location_oldest_due_age_seconds',
    'How long the oldest unclaimed tick of a location has been due; 0 if none is.',
  );
  readonly #passed = new Counter({
    name: 'everytick_ticks_passed_total',
    help: 'Ticks of locations without workers that were written as missed.',
    registers: this.#registers,
  });
  readonly #auditsFailed = new Counter({
    name: 'everytick_ledger_proofs_failed_total',
    help: 'Proofs that could not be made.',
    registers: this.#registers,
  });
  // What the leader's last proof found. Nothing where a coordinator does not lead: one process speaks for the ledger.
  readonly #proof = {
    expected: this.#gauge('everytick_ledger_ticks_expected', 'Ticks that the ledger owes, in the window of the proof.'),
    pending: this.#gauge('everytick_ledger_ticks_pending', 'Ticks that leases still hold, in the window of the proof.'),
    unaccounted: this.#gauge('everytick_ledger_ticks_unaccounted', 'Owed ticks that no row accounts for. Must be 0.'),
    duplicates: this.#gauge('everytick_ledger_ticks_duplicate', 'Ticks in more than one row. Must be 0.'),
    unscheduled: this.#gauge('everytick_ledger_ticks_unscheduled', 'Ticks in rows that no schedule owed. Must be 0.'),
    unfollowed: this.#gauge(
      'everytick_ledger_schedules_unfollowed',
      'Leases that do not follow their target, or are not as the history of schedules has them. Must be 0.',
    ),
    durationS: this.#gauge('everytick_ledger_proof_duration_seconds', 'How long the last proof took.'),
    provenToS: this.#gauge(
      'everytick_ledger_proof_timestamp_seconds',
      'Until when the last proof reached, by the database clock, in seconds since 1970.',
    ),
  };
  readonly #recorded = new Gauge({
    name: 'everytick_ledger_ticks_recorded',
    help: 'Ticks in the ledger, in the window of the proof, by outcome.',
    labelNames: ['outcome'],
    registers: this.#registers,
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.audited(null, 0);
  }

  expose(state: { readonly leading: () => boolean; readonly listenerConnected: () => boolean }): void {
    const gauge = (name: string, help: string, read: () => boolean) =>
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(read() ? 1 : 0);
        },
      });
    gauge('everytick_leader', '1 on the coordinator that leads.', state.leading);
    gauge('everytick_listener_connected', '1 while notifications can be received.', state.listenerConnected);
  }

  synced(created: number, moved: number, stopped: number): void {
    this.#leasesSynced.inc({ change: 'created' }, created);
    this.#leasesSynced.inc({ change: 'moved' }, moved);
    this.#leasesSynced.inc({ change: 'stopped' }, stopped);
  }

  reclaimed(requeued: number, missed: number): void {
    this.#reclaimed.inc({ result: 'requeued' }, requeued);
    this.#reclaimed.inc({ result: 'missed' }, missed);
  }

  passed(ticks: number): void {
    this.#passed.inc(ticks);
  }

  /** `null`: this coordinator cannot say, because it does not lead. */
  located(locations: readonly LocationStatus[] | null): void {
    for (const gauge of [this.#locationWorkers, this.#locationTargets, this.#locationOverdue]) gauge.reset();
    for (const { name, liveWorkers, targets, overdueMs } of locations ?? []) {
      this.#locationWorkers.set({ location: name }, liveWorkers);
      this.#locationTargets.set({ location: name }, targets);
      this.#locationOverdue.set({ location: name }, (overdueMs ?? 0) / 1000);
    }
  }

  audited(proof: LedgerProof | null, seconds: number): void {
    if (proof === null) {
      for (const gauge of Object.values(this.#proof)) gauge.remove();
      for (const outcome of outcomes) this.#recorded.remove({ outcome });
      return;
    }
    const { expected, pending, unaccounted, duplicates, unscheduled, unfollowed, to, recorded } = proof;
    const values = {
      expected,
      pending,
      unaccounted,
      duplicates,
      unscheduled,
      unfollowed,
      durationS: seconds,
      provenToS: to.getTime() / 1000,
    };
    for (const [name, value] of Object.entries(values)) this.#proof[name as keyof typeof values].set(value);
    for (const outcome of outcomes) this.#recorded.set({ outcome }, recorded[outcome]);
  }

  auditFailed(): void {
    this.#auditsFailed.inc();
  }

  notified(): void {
    this.#notifications.inc();
  }

  #locationGauge(name: string, help: string): Gauge<'location'> {
    return new Gauge({ name, help, labelNames: ['location'], registers: this.#registers });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: this.#registers });
  }
}
