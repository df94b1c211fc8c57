// For smoke tests: what the JSON of every benchmark of the whole system has at its top level.

import { expect } from '@jest/globals';
import { type Report, toJson } from '../report.ts';

/** That they are all there, that their parts add up, and that nothing was recorded twice. Never how good they are. */
export function expectLoadFigures(report: Report, expected: Readonly<Record<string, unknown>>): void {
  const figures = JSON.parse(toJson(report));
  const some = expect.any(Number);
  expect(figures).toMatchObject({
    bench: report.bench,
    machine: expect.any(String),
    checks: some,
    cpu_us_per_check: { worker: some, coordinator: some, postgres: some, total: some },
    lateness_ms: { p50: some, p99: some, max: some },
    rss_mb: { worker: some, coordinator: some },
    missed: some,
    duplicates: 0,
    ...expected,
  });
  expect(figures.checks).toBeGreaterThan(0);
  expect(figures.rss_mb.worker).toBeGreaterThan(10);
  const { worker, coordinator, postgres, total } = figures.cpu_us_per_check;
  expect(worker).toBeGreaterThan(0);
  // Each of them is rounded by itself, and is the median of its own.
  if (report.rows.length === 1) expect(Math.abs(worker + coordinator + postgres - total)).toBeLessThan(1);
}
