// What was checked, how late, and how long it took.

import type { Row } from '../dashboard.ts';
import { heatmap, lines } from '../panels.ts';
import { middleAndWorst, of, quantile, rate } from './queries.ts';

export const checks: Row = {
  title: 'Checks',
  panels: [
    lines({
      title: 'Checks by outcome',
      description:
        'Checks carried out and reported, a second. What nobody carried out is below, under "Not carried out".',
      unit: 'cps',
      queries: [{ expr: `sum by (outcome) (${rate('everytick_checks_total')})`, legend: '{{outcome}}' }],
      stacked: true,
    }),
    lines({
      title: 'Errors by code',
      description: 'Why checks were not up, a second. The codes are those of the ledger.',
      unit: 'cps',
      queries: [
        {
          expr: `sum by (error_code) (${rate('everytick_checks_total', 'error_code!=""')})`,
          legend: '{{error_code}}',
        },
      ],
      stacked: true,
    }),
    lines({
      title: 'Not carried out',
      description:
        'Ticks that became missed, a second: passed over by a claim because the next one was due, claimed and never begun (by reason), of locations without workers, or given up after a worker was lost.',
      unit: 'cps',
      queries: [
        { expr: `sum(${rate('everytick_ticks_missed_total')})`, legend: 'passed over' },
        { expr: `sum by (error_code) (${rate('everytick_checks_missed_total')})`, legend: 'not begun: {{error_code}}' },
        { expr: `sum(${rate('everytick_ticks_passed_total')})`, legend: 'no worker' },
        { expr: `sum(${rate('everytick_ticks_reclaimed_total', 'result="missed"')})`, legend: 'worker lost' },
      ],
    }),
    lines({
      title: 'Lateness',
      description: 'How long after its scheduled instant a check began. Single milliseconds are usual.',
      unit: 's',
      queries: [...middleAndWorst('everytick_check_lateness_seconds')],
      logarithmic: true,
    }),
    heatmap({
      title: 'Lateness, all checks',
      description: 'The same, by how many checks were how late.',
      unit: 's',
      queries: [
        {
          expr: `sum by (le) (increase(${of('everytick_check_lateness_seconds_bucket')}[$__rate_interval]))`,
          legend: '{{le}}',
        },
      ],
    }),
    lines({
      title: 'Response time',
      description: 'From the look-up of the name to the last byte of the body, of all checks together.',
      unit: 's',
      queries: [...middleAndWorst('everytick_check_response_time_seconds')],
      logarithmic: true,
    }),
    lines({
      title: 'Phases',
      description: 'How long each phase took for 95 of 100 checks that reached it.',
      unit: 's',
      queries: [{ expr: quantile(0.95, 'everytick_check_phase_duration_seconds', 'phase'), legend: '{{phase}}' }],
      logarithmic: true,
    }),
    lines({
      title: 'Suspect checks',
      description: 'The share of checks during which the worker was held up by a good part of what it measured.',
      unit: 'percentunit',
      queries: [{ expr: of('instance:everytick_checks_suspect:ratio_rate5m'), legend: '{{instance}}' }],
    }),
    lines({
      title: 'On demand',
      description: 'Checks that somebody asked for outside the schedule, a second, by outcome.',
      unit: 'cps',
      queries: [{ expr: `sum by (outcome) (${rate('everytick_checks_on_demand_total')})`, legend: '{{outcome}}' }],
    }),
  ],
};
