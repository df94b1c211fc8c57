// Every metric of our own that a worker or a coordinator exports on /metrics, taken from the very registries that they
// serve, without running any of them. The series of targets, /metrics/targets, are not among them.

import { ApiMetrics, ConfigurationMetrics, CoordinatorMetrics } from '@everytick/coordinator';
import { exposeProcess } from '@everytick/core';
import { WorkerMetrics } from '@everytick/worker';

export interface ExportedMetric {
  /** Of a histogram without `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  readonly on: 'every process' | 'workers' | 'coordinators' | 'the leader';
}

type Registry = WorkerMetrics['registry'];

/** By where they are, then by name. */
export function exportedMetrics(): ExportedMetric[] {
  const worker = new WorkerMetrics();
  worker.expose({ inFlight: () => 0, capacity: { limit: 0, max: 0 } });
  const coordinator = new CoordinatorMetrics(() => false);
  new ApiMetrics(coordinator.registry);
  new ConfigurationMetrics(coordinator.registry);
  const ofWorkers = metricsOf(withProcess(worker.registry, 'worker'));
  const ofCoordinators = metricsOf(withProcess(coordinator.registry, 'coordinator'));

  const onCoordinators = new Set(ofCoordinators.map(({ name }) => name));
  const onWorkers = new Set(ofWorkers.map(({ name }) => name));
  const ofLeader = new Set(coordinator.leader.names);
  return [
    ...ofWorkers.map((metric) => ({
      ...metric,
      on: onCoordinators.has(metric.name) ? ('every process' as const) : ('workers' as const),
    })),
    ...ofCoordinators
      .filter(({ name }) => !onWorkers.has(name))
      .map((metric) => ({
        ...metric,
        on: ofLeader.has(metric.name) ? ('the leader' as const) : ('coordinators' as const),
      })),
  ];
}

function withProcess(registry: Registry, role: 'worker' | 'coordinator'): Registry {
  exposeProcess(registry, {
    role,
    revision: '',
    pools: () => [],
    migrationPending: () => false,
    listenerConnected: () => false,
    eventLoopDelayMs: () => 0,
  });
  return registry;
}

function metricsOf(registry: Registry): Omit<ExportedMetric, 'on'>[] {
  // What prom-client keeps of each metric and does not declare.
  const metrics = registry.getMetricsAsArray() as unknown as (Omit<ExportedMetric, 'on' | 'labels'> & {
    readonly labelNames: readonly string[];
  })[];
  return metrics
    .filter(({ name }) => name.startsWith('everytick_'))
    .map(({ name, type, help, labelNames }) => ({ name, type, labels: labelNames, help }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
