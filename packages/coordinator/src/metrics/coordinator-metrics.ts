// What a coordinator tells Prometheus about what it does, leading or not.

import { readGauge } from '@everytick/core';
import { Counter, Registry } from 'prom-client';
import type { LeaseObserver } from '../schedule/lease-keeper.ts';
import type { SettlerObserver } from '../schedule/settler.ts';
import { LeaderMetrics } from './leader-metrics.ts';

export class CoordinatorMetrics implements LeaseObserver, SettlerObserver {
  readonly registry = new Registry();
  readonly leader = new LeaderMetrics(this.registry);

  readonly #registers = [this.registry];
  readonly #leadershipChanges = new Counter({
    name: 'everytick_leadership_changes_total',
    help: 'Times that this coordinator began to lead.',
    registers: this.#registers,
  });
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
  readonly #passed = new Counter({
    name: 'everytick_ticks_passed_total',
    help: 'Ticks of locations without workers that were written as missed.',
    registers: this.#registers,
  });
  constructor(leading: () => boolean) {
    readGauge(this.registry, 'everytick_leader', '1 on the coordinator that leads.', () => Number(leading()));
    this.synced(0, 0, 0);
    this.reclaimed(0, 0);
  }

  led(): void {
    this.#leadershipChanges.inc();
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

  notified(): void {
    this.#notifications.inc();
  }
}
