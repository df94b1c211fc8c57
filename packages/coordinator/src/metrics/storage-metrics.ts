// What the leader tells Prometheus about what is kept: rollups, and what retention has dropped.

import type { RetentionReport, RollupsStatus } from '@everytick/core';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { RetentionObserver } from '../retention/retention-keeper.ts';
import type { StorageObserver } from './storage-watch.ts';

const tables = ['check_results', 'rollups_hourly', 'rollups_daily'] as const;

export class StorageMetrics implements StorageObserver, RetentionObserver {
  /** Those that the leader alone has. */
  readonly names: string[] = [];
  readonly #registry: Registry;
  readonly #gauges: Gauge<string>[] = [];
  readonly #builtUntil;
  readonly #lagging;
  readonly #oldestDay;
  readonly #defaults;
  readonly #bytes;
  readonly #dropped;
  readonly #failures;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#builtUntil = this.#gauge(
      'everytick_rollups_built_timestamp_seconds',
      'Until when the hours behind long questions are built, in seconds since 1970; not there before the first one.',
    );
    this.#lagging = this.#gauge(
      'everytick_rollups_lagging',
      'Pairs of target and location whose rollups wait for ticks that are still owed, or for a change of the target.',
    );
    this.#oldestDay = this.#gauge(
      'everytick_ledger_oldest_day_timestamp_seconds',
      'The beginning of the oldest whole day of the ledger, in seconds since 1970.',
    );
    this.#defaults = this.#gauge(
      'everytick_default_partitions',
      'Tables that have a DEFAULT partition, which would take rows that belong elsewhere. Must be 0.',
    );
    this.#bytes = this.#gauge('everytick_storage_bytes', 'What a table takes on disk, its indexes included.', 'table');
    this.#dropped = new Counter({
      name: 'everytick_partitions_dropped_total',
      help: 'Partitions that were dropped because they had been kept for long enough, by table.',
      labelNames: ['table'],
      registers: [registry],
    });
    this.#failures = new Counter({
      name: 'everytick_retention_failures_total',
      help: 'Turns of retention that failed, or left a partition that somebody uses for the next turn.',
      registers: [registry],
    });
    for (const table of tables) this.#dropped.inc({ table }, 0);
  }

  reset(): void {
    for (const gauge of this.#gauges)
      if (gauge === this.#bytes) gauge.reset();
      else gauge.remove();
  }

  stored({ hoursUntil, lagging, rawSince, defaultPartitions, rawBytes, hourlyBytes, dailyBytes }: RollupsStatus): void {
    if (hoursUntil !== null) this.#builtUntil.set(hoursUntil.getTime() / 1000);
    if (rawSince !== null) this.#oldestDay.set(rawSince.getTime() / 1000);
    this.#lagging.set(lagging);
    this.#defaults.set(defaultPartitions);
    for (const [index, bytes] of [rawBytes, hourlyBytes, dailyBytes].entries()) {
      this.#bytes.set({ table: tables[index] as string }, bytes);
    }
  }

  retained({ dropped, kept }: RetentionReport): void {
    for (const { parent } of dropped) this.#dropped.inc({ table: parent });
    if (kept.length > 0) this.#failures.inc();
  }

  retentionFailed(): void {
    this.#failures.inc();
  }

  #gauge(name: string, help: string, ...labelNames: string[]): Gauge<string> {
    const gauge = new Gauge({ name, help, labelNames, registers: [this.#registry] });
    this.#gauges.push(gauge);
    this.names.push(name);
    return gauge;
  }
}
