// What every process tells Prometheus about itself, whatever its role. All of it is read from memory: a scrape asks no
// database, so it is answered while the database is away.

import type pg from 'pg';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import { exposeLogMetrics } from '../logging/logger.ts';
import { version } from './build-info.ts';
import { readGauge } from './read-gauge.ts';

export type ConnectionCounts = Pick<pg.Pool, 'totalCount' | 'idleCount' | 'waitingCount'> & {
  readonly options: Pick<pg.Pool['options'], 'max'>;
};

/** Read at each scrape. */
export interface ProcessState {
  readonly role: 'worker' | 'coordinator';
  /** As in `EVERYTICK_REVISION`. */
  readonly revision: string;
  /** All of the process, which come to one figure. */
  readonly pools: () => readonly ConnectionCounts[];
  /** `undefined`: nobody knows yet. */
  readonly migrationPending: () => boolean | undefined;
  /** `undefined`: it does not listen yet. */
  readonly listenerConnected: () => boolean | undefined;
  /** The 99th percentile in the last second; `undefined` before the first one. */
  readonly eventLoopDelayMs: () => number | undefined;
}

/**
 * prom-client's own series of how late the event loop is are left out: `everytick_event_loop_delay_seconds` says it, and they wake a
 * process, however idle, a hundred times a second. They cannot be told not to begin; so seldom they cost nothing, and mean nothing.
 */
const EVENT_LOOP_LAG_PERIOD_MS = 1_000;
const eventLoopLag = /^nodejs_eventloop_lag_/;

export function exposeProcess(registry: Registry, state: ProcessState): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_LAG_PERIOD_MS });
  for (const { name } of registry.getMetricsAsArray()) if (eventLoopLag.test(name)) registry.removeSingleMetric(name);
  new Gauge({
    name: 'everytick_build_info',
    help: 'What runs here; the value is always 1.',
    labelNames: ['version', 'revision', 'role'],
    registers: [registry],
  }).set({ version, revision: state.revision, role: state.role }, 1);

  exposeLogMetrics(registry);
  exposePools(registry, state.pools);
  readGauge(
    registry,
    'everytick_schema_migration_pending',
    '1 while the database lacks a migration that this process needs, 0 once it has them all, as it said last.',
    () => {
      const pending = state.migrationPending();
      return pending === undefined ? undefined : Number(pending);
    },
  );
  readGauge(
    registry,
    'everytick_listener_connected',
    '1 while notifications can be received, 0 while they cannot; absent until the process listens for them: a worker waits for its schema first.',
    () => {
      const connected = state.listenerConnected();
      return connected === undefined ? undefined : Number(connected);
    },
  );
  readGauge(
    registry,
    'everytick_event_loop_delay_seconds',
    'How late the event loop was in the last second, 99th percentile.',
    () => {
      const delayMs = state.eventLoopDelayMs();
      return delayMs === undefined ? undefined : delayMs / 1000;
    },
  );
}

function exposePools(registry: Registry, pools: () => readonly ConnectionCounts[]): void {
  const sum = (count: (pool: ConnectionCounts) => number) => pools().reduce((all, pool) => all + count(pool), 0);
  new Gauge({
    name: 'everytick_database_pool_connections',
    help: 'Connections of this process to the database, by state; those of its listener and of leadership not included.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set(
        { state: 'busy' },
        sum(({ totalCount, idleCount }) => totalCount - idleCount),
      );
      this.set(
        { state: 'idle' },
        sum(({ idleCount }) => idleCount),
      );
    },
  });
  readGauge(
    registry,
    'everytick_database_pool_connections_max',
    'The largest number of these connections, busy and idle.',
    () => sum(({ options }) => options.max),
  );
  readGauge(registry, 'everytick_database_pool_waiting', 'Statements that wait for one of these connections.', () =>
    sum(({ waitingCount }) => waitingCount),
  );
}
