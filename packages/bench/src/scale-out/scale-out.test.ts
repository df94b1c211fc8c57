import { expect, it } from '@jest/globals';
import { expectLoadFigures } from '../load/expected-figures.ts';
import { canLimitCpu } from './cpu-limit.ts';
import { scaleOut } from './scale-out.ts';

const limited = canLimitCpu();
if (!limited)
  process.stderr.write('\n!!! bench scale-out is SKIPPED: the CPU of processes cannot be limited here !!!\n\n');

(limited ? it : it.skip)(
  'bench scale-out has several workers share the work',
  async () => {
    const report = await scaleOut({
      workers: [1, 2],
      percent: 30,
      ratePerWorker: 20,
      intervalS: 1,
      durationS: 2,
      warmUpS: 1,
      runs: 1,
      onProgress: () => undefined,
    });
    expectLoadFigures(report, { rate: 40, times_one_worker: { 1: 1, 2: expect.any(Number) } });
    expect(report.rows.map((row) => row['workers'])).toEqual([1, 2]);
    expect(report.rows[1]?.['slowest_per_s']).toBeGreaterThan(0);
  },
  60_000,
);
