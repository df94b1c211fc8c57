// What under deploy/ is made of the code and kept in the repository: a test compares, `npx pnpm@12 generate` writes it anew.
// Whatever else is generated here adds a line to the list.

import { dashboards, dashboardText } from './grafana/dashboards.ts';
import { chartCopies, textOf } from './helm/chart-copies.ts';
import { chartReadme } from './helm/values-reference.ts';
import { metricsReference } from './prometheus/metrics-reference.ts';

export interface GeneratedFile {
  /** From deploy/. */
  readonly path: string;
  readonly text: () => string | Promise<string>;
}

export const generatedFiles: readonly GeneratedFile[] = [
  { path: 'prometheus/METRICS.md', text: metricsReference },
  ...Object.keys(dashboards).map((name) => ({
    path: `grafana/dashboards/${name}.json`,
    text: () => dashboardText(name),
  })),
  { path: 'helm/everytick/README.md', text: chartReadme },
  // After the dashboards: these are copies of them.
  ...chartCopies.map((copy) => ({ path: copy.path, text: () => textOf(copy) })),
];
