// Each benchmark once, small: that they run, and that the books balance. Their figures are never judged here.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeScratchDirectory } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import { apiBench } from './api/api-bench.ts';
import { checks } from './checks.ts';
import { fetchCost } from './fetch/fetch.ts';
import { leaseDesigns } from './lease-designs.ts';
import { expectLoadFigures } from './load/expected-figures.ts';
import { rowsBench } from './rows.ts';
import { targetMetricsBench } from './target-metrics.ts';
import { uptimeBench } from './uptime.ts';
import { verifyBench } from './verify.ts';

const onProgress = () => undefined;

it('bench api asks each question both ways', async () => {
  const report = await apiBench({ targets: 100, days: 1, intervalS: 300, requests: 2, onProgress });
  expect(report.rows).toHaveLength(12);
  for (const row of report.rows) {
    expect(row['core_p95_ms']).toBeGreaterThan(0);
    expect(row['http_p95_ms']).toBeGreaterThan(0);
  }
}, 60_000);

it('bench checks records every tick of its window once', async () => {
  const options = { targets: 20, intervalS: 1, durationS: 3, warmUpS: 2, workers: 1, runs: 2, secure: true };
  const report = await checks({ ...options, onProgress });
  const run = expect.objectContaining({ ticks_expected: 60, ticks_recorded: 60, duplicates: 0 });
  expect(report.rows).toEqual([run, run]);
  expectLoadFigures(report, { rate: 20 });
}, 60_000);

it('bench checks leaves profiles', async () => {
  const profileDir = await makeScratchDirectory();
  const options = { targets: 20, intervalS: 1, durationS: 2, warmUpS: 2, workers: 1, runs: 1, secure: false };
  await checks({ ...options, profileDir, onProgress });
  expect((await readdir(profileDir)).sort()).toEqual([
    'coordinator.cpuprofile',
    'statements.json',
    'summary.txt',
    'worker-1.cpuprofile',
  ]);
  const summary = await readFile(join(profileDir, 'summary.txt'), 'utf8');
  for (const found of [/worker: main thread/, /node:internal/, /WITH claimed AS/]) expect(summary).toMatch(found);
}, 60_000);

it.each([
  { pace: { concurrency: 5 }, rate: null },
  { pace: { rate: 200 }, rate: 200 },
])(
  'bench fetch measures each way, $pace',
  async ({ pace, rate }) => {
    const report = await fetchCost({ checks: 50, pace, rounds: 1, onProgress });
    expect(report.rows).toHaveLength(10);
    expect(report.figures).toMatchObject({
      checks: 100,
      rate,
      ratio_to_best_undici_loop: { http: expect.any(Number) },
    });
    for (const row of report.rows) expect(row['cpu_us_per_check']).toBeGreaterThan(0);
  },
  60_000,
);

it('bench lease-designs measures each design', async () => {
  const report = await leaseDesigns({ leases: 2_000, batch: 100, connections: 2, runs: 1, onProgress });
  expect(report.rows).toHaveLength(2);
  for (const row of report.rows) expect(row['checks_per_second']).toBeGreaterThan(0);
}, 60_000);

it('bench rows has the sizes of both kinds', async () => {
  const report = await rowsBench({ targets: 20, ticks: 20, onProgress });
  expect(report.rows.map(({ kind }) => kind)).toEqual(['http', 'https']);
  for (const row of report.rows) expect(row['heap_bytes']).toBeGreaterThan(60);
}, 60_000);

it('bench target-metrics has each target in each answer', async () => {
  const report = await targetMetricsBench({
    settled: false,
    targets: 100,
    days: 1,
    intervalS: 300,
    runs: 2,
    onProgress,
  });
  const answer = expect.objectContaining({ pairs: 99, p50_ms: expect.any(Number) });
  expect(report.rows).toEqual([answer, answer]);
}, 60_000);

it('bench uptime has a whole year of each target', async () => {
  const report = await uptimeBench({ targets: 60, intervalS: 900, questions: 2, onProgress });
  expect(report.rows).toHaveLength(3);
  for (const row of report.rows) expect(row['p50_ms']).toBeGreaterThan(0);
  expect(report.parameters['days_built']).toBeGreaterThanOrEqual(59);
}, 60_000);

it('bench verify proves the ledger that it has made', async () => {
  const report = await verifyBench({ rows: 5_000, targets: 10, runs: 1, onProgress });
  expect(report.rows).toEqual([expect.objectContaining({ ticks: 5_000 })]);
}, 60_000);
