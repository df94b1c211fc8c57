// Rules and dashboards within the chart: Helm reads no file outside of a chart, so it has copies of those that Prometheus and
// Grafana read elsewhere.

import { readdirSync, readFileSync } from 'node:fs';

const deploy = new URL('../', import.meta.url);

export interface ChartCopy {
  /** Both from deploy/. */
  readonly from: string;
  readonly path: string;
}

export const chartCopies: readonly ChartCopy[] = [
  ...copies('prometheus/rules', '.yml', 'helm/everytick/files/rules'),
  ...copies('grafana/dashboards', '.json', 'helm/everytick/files/dashboards'),
];

export function textOf({ from }: ChartCopy): string {
  return readFileSync(new URL(from, deploy), 'utf8');
}

function copies(from: string, ending: string, to: string): ChartCopy[] {
  const names = readdirSync(new URL(from, deploy)).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => ({ from: `${from}/${name}`, path: `${to}/${name}` }));
}
