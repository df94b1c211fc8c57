// One target: its history, and where its time goes. From /metrics/targets, so it is empty without EVERYTICK_TARGET_METRICS=on.

import { dashboard } from './dashboard.ts';
import { lines, stat, timeline } from './panels.ts';

const chosen = 'job="everytick-targets", namespace=~"$namespace", target="$target", location=~"$location"';
const of = (metric: string, matchers = '') => `${metric}{${chosen}${matchers === '' ? '' : `, ${matchers}`}}`;

/** The numbers stand for outcomes in the timeline alone. */
const outcomes = [
  { value: 1, text: 'up', color: 'green' },
  { value: 2, text: 'degraded', color: 'yellow' },
  { value: 3, text: 'down', color: 'red' },
  { value: 4, text: 'missed', color: 'purple' },
  { value: 5, text: 'skipped', color: 'text' },
] as const;

const outcomeNumber = outcomes
  .map(({ value, text }) => `${value} * sum by (location) (${of('everytick_target_outcome', `outcome="${text}"`)})`)
  .join('\nor ');

const summary = {
  title: 'Now',
  panels: [
    stat({
      title: 'State',
      description: 'The outcome of the newest tick, from each location.',
      unit: 'short',
      queries: [{ expr: outcomeNumber, legend: '{{location}}' }],
      mappings: outcomes,
    }),
    stat({
      title: 'Uptime',
      description:
        'The share of the shown time in which the target was up or degraded, as Prometheus saw it. The ledger has the exact figure: everytick summary.',
      unit: 'percentunit',
      queries: [{ expr: `avg(avg_over_time(${of('probe_success')}[$__range]))` }],
      thresholds: [
        { from: 0, color: 'red' },
        { from: 0.99, color: 'yellow' },
        { from: 0.999, color: 'green' },
      ],
      decimals: 3,
    }),
    stat({
      title: 'Response time',
      description: 'Of the newest check, from each location.',
      unit: 's',
      queries: [{ expr: `sum by (location) (${of('probe_duration_seconds')})`, legend: '{{location}}' }],
    }),
    stat({
      title: 'HTTP status',
      description: 'Of the newest check, from each location; 0 where there was no response.',
      unit: 'none',
      queries: [{ expr: `max by (location) (${of('probe_http_status_code')})`, legend: '{{location}}' }],
      thresholds: [
        { from: 0, color: 'red' },
        { from: 100, color: 'green' },
        { from: 400, color: 'orange' },
        { from: 500, color: 'red' },
      ],
    }),
    stat({
      title: 'Certificate',
      description: 'For how many days more every certificate of the chain is valid. Nothing without TLS.',
      unit: 'd',
      queries: [{ expr: `(min(${of('probe_ssl_earliest_cert_expiry')}) - time()) / 86400` }],
      thresholds: [
        { from: 0, color: 'red' },
        { from: 3, color: 'orange' },
        { from: 14, color: 'green' },
      ],
      decimals: 1,
    }),
    stat({
      title: 'Last check',
      description: 'How long ago the newest check began, from each location.',
      unit: 's',
      queries: [
        {
          expr: `time() - max by (location) (${of('everytick_target_last_check_timestamp_seconds')})`,
          legend: '{{location}}',
        },
      ],
      decimals: 0,
    }),
  ],
};

const history = {
  title: 'History',
  panels: [
    timeline({
      title: 'Outcome',
      description: 'The outcome of the newest tick over time, from each location.',
      unit: 'short',
      queries: [{ expr: outcomeNumber, legend: '{{location}}' }],
      mappings: outcomes,
    }),
    lines({
      title: 'Response time',
      description: 'From the look-up of the name to the last byte of the body, from each location.',
      unit: 's',
      queries: [{ expr: `sum by (location) (${of('probe_duration_seconds')})`, legend: '{{location}}' }],
      width: 12,
    }),
    lines({
      title: 'Phases',
      description: 'Where the time goes, average of the chosen locations. A phase that was not reached is 0.',
      unit: 's',
      queries: [{ expr: `avg by (phase) (${of('probe_http_duration_seconds')})`, legend: '{{phase}}' }],
      width: 12,
      stacked: true,
    }),
    lines({
      title: 'HTTP status',
      description: 'From each location; 0 where there was no response.',
      unit: 'none',
      queries: [{ expr: `max by (location) (${of('probe_http_status_code')})`, legend: '{{location}}' }],
    }),
    lines({
      title: 'Certificate',
      description: 'For how many days more every certificate of the chain is valid. A saw: that is how it should look.',
      unit: 'd',
      queries: [
        {
          expr: `(min by (location) (${of('probe_ssl_earliest_cert_expiry')}) - time()) / 86400`,
          legend: '{{location}}',
        },
      ],
    }),
    lines({
      title: 'Size of the body',
      description: 'As it was read, decompressed, from each location.',
      unit: 'decbytes',
      queries: [{ expr: `max by (location) (${of('probe_http_uncompressed_body_length')})`, legend: '{{location}}' }],
    }),
  ],
};

export const targetDashboard = () =>
  dashboard({
    uid: 'everytick-target',
    title: 'Everytick: one target',
    description: 'The history of one target, and where its time goes.',
    choices: [
      { name: 'namespace', label: 'Installation', query: 'label_values(everytick_build_info, namespace)' },
      {
        name: 'target',
        label: 'Target',
        query: 'label_values(everytick_target_outcome{namespace=~"$namespace"}, target)',
        single: true,
      },
      {
        name: 'location',
        label: 'Location',
        query: 'label_values(everytick_target_outcome{namespace=~"$namespace", target="$target"}, location)',
      },
    ],
    rows: [summary, history],
    links: [{ title: 'The fleet', uid: 'everytick-fleet' }],
  });
