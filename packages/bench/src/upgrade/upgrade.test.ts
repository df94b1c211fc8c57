// The run itself, once and small, from this version to itself: what another version would need is its own packages. What it is migrated
// to is what a later version may bring, by the rules: new columns for tables that everybody reads and writes.

import { cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultMigrationsDir } from '@everytick/cli/migrate';
import { makeScratchDirectory } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import { thisVersion } from './release.ts';
import { upgradeFrom } from './upgrade.ts';

it('puts both versions to work, migrates under them, edits targets, and finds every tick accounted for', async () => {
  const migrationsDir = await makeScratchDirectory();
  await cp(defaultMigrationsDir, migrationsDir, { recursive: true });
  const number = (await readdir(migrationsDir)).filter((name) => name.endsWith('.sql')).length + 1;
  const expand = `${String(number).padStart(4, '0')}_expand`;
  await writeFile(
    join(migrationsDir, `${expand}.sql`),
    `SET LOCAL lock_timeout = '5s';
     ALTER TABLE monitored_targets ADD COLUMN later text;
     ALTER TABLE leases ADD COLUMN later integer NOT NULL DEFAULT 0;
     ALTER TABLE workers ADD COLUMN later text;
     ALTER TABLE check_results ADD COLUMN later integer;`,
  );
  await using release = await thisVersion();
  const report = await upgradeFrom(release, {
    targets: 20,
    intervalS: 1,
    stageS: 1,
    migrationsDir,
    onProgress: () => undefined,
  });
  expect(report.problems).toEqual([]);
  expect(report.parameters).toMatchObject({ migrations: expand, unaccounted: 0, duplicates: 0, unscheduled: 0 });
  expect(report.rows.map(({ by_old, by_new }) => [by_old > 0, by_new > 0])).toEqual([
    [true, false],
    [true, false],
    [true, expect.any(Boolean)],
    [expect.any(Boolean), true],
  ]);
}, 120_000);
