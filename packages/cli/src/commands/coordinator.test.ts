// The start of a coordinator's API as operators see it.

import { createTestDatabase, makeScratchDirectory, runEverytick, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let database: TestDatabase;
let cwd: string;
beforeAll(async () => {
  database = await createTestDatabase();
  cwd = await makeScratchDirectory();
});
afterAll(() => database.drop());

test('a coordinator ends at the start if others could reach its API without a token', async () => {
  const env = { EVERYTICK_DATABASE_URL: database.url, EVERYTICK_API_HOST: '0.0.0.0', EVERYTICK_LOG_FORMAT: 'json' };
  const { code, stderr } = await runEverytick(['coordinator'], { cwd, env });
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^everytick: EVERYTICK_API_HOST is "0\.0\.0\.0".*"everytick tokens create NAME.*EVERYTICK_API to off\n$/,
  );
}, 60_000);
