// METRICS.md: what each metric means, in the words that /metrics itself has for it.

import { type ExportedMetric, exportedMetrics } from './exported-metrics.ts';

const opening = `# Metrics

Made by \`npx pnpm@12 generate\`; the words are those of \`/metrics\` itself.

Every process serves these on \`/metrics\` of its status server, beside \`process_*\` and \`nodejs_*\` of its runtime. No label
names a target, so that the number of series stays what it is however many targets there are; series of targets are on
\`/metrics/targets\` of coordinators. A histogram \`x\` is there as \`x_bucket{le}\`, \`x_sum\` and \`x_count\`; those of durations reach
120 s, the largest timeout of a check.
`;

const sections: readonly [ExportedMetric['on'], string][] = [
  ['every process', '## Every process'],
  ['workers', '## Workers'],
  ['coordinators', '## Coordinators'],
  ['the leader', '## The leader\n\nThe coordinator that leads speaks for all of them; the others have no such series.'],
];

export function metricsReference(): string {
  const metrics = exportedMetrics();
  const tables = sections.map(([where, heading]) => {
    const rows = metrics.filter(({ on }) => on === where).map(rowOf);
    return `${heading}\n\n| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return [opening, ...tables].join('\n');
}

function rowOf({ name, type, labels, help }: ExportedMetric): string {
  const shown = labels.map((label) => `\`${label}\``).join(', ');
  return `| \`${name}\` | ${type} | ${shown} | ${help.replaceAll('|', '\\|')} |`;
}
