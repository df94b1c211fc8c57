// Whether every tick is accounted for.

import type { Row } from '../dashboard.ts';
import { lines } from '../panels.ts';
import { of, rate } from './queries.ts';

export const ledger: Row = {
  title: 'Ledger',
  panels: [
    lines({
      title: 'Ticks by outcome',
      description: 'What the ledger has for the window of the last proof (15 minutes by default).',
      unit: 'short',
      queries: [{ expr: of('fleet_outcome:everytick_ledger_ticks_recorded:max'), legend: '{{outcome}}' }],
      stacked: true,
    }),
    lines({
      title: 'Faults',
      description:
        'What the last proof found: ticks in no row, in several, or owed by no schedule, and leases that do not follow their target. Must be 0.',
      unit: 'short',
      queries: [
        { expr: of('fleet:everytick_ledger_ticks_unaccounted:max'), legend: 'unaccounted' },
        { expr: of('fleet:everytick_ledger_ticks_duplicate:max'), legend: 'duplicate' },
        { expr: of('fleet:everytick_ledger_ticks_unscheduled:max'), legend: 'unscheduled' },
        { expr: of('fleet:everytick_ledger_schedules_unfollowed:max'), legend: 'unfollowed' },
      ],
    }),
    lines({
      title: 'Expected and pending ticks',
      description: 'Ticks that the schedules owe in the window of the proof, and those of them that leases still hold.',
      unit: 'short',
      queries: [
        { expr: `max(${of('everytick_ledger_ticks_expected')})`, legend: 'expected' },
        { expr: `max(${of('everytick_ledger_ticks_pending')})`, legend: 'pending' },
      ],
    }),
    lines({
      title: 'Time of a proof',
      description: 'How long the last proof took. It is given up after 30 s.',
      unit: 's',
      queries: [{ expr: `max(${of('everytick_ledger_proof_duration_seconds')})`, legend: 'duration' }],
      width: 6,
    }),
    lines({
      title: 'Proofs that failed',
      description: 'Attempts to make one that failed, in the last 5 minutes.',
      unit: 'short',
      queries: [{ expr: `sum(increase(${of('everytick_ledger_proofs_failed_total')}[5m]))`, legend: 'failed' }],
      width: 6,
    }),
    lines({
      title: 'Partitions ahead',
      description:
        'For how many days after today the ledger has its partition; EVERYTICK_PARTITION_DAYS_AHEAD in quiet times.',
      unit: 'd',
      queries: [{ expr: of('fleet:everytick_partitions_ahead_days:max'), legend: 'days' }],
      width: 6,
      decimals: 0,
    }),
    lines({
      title: 'Rollups built',
      description: 'How long ago the hours behind long questions end; an hour is built two minutes after its end.',
      unit: 's',
      queries: [
        { expr: `time() - ${of('fleet:everytick_rollups_built_timestamp_seconds:max')}`, legend: 'built until' },
      ],
      width: 6,
    }),
    lines({
      title: 'Rollups that wait',
      description:
        'Pairs of target and location of which an hour cannot be built yet, because ticks of it are still owed.',
      unit: 'short',
      queries: [{ expr: of('fleet:everytick_rollups_lagging:max'), legend: 'pairs' }],
      width: 6,
      decimals: 0,
    }),
    lines({
      title: 'Storage',
      description: 'What results, hours and days take on disk, indexes included.',
      unit: 'bytes',
      queries: [{ expr: of('fleet_table:everytick_storage_bytes:max'), legend: '{{table}}' }],
      width: 6,
    }),
    lines({
      title: 'Results kept',
      description:
        'How long ago the oldest whole day of the ledger began; EVERYTICK_RETENTION_RAW_DAYS, and a day or two.',
      unit: 's',
      queries: [
        { expr: `time() - ${of('fleet:everytick_ledger_oldest_day_timestamp_seconds:max')}`, legend: 'oldest day' },
      ],
      width: 6,
    }),
    lines({
      title: 'Partitions dropped',
      description: 'Partitions dropped in the last day, by table, and attempts that failed in the last hour.',
      unit: 'short',
      queries: [
        { expr: `sum by (table) (increase(${of('everytick_partitions_dropped_total')}[1d]))`, legend: '{{table}}' },
        { expr: `sum(increase(${of('everytick_retention_failures_total')}[1h]))`, legend: 'failed' },
        { expr: of('fleet:everytick_default_partitions:max'), legend: 'DEFAULT partitions' },
      ],
      width: 6,
    }),
    lines({
      title: 'Ticks taken back',
      description: 'Ticks of lost workers, a second, by what became of them.',
      unit: 'cps',
      queries: [{ expr: `sum by (result) (${rate('everytick_ticks_reclaimed_total')})`, legend: '{{result}}' }],
      width: 6,
    }),
  ],
};
