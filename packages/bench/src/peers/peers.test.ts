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
      peer_failed: some,
      peer_cpu_us_per_check: { prometheus: some, blackbox_exporter: some, total: some },
      ratio: some,
    });
    expect(report.rows).toEqual([expect.objectContaining({ ticks_expected: 60, ticks_recorded: 60 })]);
    // On a busy machine Prometheus leaves checks out, and checks of it take too long.
    const { peer_checks, peer_failed } = report.figures as Record<string, number>;
    expect(peer_checks).toBeGreaterThan(0);
    expect(peer_failed).toBeLessThan(peer_checks ?? 0);
  },
  60_000,
);
