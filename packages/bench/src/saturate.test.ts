import { expect, it } from '@jest/globals';
import { expectLoadFigures } from './load/expected-figures.ts';
import { saturate, search } from './saturate.ts';

it.each([1, 37, 100, 640, 5_000])('the search finds a limit of %i by few trials', async (limit) => {
  let trials = 0;
  const found = await search(100, Number.POSITIVE_INFINITY, (rate) => {
    trials += 1;
    return Promise.resolve(rate <= limit);
  });
  expect(found).toBeLessThanOrEqual(limit);
  expect(found).toBeGreaterThanOrEqual(Math.floor(limit * 0.95));
  expect(trials).toBeLessThan(15);
});

it('the search says so where nothing is held', async () => {
  await expect(search(100, 400, () => Promise.resolve(false))).rejects.toThrow('no rate at all was held');
});

it('bench saturate tells the rate, and who used the machine', async () => {
  const report = await saturate({
    workers: 1,
    intervalS: 1,
    fromRate: 20,
    atMostRate: 20,
    trialS: 1,
    durationS: 1,
    latenessMs: 250,
    secure: false,
    onProgress: () => undefined,
  });
  expectLoadFigures(report, { missed: 0, rate: 20 });
  const shares = report.figures?.['machine_percent'] as Record<string, number>;
  expect(Object.keys(shares)).toEqual(['worker', 'coordinator', 'postgres', 'site', 'others', 'idle']);
}, 60_000);
