// The run itself, once and small, from this version to itself: what another version would need is its own packages.

import { expect, it } from '@jest/globals';
import { thisVersion } from './release.ts';
import { upgradeFrom } from './upgrade.ts';

it('puts both versions to work, edits targets, and finds every tick accounted for', async () => {
  await using release = await thisVersion();
  const report = await upgradeFrom(release, { targets: 20, intervalS: 1, stageS: 1, onProgress: () => undefined });
  expect(report.problems).toEqual([]);
  expect(report.parameters).toMatchObject({ migrations: 'none', unaccounted: 0, duplicates: 0, unscheduled: 0 });
  expect(report.rows.map(({ by_old, by_new }) => [by_old > 0, by_new > 0])).toEqual([
    [true, false],
    [true, false],
    [true, expect.any(Boolean)],
    [expect.any(Boolean), true],
  ]);
}, 120_000);
