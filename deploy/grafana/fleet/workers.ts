// How much workers hold, and what keeps them from more.

import type { Row } from '../dashboard.ts';
import { lines } from '../panels.ts';
import { middleAndWorst, of, rate } from './queries.ts';

export const workers: Row = {
  title: 'Workers',
  panels: [
    lines({
      title: 'Slots',
      description:
        'Checks between claim and commit, how many workers may hold now, and how many at most. The second falls below the third while a process or the database is strained.',
      unit: 'short',
      queries: [
        { expr: `sum(${of('everytick_checks_in_flight')})`, legend: 'in use' },
        { expr: `sum(${of('everytick_checks_capacity')})`, legend: 'capacity' },
        { expr: `sum(${of('everytick_checks_capacity_max')})`, legend: 'largest capacity' },
      ],
    }),
    lines({
      title: 'Slots in use by worker',
      description: 'As a share of what each may hold now, average of 5 minutes. Over 0.9, a worker is at its maximum.',
      unit: 'percentunit',
      queries: [{ expr: of('instance:everytick_checks_capacity_used:ratio_avg5m'), legend: '{{instance}}' }],
      max: 1,
    }),
    lines({
      title: 'Event loop',
      description:
        'How late processes were for their own timers in the last second, 99th percentile. Over 0.1 s they choke.',
      unit: 's',
      queries: [{ expr: of('everytick_event_loop_delay_seconds'), legend: '{{job}} {{instance}}' }],
    }),
    lines({
      title: 'Claims',
      description: 'Claim statements, a second: with checks, without, and failed.',
      unit: 'cps',
      queries: [{ expr: `sum by (result) (${rate('everytick_claims_total')})`, legend: '{{result}}' }],
    }),
    lines({
      title: 'Time of a claim and of a commit',
      description: 'How long the two statements take that all checks pass through.',
      unit: 's',
      queries: [
        ...middleAndWorst('everytick_claim_duration_seconds', 'claim '),
        ...middleAndWorst('everytick_commit_duration_seconds', 'commit '),
      ],
      logarithmic: true,
    }),
    lines({
      title: 'Batches',
      description: 'Checks in one claim, and results in one commit, on average. Larger batches are cheaper.',
      unit: 'short',
      queries: [
        {
          expr: `sum(${rate('everytick_claim_batch_size_sum')}) / sum(${rate('everytick_claim_batch_size_count')})`,
          legend: 'claim',
        },
        {
          expr: `sum(${rate('everytick_commit_batch_size_sum')}) / sum(${rate('everytick_commit_batch_size_count')})`,
          legend: 'commit',
        },
      ],
    }),
    lines({
      title: 'Waiting for a resolver',
      description: 'How long look-ups of names waited for their turn. It is no part of the response time.',
      unit: 's',
      queries: [...middleAndWorst('everytick_dns_wait_seconds')],
      logarithmic: true,
    }),
    lines({
      title: 'Look-ups of names',
      description: 'Look-ups, a second, by result.',
      unit: 'cps',
      queries: [{ expr: `sum by (result) (${rate('everytick_dns_lookups_total')})`, legend: '{{result}}' }],
    }),
    lines({
      title: 'Trouble',
      description:
        'A second: ticks whose lease had passed to somebody else, checks that were carried out twice, results reported again or refused by the database, commits that failed. All 0 in quiet times.',
      unit: 'cps',
      queries: [
        { expr: `sum(${rate('everytick_leases_lost_total')})`, legend: 'leases lost' },
        { expr: `sum(${rate('everytick_executed_twice_total')})`, legend: 'executed twice' },
        { expr: `sum(${rate('everytick_results_repeated_total')})`, legend: 'results repeated' },
        { expr: `sum(${rate('everytick_results_refused_total')})`, legend: 'results refused' },
        { expr: `sum(${rate('everytick_commit_failures_total')})`, legend: 'commits failed' },
      ],
    }),
  ],
};
