// `everytick migrate` as a deployment runs it: from several places at once.

import { checkSchemaVersion } from '@everytick/core';
import { createEmptyDatabase, runEverytick } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import type { MigrateReport } from './migrate.ts';
import { defaultMigrationsDir, readMigrations } from './migrations.ts';

it('from empty, by two processes at once: one applies every migration, the other waits and finds nothing to do', async () => {
  await using database = await createEmptyDatabase();
  const env = { EVERYTICK_DATABASE_URL: database.url };
  const ended = await Promise.all([1, 2].map(() => runEverytick(['migrate', '--json'], { env })));
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  const reports = ended.map(({ stdout }) => JSON.parse(stdout) as MigrateReport);
  const names = (await readMigrations(defaultMigrationsDir)).map(({ name }) => name);
  const [first, second] = reports.sort((a, b) => b.applied.length - a.applied.length);
  expect(first).toEqual({ applied: names, alreadyApplied: 0, invalidIndexes: [] });
  expect(second).toEqual({ applied: [], alreadyApplied: names.length, invalidIndexes: [] });
  await checkSchemaVersion(database.pool);
});
