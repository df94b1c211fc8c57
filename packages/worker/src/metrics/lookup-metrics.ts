// How the resolver of a worker fares.

import { Counter, Histogram, type Registry } from 'prom-client';
import { type LookupObserver, type LookupResult, lookupResults } from '../dns/lookup-observer.ts';
import { durationBuckets } from './buckets.ts';

export class LookupMetrics implements LookupObserver {
  readonly #waits: Histogram;
  readonly #lookups: Counter<'result'>;

  constructor(registry: Registry) {
    this.#waits = new Histogram({
      name: 'everytick_dns_wait_seconds',
      help: 'How long names waited for a slot of the resolver before they were asked for, or were given up.',
      buckets: durationBuckets,
      registers: [registry],
    });
    this.#lookups = new Counter({
      name: 'everytick_dns_lookups_total',
      help: 'Names looked up, by result: local (from the hosts file), cached (where a target wants that), answered by a server, or failed (also for want of time).',
      labelNames: ['result'],
      registers: [registry],
    });
    for (const result of lookupResults) this.#lookups.inc({ result }, 0);
  }

  waited(seconds: number): void {
    this.#waits.observe(seconds);
  }

  looked(result: LookupResult): void {
    this.#lookups.inc({ result });
  }
}
