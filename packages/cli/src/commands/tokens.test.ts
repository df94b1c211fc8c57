// Tokens as people make, see and revoke them, against a real database.

import { createHash } from 'node:crypto';
import { createTestDatabase, makeScratchDirectory, runEverytick, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let database: TestDatabase;
let cwd: string;
beforeAll(async () => {
  database = await createTestDatabase();
  cwd = await makeScratchDirectory();
});
afterAll(() => database.drop());

const run = (...args: string[]) =>
  runEverytick(['tokens', ...args], { cwd, env: { EVERYTICK_DATABASE_URL: database.url } });

test('a token is shown once, listed without it, and revoked', async () => {
  expect((await run('list')).stdout).toContain('There are no tokens');
  const made = await run('create', 'deploy', '--scope', 'write', '--expires', '90d');
  expect(made).toMatchObject({ code: 0 });
  expect(made.stdout).toMatch(/^ett_[\w-]{43}\n$/);
  expect(made.stderr).toMatch(/^made the token 'deploy' \(write\), valid until .* UTC; it is not shown again\n$/);
  const token = made.stdout.trim();
  const { rows } = await database.query<{ hash: Buffer; kept: string }>(
    'SELECT hash, row_to_json(t)::text AS kept FROM api_tokens t',
  );
  expect(rows[0]?.hash).toEqual(createHash('sha256').update(token).digest());
  expect(rows[0]?.kept).not.toContain(token.slice(4));

  const { tokens } = JSON.parse((await run('list', '--json')).stdout);
  expect(tokens).toEqual([
    expect.objectContaining({ name: 'deploy', scopes: ['write'], state: 'valid', last_used_at: null }),
  ]);
  const lasts = Date.parse(tokens[0].expires_at) - Date.parse(tokens[0].created_at);
  expect(lasts).toBe(90 * 86_400_000);

  expect(await run('create', 'deploy')).toMatchObject({
    code: 1,
    stderr: "everytick: there is a token 'deploy' already; revoke it, or choose another name\n",
  });
  expect((await run('revoke', 'deploy')).stdout).toContain("revoked the token 'deploy'");
  expect((await run('list')).stdout).toMatch(/deploy +write +revoked/);
  expect(await run('revoke', 'deploy')).toMatchObject({ code: 1 });
  const again = JSON.parse((await run('create', 'deploy', '--expires', 'never', '--json')).stdout);
  expect(again).toMatchObject({ scopes: ['read'], expires_at: null, token: expect.stringMatching(/^ett_/) });
}, 120_000);

test('a token is made up without a database', async () => {
  const { code, stdout, stderr } = await runEverytick(['tokens', 'generate'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^ett_[\w-]{43}\n$/);
});

test.each([
  [['create', ' '], 'the name of a token is empty'],
  [['create', 'a', '--scope', 'admin'], "'admin' is no scope; allowed are read and write"],
  [['create', 'a', '--expires', 'soon'], "--expires 'soon' is no duration; allowed are such as 12h, 90d, and never"],
  [['create', 'a', '--expires', '0s'], 'a token is valid for at least 1s'],
])('everytick tokens %j is refused', async (args, sentence) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(sentence);
});
