// What a coordinator tells Prometheus about itself.

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { LeaseObserver } from '../schedule/lease-keeper.ts';

export class CoordinatorMetrics implements LeaseObserver {
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

  constructor() {
    collectDefaultMetrics({ register: this.registry });
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

  notified(): void {
    this.#notifications.inc();
  }
}
