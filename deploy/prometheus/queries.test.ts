// Every query of rules and dashboards asks for metrics that are exported, and for labels that these have; and Prometheus,
// scraping real processes, has an answer to each of them.

import { readFileSync } from 'node:fs';
import { parseSamples } from '@everytick/testing';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { dashboardFiles, queriesOf, readDashboard } from '../grafana/dashboard-files.ts';
import { exportedMetrics } from './exported-metrics.ts';
import { type ObservedFleet, startObservedFleet } from './observed-fleet.ts';
import { parseQuery } from './promql.ts';
import { alertingRules, recordingRules } from './rule-files.ts';

/** What Prometheus, or who configures it, gives to every series that is scraped. */
const labelsOfTargets = ['job', 'instance', 'cluster', 'namespace', 'pod', 'container', 'endpoint', 'service', 'node'];
/** What Prometheus itself makes. */
const ofPrometheus = new Map([
  ['up', []],
  ['ALERTS', ['alertname', 'alertstate', 'severity']],
]);

const rules = [
  ...recordingRules().map(({ record, expr }) => ({ where: record, expr })),
  ...alertingRules().map(({ alert, expr }) => ({ where: alert, expr })),
];
const panels = dashboardFiles.flatMap((name) =>
  queriesOf(readDashboard(name)).map(({ panel, expr }) => ({ where: `${name}: ${panel}`, expr })),
);

/** Names of metrics with the labels that their series can have. */
type Labels = Map<string, Set<string>>;

let known: Labels;

beforeAll(async () => {
  await using fleet = await startObservedFleet();
  known = new Map([...ofPrometheus].map(([name, labels]) => [name, new Set(labels)]));
  for (const url of exports(fleet)) await readLabels(known, url);
  // What has no series yet, such as a counter of failures by reason, has its labels all the same.
  for (const { name, type, labels } of exportedMetrics()) {
    for (const series of seriesOf(name, type)) for (const label of labels) known.get(series)?.add(label);
  }
  addRecorded(known);
}, 60_000);

const exports = ({ coordinator, workers }: ObservedFleet) => [
  `http://${coordinator}/metrics`,
  `http://${workers[0]}/metrics`,
  `http://${coordinator}/metrics/targets`,
];

const seriesOf = (name: string, type: string | undefined) =>
  type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];

async function readLabels(known: Labels, url: string): Promise<void> {
  const response = await fetch(url);
  const text = await response.text();
  expect([url, response.status]).toEqual([url, 200]);
  // Also those that have no series yet.
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
    for (const series of seriesOf(name, type)) {
      if (!known.has(series)) known.set(series, new Set(series.endsWith('_bucket') ? ['le'] : []));
    }
  }
  for (const { name, labels } of parseSamples(text)) {
    for (const label of Object.keys(labels)) known.get(name)?.add(label);
  }
}

/** A recorded series has the labels that its rule keeps; where nothing is taken away, those of what it is made of. */
function addRecorded(known: Labels): void {
  for (const { record, expr } of recordingRules()) {
    const { selectors, grouping } = parseQuery(expr);
    const aggregated = / by \(/.test(expr);
    const labels = aggregated ? grouping : selectors.flatMap(({ metric }) => [...(known.get(metric) ?? [])]);
    known.set(record, new Set(labels));
  }
}

describe.each([
  ['rules', rules],
  ['dashboards', panels],
])('the queries of %s', (_, queries) => {
  it('name metrics that a worker, a coordinator, or a recording rule has', () => {
    const unknown = queries.flatMap(({ where, expr }) =>
      parseQuery(expr)
        .selectors.filter(({ metric }) => !known.has(metric))
        .map(({ metric }) => `${where}: ${metric}`),
    );
    expect(unknown).toEqual([]);
  });

  it('name labels that these metrics have', () => {
    const unknown = queries.flatMap(({ where, expr }) => {
      const { selectors, grouping } = parseQuery(expr);
      const has = (metric: string, label: string) =>
        labelsOfTargets.includes(label) || (known.get(metric)?.has(label) ?? false);
      const inMatchers = selectors.flatMap(({ metric, matchers }) =>
        matchers.filter(({ label }) => !has(metric, label)).map(({ label }) => `${where}: ${metric}{${label}}`),
      );
      const inGroups = grouping.filter((label) => !selectors.some(({ metric }) => has(metric, label)));
      return [...inMatchers, ...inGroups.map((label) => `${where}: by ${label}`)];
    });
    expect(unknown).toEqual([]);
  });
});

it('finds no metric in the runbook that is not there', () => {
  const runbook = readFileSync(new URL('RUNBOOK.md', import.meta.url), 'utf8');
  const named = runbook.match(/\b(?:[a-z]+:)?(?:everytick|probe|process|nodejs)_[a-z0-9_]+(?::[a-z0-9_]+)?\b/g) ?? [];
  expect(named.length).toBeGreaterThan(30);
  expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
});

it('sees a name that is not exported, and a label that a metric does not have', () => {
  expect(known.has('everytick_checks_totl')).toBe(false);
  expect([...(known.get('everytick_checks_total') ?? [])].sort()).toEqual(['error_code', 'outcome']);
  expect([...(known.get('location:everytick_location_workers:max') ?? [])]).toContain('location');
});
