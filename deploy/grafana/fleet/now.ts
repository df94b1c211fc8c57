// What somebody looks at first.

import type { Row } from '../dashboard.ts';
import { stat } from '../panels.ts';
import { mustBeZero, of } from './queries.ts';

export const now: Row = {
  title: 'Now',
  panels: [
    stat({
      title: 'Ticks unaccounted',
      description: 'Owed ticks that no row of the ledger has, in the window of the last proof. Must be 0.',
      unit: 'short',
      queries: [{ expr: `sum(${of('fleet:everytick_ledger_ticks_unaccounted:max')})` }],
      thresholds: mustBeZero,
      width: 3,
    }),
    stat({
      title: 'Age of the proof',
      description: 'How far back the last proof of the ledger ends. One is made every 5 minutes by default.',
      unit: 's',
      queries: [{ expr: `time() - min(${of('fleet:everytick_ledger_proof_timestamp_seconds:max')})` }],
      thresholds: [
        { from: 0, color: 'green' },
        { from: 660, color: 'yellow' },
        { from: 1200, color: 'red' },
      ],
      width: 3,
      decimals: 0,
    }),
    stat({
      title: 'Leaders',
      description: 'Coordinators that lead: one in each installation.',
      unit: 'short',
      queries: [{ expr: `sum(${of('everytick_leader')})` }],
      thresholds: [
        { from: 0, color: 'red' },
        { from: 1, color: 'green' },
      ],
      width: 3,
    }),
    stat({
      title: 'Workers',
      description: 'Workers that the database has heard of within 15 seconds.',
      unit: 'short',
      queries: [{ expr: `sum(${of('location:everytick_location_workers:max')})` }],
      thresholds: [
        { from: 0, color: 'red' },
        { from: 1, color: 'green' },
      ],
      width: 3,
    }),
    stat({
      title: 'Targets',
      description: 'Targets that are not deleted: those on the schedule, and those that are paused.',
      unit: 'short',
      queries: [{ expr: `sum by (state) (${of('fleet_state:everytick_targets:max')})`, legend: '{{state}}' }],
      width: 3,
    }),
    stat({
      title: 'Checks',
      description: 'Checks carried out and reported, a second, over 5 minutes.',
      unit: 'cps',
      queries: [{ expr: `sum(${of('fleet:everytick_checks:rate5m')})` }],
      width: 3,
      decimals: 1,
    }),
    stat({
      title: 'Slots in use',
      description:
        'Checks between claim and commit, as a share of what workers may hold now. Near 1 they cannot take more.',
      unit: 'percentunit',
      queries: [{ expr: `max(${of('fleet:everytick_checks_capacity_used:ratio')})` }],
      thresholds: [
        { from: 0, color: 'green' },
        { from: 0.7, color: 'yellow' },
        { from: 0.9, color: 'red' },
      ],
      width: 3,
    }),
    stat({
      title: 'Alerts',
      description: 'Alerts of Everytick that are firing.',
      unit: 'short',
      queries: [{ expr: `count(${of('ALERTS', 'alertname=~"Everytick.*", alertstate="firing"')}) or vector(0)` }],
      thresholds: mustBeZero,
      width: 3,
    }),
  ],
};
