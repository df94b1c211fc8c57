// `bench peers` once, small: that both carry checks out, and that the books balance. Its figures are never judged here.

import { isInstalled } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import { expectLoadFigures } from '../load/expected-figures.ts';
import { peers } from './peers.ts';

const installed = isInstalled('prometheus') && isInstalled('prometheus-blackbox-exporter');

(installed ? it : it.skip)(
  'bench peers has both check the same targets',
  async () => {
    const options = { targets: 20, intervalS: 1, durationS: 3, warmUpS: 2, runs: 1, secure: true };
    const report = await peers({ ...options, onProgress: () => undefined });
    const some = expect.any(Number);
    expectLoadFigures(report, {
      rate: 20,
      peer_failed: 0,
      peer_cpu_us_per_check: { prometheus: some, blackbox_exporter: some, total: some },
      ratio: some,
    });
    expect(report.rows).toEqual([expect.objectContaining({ ticks_expected: 60, ticks_recorded: 60, peer_checks: 60 })]);
  },
  60_000,
);
