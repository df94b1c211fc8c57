// The dashboards as Grafana gets them: read from their files, for tests.

import { readFileSync } from 'node:fs';

export interface DashboardJson {
  readonly uid: string;
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list: readonly VariableJson[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly links: readonly { readonly url: string }[];
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig: { readonly defaults: { readonly unit: string } };
  readonly targets: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
}

interface VariableJson {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
}

export interface DashboardQuery {
  /** Where it is: for the message of a test. */
  readonly panel: string;
  /** With values for variables. */
  readonly expr: string;
  readonly legend: string;
}

/** What Grafana puts in place of variables. */
const usualValues: Readonly<Record<string, string>> = {
  __rate_interval: '5m',
  __range: '10m',
  namespace: '.*',
  location: '.*',
  target: 'shop',
};

export const dashboardFiles = ['fleet', 'target'] as const;

export function readDashboard(name: (typeof dashboardFiles)[number]): DashboardJson {
  return JSON.parse(readFileSync(new URL(`dashboards/${name}.json`, import.meta.url), 'utf8'));
}

export function panelsOf({ panels }: DashboardJson): PanelJson[] {
  return panels.filter(({ type }) => type !== 'row');
}

/** Those of its panels, its annotations and its variables. */
export function queriesOf(dashboard: DashboardJson, values: Readonly<Record<string, string>> = {}): DashboardQuery[] {
  const filled = { ...usualValues, ...values };
  const fill = (expr: string) => expr.replaceAll(/\$(\w+)/g, (whole, name: string) => filled[name] ?? whole);
  const ofPanels = panelsOf(dashboard).flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }) => ({ panel: title, expr: fill(expr), legend: legendFormat })),
  );
  const ofAnnotations = dashboard.annotations.list.map(({ expr }) => ({
    panel: 'annotations',
    expr: fill(expr),
    legend: '',
  }));
  const ofVariables = dashboard.templating.list.flatMap(({ name, query }) => {
    const text = typeof query === 'string' ? query : query.query;
    const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(text) ?? [];
    return selector === undefined ? [] : [{ panel: `variable ${name}`, expr: fill(selector), legend: `{{${label}}}` }];
  });
  return [...ofPanels, ...ofAnnotations, ...ofVariables];
}
