// How the panels of the fleet ask.

import type { Query } from '../panels.ts';

/** A selector of the chosen installations. */
export const of = (metric: string, matchers = ''): string =>
  `${metric}{namespace=~"$namespace"${matchers === '' ? '' : `, ${matchers}`}}`;

/** A second. */
export const rate = (metric: string, matchers = ''): string => `rate(${of(metric, matchers)}[$__rate_interval])`;

export const quantile = (q: number, histogram: string, by = ''): string =>
  `histogram_quantile(${q}, sum by (le${by === '' ? '' : `, ${by}`}) (${rate(`${histogram}_bucket`)}))`;

/** Half of them, and all but one in a hundred, take no longer. */
export const middleAndWorst = (histogram: string, name = ''): Query[] => [
  { expr: quantile(0.5, histogram), legend: `${name}p50` },
  { expr: quantile(0.99, histogram), legend: `${name}p99` },
];

export const mustBeZero = [
  { from: 0, color: 'green' },
  { from: 1, color: 'red' },
] as const;
