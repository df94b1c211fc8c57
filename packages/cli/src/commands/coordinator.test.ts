// The start of a coordinator's API as operators see it.

import { makeToken } from '@everytick/core';
import {
  createTestDatabase,
  everytick,
  makeScratchDirectory,
  runEverytick,
  type TestDatabase,
} from '@everytick/testing';
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

test('it begins with the token that it is given, which it never shows', async () => {
  const token = makeToken();
  const settings = {
    EVERYTICK_DATABASE_URL: database.url,
    EVERYTICK_API_HOST: '0.0.0.0',
    EVERYTICK_LOG_LEVEL: 'trace',
  };
  const env = { ...settings, EVERYTICK_API_FIRST_TOKEN: token };
  const coordinators = await Promise.all([1, 2].map(() => everytick(['coordinator'], { cwd, env })));
  for (const coordinator of coordinators) {
    const served = await coordinator.waitForOutput(/"url":"[^"]*","msg":"serving the API"/, 30_000);
    const [, port] = /:(\d+)\//.exec(served) ?? [];
    const question = `http://127.0.0.1:${port}/api/v1/targets`;
    expect((await fetch(question)).status).toBe(401);
    expect((await fetch(question, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  }
  for (const coordinator of coordinators) {
    coordinator.signal('SIGTERM');
    expect(await coordinator.exited).toEqual({ code: 0, signal: null });
    expect(coordinator.output).not.toContain(token.slice(4));
  }

  // Revoked is revoked, whatever the environment says.
  await runEverytick(['tokens', 'revoke', 'first'], { cwd, env: settings });
  const { code, stdout, stderr } = await runEverytick(['coordinator'], { cwd, env });
  expect(code).toBe(2);
  expect(stdout).toContain('the token in EVERYTICK_API_FIRST_TOKEN has been revoked and stays so');
  expect(stderr).toContain('there is no valid token');
}, 60_000);

test('a first token of another form is refused, without being shown', async () => {
  const env = { EVERYTICK_DATABASE_URL: database.url, EVERYTICK_API_FIRST_TOKEN: 'hunter2' };
  const { code, stdout, stderr } = await runEverytick(['coordinator'], { cwd, env });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(
    'everytick: EVERYTICK_API_FIRST_TOKEN is (not shown); it must be a token as `everytick tokens generate` prints it\n',
  );
}, 60_000);
