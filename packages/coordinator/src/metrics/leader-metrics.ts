// What the leader tells Prometheus about the whole. One process speaks for all of it: a coordinator that does not lead has
// none of these series.

import { type FleetStatus, type LedgerProof, type LocationStatus, outcomes } from '@everytick/core';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { AuditObserver } from '../proof/ledger-auditor.ts';
import type { LocationObserver } from '../schedule/location-watch.ts';
import type { FleetObserver } from './fleet-watch.ts';
import { StorageMetrics } from './storage-metrics.ts';

export class LeaderMetrics implements AuditObserver, LocationObserver, FleetObserver {
  /** Those that the leader alone has. */
  readonly names: string[] = [];
  readonly storage: StorageMetrics;
  readonly #registry: Registry;
  readonly #clear: (() => void)[] = [];
  readonly #locationGauges: Gauge<string>[] = [];

  readonly #proof;
  readonly #recorded;
  readonly #proofsFailed;
  readonly #locationWorkers;
  readonly #locationTargets;
  readonly #locationOverdue;
  readonly #locationDue;
  readonly #targets;
  readonly #locations;
  readonly #partitionsAhead;
  readonly #oldestXmin;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#proof = {
      expected: this.#gauge(
        'everytick_ledger_ticks_expected',
        'Ticks that the ledger owes, in the window of the proof.',
      ),
      pending: this.#gauge(
        'everytick_ledger_ticks_pending',
        'Ticks that leases still hold, in the window of the proof.',
      ),
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
    this.#recorded = this.#gauge(
      'everytick_ledger_ticks_recorded',
      'Ticks in the ledger, in the window of the proof, by outcome.',
      'outcome',
    );
    this.#proofsFailed = new Counter({
      name: 'everytick_ledger_proofs_failed_total',
      help: 'Proofs that could not be made.',
      registers: [registry],
    });
    this.#locationWorkers = this.#locationGauge(
      'everytick_location_workers',
      'Workers of a location that have been heard of lately.',
    );
    this.#locationTargets = this.#locationGauge(
      'everytick_location_targets',
      'Targets that are checked from a location, paused ones included.',
    );
    this.#locationOverdue = this.#locationGauge(
      'everytick_location_oldest_due_age_seconds',
      'How long the oldest unclaimed tick of a location has been due; 0 if none is.',
    );
    this.#locationDue = this.#locationGauge(
      'everytick_location_due_ticks',
      'Leases of a location that are due and not claimed: its backlog. Counted to 100,000.',
    );
    this.#targets = this.#gauge('everytick_targets', 'Targets that are not deleted, by state.', 'state');
    this.#locations = this.#gauge('everytick_locations', 'Locations that there are.');
    this.#partitionsAhead = this.#gauge(
      'everytick_partitions_ahead_days',
      'Whole days after today (UTC), without a gap, for which the ledger has its partition.',
    );
    this.#oldestXmin = this.#gauge(
      'everytick_database_oldest_xmin_age_seconds',
      'How long the oldest transaction that holds back vacuum in this database has been open, or the coordinator has seen it where its role may see no more; 0 if there is none.',
    );
    this.storage = new StorageMetrics(registry);
    this.names.push(...this.storage.names);
    this.reset();
  }

  /** For a coordinator that cannot say, because it does not lead. */
  reset(): void {
    for (const clear of this.#clear) clear();
    this.storage.reset();
  }

  located(locations: readonly LocationStatus[], due: ReadonlyMap<string, number>): void {
    for (const gauge of this.#locationGauges) gauge.reset();
    for (const { name, liveWorkers, targets, overdueMs } of locations) {
      const location = { location: name };
      this.#locationWorkers.set(location, liveWorkers);
      this.#locationTargets.set(location, targets);
      this.#locationOverdue.set(location, (overdueMs ?? 0) / 1000);
      this.#locationDue.set(location, due.get(name) ?? 0);
    }
  }

  counted({ activeTargets, pausedTargets, locations, partitionsAheadDays }: FleetStatus): void {
    this.#targets.set({ state: 'active' }, activeTargets);
    this.#targets.set({ state: 'paused' }, pausedTargets);
    this.#locations.set(locations);
    this.#partitionsAhead.set(partitionsAheadDays);
  }

  heldBack(oldestAgeS: number): void {
    this.#oldestXmin.set(oldestAgeS);
  }

  audited(proof: LedgerProof, seconds: number): void {
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
    this.#proofsFailed.inc();
  }

  #locationGauge(name: string, help: string): Gauge<string> {
    const gauge = this.#gauge(name, help, 'location');
    this.#locationGauges.push(gauge);
    return gauge;
  }

  #gauge(name: string, help: string, ...labelNames: string[]): Gauge<string> {
    const gauge = new Gauge({ name, help, labelNames, registers: [this.#registry] });
    // To reset one without labels would make it 0, and not absent.
    this.#clear.push(() => (labelNames.length === 0 ? gauge.remove() : gauge.reset()));
    this.names.push(name);
    return gauge;
  }
}
