// The leader, the database, the configuration, the API, and the processes themselves.

import type { Row } from '../dashboard.ts';
import { lines, stat } from '../panels.ts';
import { mustBeZero, of, quantile, rate } from './queries.ts';

export const coordinators: Row = {
  title: 'Coordinators and database',
  panels: [
    lines({
      title: 'Leader',
      description: '1 on the coordinator that leads.',
      unit: 'short',
      queries: [{ expr: of('everytick_leader'), legend: '{{instance}}' }],
      width: 6,
      decimals: 0,
      max: 1,
    }),
    lines({
      title: 'Notifications',
      description:
        'A second: sent by the leader, received by workers, and the times that a worker found due ticks by its own timer that none had announced.',
      unit: 'cps',
      queries: [
        { expr: `sum(${rate('everytick_notifications_sent_total')})`, legend: 'sent' },
        { expr: `sum(${rate('everytick_notifications_received_total')})`, legend: 'received' },
        { expr: `sum(${rate('everytick_notifications_missed_total')})`, legend: 'missed' },
      ],
      width: 6,
    }),
    lines({
      title: 'Leases brought in line',
      description: 'Leases that followed a change of their target, a second, by change.',
      unit: 'cps',
      queries: [{ expr: `sum by (change) (${rate('everytick_leases_synced_total')})`, legend: '{{change}}' }],
      width: 6,
    }),
    lines({
      title: 'Changes of leadership',
      description: 'How often a coordinator began to lead in the last hour.',
      unit: 'short',
      queries: [{ expr: `sum(increase(${of('everytick_leadership_changes_total')}[1h]))`, legend: 'changes' }],
      width: 6,
      decimals: 0,
    }),
    lines({
      title: 'Pool: in use',
      description: "The share of each process's database connections that are busy.",
      unit: 'percentunit',
      queries: [{ expr: of('instance:everytick_database_pool_used:ratio'), legend: '{{job}} {{instance}}' }],
      max: 1,
    }),
    lines({
      title: 'Pool: waiting',
      description: 'Statements that wait for a connection, by process.',
      unit: 'short',
      queries: [{ expr: of('everytick_database_pool_waiting'), legend: '{{job}} {{instance}}' }],
    }),
    lines({
      title: 'Oldest transaction',
      description:
        'How long the oldest transaction has been open that holds back vacuum. Claims slow down as it grows.',
      unit: 's',
      queries: [{ expr: of('fleet:everytick_database_oldest_xmin_age_seconds:max'), legend: 'age' }],
    }),
    stat({
      title: 'Listening',
      description: 'Processes that can hear notifications, and those that cannot.',
      unit: 'short',
      queries: [
        { expr: `count(${of('everytick_listener_connected')} == 1)`, legend: 'connected' },
        { expr: `count(${of('everytick_listener_connected')} == 0) or vector(0)`, legend: 'not connected' },
      ],
      width: 6,
    }),
    stat({
      title: 'Waiting for a migration',
      description: 'Processes that do nothing because the database lacks a migration that they need.',
      unit: 'short',
      queries: [{ expr: `sum(${of('everytick_schema_migration_pending')})` }],
      thresholds: mustBeZero,
      width: 6,
    }),
    stat({
      title: 'Versions',
      description: 'Processes by version and role. Two versions for long are an upgrade that got stuck.',
      unit: 'short',
      queries: [{ expr: `count by (role, version) (${of('everytick_build_info')})`, legend: '{{role}} {{version}}' }],
      width: 6,
    }),
    stat({
      title: 'Configuration in force',
      description: 'Whether the configuration is in force as it stands in its files, on coordinators that follow one.',
      unit: 'bool_yes_no',
      queries: [{ expr: `min(${of('everytick_config_last_apply_successful')})` }],
      thresholds: [
        { from: 0, color: 'red' },
        { from: 1, color: 'green' },
      ],
      width: 6,
    }),
    lines({
      title: 'Attempts to apply the configuration',
      description: 'In the last 10 minutes, by result.',
      unit: 'short',
      queries: [
        { expr: `sum by (result) (increase(${of('everytick_config_applies_total')}[10m]))`, legend: '{{result}}' },
      ],
    }),
    lines({
      title: 'API: requests',
      description: 'Requests answered, a second, by status.',
      unit: 'reqps',
      queries: [{ expr: `sum by (status) (${rate('everytick_api_requests_total')})`, legend: '{{status}}' }],
      stacked: true,
    }),
    lines({
      title: 'API: time of an answer',
      description: 'How long 95 of 100 requests took at most, by route.',
      unit: 's',
      queries: [{ expr: quantile(0.95, 'everytick_api_request_duration_seconds', 'route'), legend: '{{route}}' }],
      logarithmic: true,
    }),
    lines({
      title: 'CPU',
      description: 'Of one core, by process. A worker is one process on one core: near 1, it needs company.',
      unit: 'percentunit',
      queries: [{ expr: rate('process_cpu_seconds_total', 'job=~"everytick-.*"'), legend: '{{job}} {{instance}}' }],
      width: 6,
    }),
    lines({
      title: 'Memory',
      description: 'Resident memory, by process.',
      unit: 'bytes',
      queries: [{ expr: of('process_resident_memory_bytes', 'job=~"everytick-.*"'), legend: '{{job}} {{instance}}' }],
      width: 6,
    }),
    lines({
      title: 'Log lines dropped',
      description:
        'A second: lines that were not written because nobody read the log fast enough. Checks do not wait for it.',
      unit: 'cps',
      queries: [
        {
          expr: `sum by (job, instance) (${rate('everytick_log_lines_dropped_total')})`,
          legend: '{{job}} {{instance}}',
        },
      ],
      width: 6,
    }),
    lines({
      title: 'Series of targets',
      description: 'Pairs of target and location in /metrics/targets, and those that its limit leaves out.',
      unit: 'short',
      queries: [
        { expr: `max(${of('everytick_target_metrics_targets')})`, legend: 'there' },
        { expr: `max(${of('everytick_target_metrics_truncated')})`, legend: 'left out' },
      ],
      width: 6,
    }),
  ],
};
