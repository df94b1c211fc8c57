// `bench schedule` once, small: that everybody does the same work, and that the books balance. Its figures are never judged here.

import { expect, it } from '@jest/globals';
import { contenders, schedule } from './schedule.ts';

it('bench schedule has each contender do the same recurring work', async () => {
  const report = await schedule({
    leases: [1_000],
    intervalS: 40,
    batch: 100,
    connections: 2,
    seconds: 1,
    warmUpS: 1,
    runs: 1,
    against: contenders.map(({ name }) => name),
    onProgress: () => undefined,
  });
  expect(report.rows.map((row) => row['contender'])).toEqual(contenders.map(({ name }) => name));
  for (const row of report.rows) expect(row['per_second']).toBeGreaterThan(0);
  expect(report.figures).toMatchObject({ duplicates: 0, checks: expect.any(Number) });
}, 90_000);
