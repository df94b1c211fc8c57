import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseQuery } from '../prometheus/promql.ts';
import { type DashboardJson, dashboardFiles, panelsOf, queriesOf, readDashboard } from './dashboard-files.ts';

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const overlap = (a: Place, b: Place) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe.each(dashboardFiles)('the dashboard %s', (name) => {
  const dashboard = readDashboard(name);

  it('can be imported anywhere: a fixed uid, no id, a data source to choose', () => {
    expect(dashboard).toMatchObject({
      uid: `everytick-${name}`,
      schemaVersion: 42,
      refresh: '30s',
      tags: ['everytick'],
    });
    expect(dashboard).not.toHaveProperty('id');
    expect(dashboard.templating.list[0]).toMatchObject({ type: 'datasource', name: 'datasource', query: 'prometheus' });
    const sources = [...JSON.stringify(dashboard).matchAll(/"datasource":(\{.*?\})/g)].map(([, source]) => source);
    expect(new Set(sources)).toEqual(new Set(['{"type":"prometheus","uid":"$datasource"}']));
  });

  it('gives each panel a number of its own, and a place that no other panel has', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const places = dashboard.panels.map(({ gridPos }) => gridPos);
    for (const { x, w } of places) expect([x >= 0, x + w <= 24, w > 0]).toEqual([true, true, true]);
    const pairs = places.flatMap((a, index) => places.slice(index + 1).map((b) => [a, b] as const));
    expect(pairs.filter(([a, b]) => overlap(a, b))).toEqual([]);
  });

  it('has rows, each with a title and with panels below it', () => {
    const types = dashboard.panels.map(({ type }) => type);
    expect(types[0]).toBe('row');
    expect(types.at(-1)).not.toBe('row');
    for (const [index, type] of types.entries()) {
      expect(dashboard.panels[index]?.title).toMatch(/\w/);
      if (type === 'row') expect(types[index + 1]).not.toBe('row');
    }
  });

  it.each(panelsOf(dashboard).map((panel) => [panel.title, panel] as const))('explains "%s"', (_, panel) => {
    expect(panel.description).toMatch(/\.$/);
    expect(panel.fieldConfig.defaults.unit).toMatch(/\w/);
    expect(panel.targets).not.toEqual([]);
    expect(new Set(panel.targets.map(({ refId }) => refId)).size).toBe(panel.targets.length);
  });

  it('asks in PromQL', () => {
    const queries = queriesOf(dashboard);
    expect(queries.length).toBeGreaterThan(10);
    for (const { expr } of queries) parseQuery(expr);
  });

  it('names in legends only labels that the series still have', () => {
    for (const { expr, legend } of queriesOf(dashboard)) {
      const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
      // What an outermost aggregation keeps, where there is one.
      const kept = /^(?:histogram_quantile\([\d.]+, )?(?:\d \* )?\w+ by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ');
      if (kept !== undefined) expect([expr, kept]).toEqual([expr, expect.arrayContaining(named)]);
    }
  });

  it('lists variables that are used, and uses none that is not listed', () => {
    const names = dashboard.templating.list.map((variable) => variable.name);
    const text = JSON.stringify({ ...dashboard, templating: dashboard.templating.list.map(({ query }) => query) });
    const used = [...text.matchAll(/\$(\w+)/g)].map(([, variable]) => variable ?? '');
    expect(new Set(used.filter((variable) => !variable.startsWith('__')))).toEqual(new Set(names));
  });

  it('leads to the other dashboards', () => {
    const others = dashboardFiles.filter((other) => other !== name).map((other) => `/d/${readDashboard(other).uid}`);
    expect(dashboard.links.map(({ url }) => url)).toEqual(others);
  });
});

describe('what Compose provisions', () => {
  const read = (path: string) => parse(readFileSync(new URL(`provisioning/${path}`, import.meta.url), 'utf8'));

  it('has one data source, the Prometheus of Compose, at the pace at which that scrapes', () => {
    const { datasources } = read('datasources/prometheus.yml') as { datasources: { jsonData: object }[] };
    const prometheus = parse(
      readFileSync(new URL('../prometheus/prometheus.compose.yml', import.meta.url), 'utf8'),
    ) as { global: { scrape_interval: string } };
    expect(datasources).toMatchObject([
      { type: 'prometheus', isDefault: true, jsonData: { timeInterval: prometheus.global.scrape_interval } },
    ]);
  });

  it('finds the dashboards in one directory', () => {
    const { providers } = read('dashboards/everytick.yml') as { providers: object[] };
    expect(providers).toMatchObject([{ type: 'file', options: { path: '/var/lib/grafana/dashboards' } }]);
  });
});

test('every dashboard in the directory is looked at', () => {
  const files = readdirSync(new URL('dashboards/', import.meta.url));
  expect(files.sort()).toEqual(dashboardFiles.map((name) => `${name}.json`).sort());
  const uids = dashboardFiles.map((name): DashboardJson['uid'] => readDashboard(name).uid);
  expect(new Set(uids).size).toBe(uids.length);
});
