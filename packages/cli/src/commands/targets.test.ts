// The short commands as users run them, against a real database.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createTestDatabase,
  everytick,
  makeScratchDirectory,
  runEverytick,
  type TestDatabase,
} from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

let database: TestDatabase;
let cwd: string;
beforeAll(async () => {
  database = await createTestDatabase();
  cwd = await makeScratchDirectory();
});
afterAll(() => database.drop());

const run = (...args: string[]) => runEverytick(args, { cwd, env: { EVERYTICK_DATABASE_URL: database.url } });

test('targets are added, listed and removed', async () => {
  const added = await run('targets', 'add', 'https://shop.example/', '--every', '10s', '--match', 'cart');
  expect(added).toMatchObject({ code: 0, stderr: '' });
  expect(added.stdout).toMatch(/^added 'shop.example' \(id \d+\): https:\/\/shop.example\/ every 10s, timeout 5s/);

  const file = join(cwd, 'targets.yaml');
  await writeFile(file, 'targets:\n  - url: https://a.example\n  - url: https://b.example\n');
  expect(await run('targets', 'add', '--file', file)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^added 2 targets\n/),
  });

  const listed = await run('targets', 'list');
  expect(listed.stdout).toMatch(/shop\.example .* 10s /);
  const { targets } = JSON.parse((await run('targets', 'list', '--json')).stdout);
  expect(targets.map((target: { name: string }) => target.name)).toEqual(['a.example', 'b.example', 'shop.example']);
  expect(targets[2]).toMatchObject({
    url: 'https://shop.example/',
    interval_s: 10,
    match_pattern: 'cart',
    last_result: null,
  });

  expect(await run('targets', 'remove', 'a.example', 'b.example', 'shop.example')).toMatchObject({ code: 0 });
  expect((await run('targets', 'list')).stdout).toMatch(/no targets yet/);
  expect(JSON.parse((await run('results', '--json')).stdout)).toEqual({ results: [] });

  const { added: one } = JSON.parse((await run('targets', 'add', 'https://c.example', '--json')).stdout);
  expect(one).toEqual([{ id: expect.any(Number), name: 'c.example' }]);
  expect(JSON.parse((await run('targets', 'remove', 'c.example', '--json')).stdout)).toEqual({ removed: one });
}, 60_000);

test('targets keep how they are checked', async () => {
  const options = {
    method: 'POST',
    body: 'x',
    auth: { bearer: { env: 'EVERYTICK_SECRET_A' } },
    expect: { status: ['201'], json: [{ path: '$.a', equals: null }] },
  };
  const flags = ['-X', 'POST', '--data', 'x', '--bearer', 'env:EVERYTICK_SECRET_A', '--status', '201'];
  const added = await run('targets', 'add', 'https://api.example/', ...flags, '--json-path', '$.a == null');
  expect(added).toMatchObject({ code: 0, stderr: '' });
  expect(added.stdout).toMatch(/: POST https:\/\/api.example\/ every 1m, timeout 10s, 2 expectations$/m);
  const stored = async () => JSON.parse((await run('targets', 'list', '--json')).stdout).targets[0].options;
  expect(await stored()).toEqual(options);

  const edit = (...args: string[]) => run('targets', 'edit', 'api.example', ...args);
  const edited = await edit('--status', '404', '--unset', 'auth', '-H', 'Accept: a/b');
  expect(edited).toMatchObject({ code: 0, stderr: '' });
  expect(edited.stdout).toMatch(
    /: headers default -> {Accept: a\/b}, auth {.*} -> default, expect {.*} -> {status: \["404"\]}$/m,
  );
  expect(await stored()).toEqual({
    method: 'POST',
    body: 'x',
    headers: { Accept: 'a/b' },
    expect: { status: ['404'] },
  });

  for (const [args, message] of [
    [['--unset', 'method'], "body, which 'api.example' has, is sent only with a method"],
    [['--match', 'a', '--no-match'], 'give either --match or --no-match, not both'],
  ] as const) {
    const refused = await edit(...args);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(message);
  }
  await run('targets', 'remove', 'api.example');
}, 60_000);

describe('bad input changes nothing, and is answered with what is wrong', () => {
  test.each([
    ['a URL of another kind', ['targets', 'add', 'ftp://a.example'], 2, 'URL: '],
    ['a password in the URL', ['targets', 'add', 'https://me:hunter2@a.example'], 2, '--user NAME:env:'],
    ['options beside a file', ['targets', 'add', '--file', 'a.yaml', '--no-follow'], 2, '--no-follow cannot be given'],
    ['an interval of 0', ['targets', 'add', 'https://a.example', '--every', '0'], 2, "--every: '0' is too short"],
    ['a pattern that does not compile', ['targets', 'add', 'https://a.example', '--match', '('], 2, '--match: '],
    ['a file that is not there', ['targets', 'add', '--file', 'absent.yaml'], 2, 'absent.yaml: cannot be read'],
    ['neither URL nor file', ['targets', 'add'], 2, 'give a URL'],
    ['an unknown target', ['targets', 'remove', 'shpo'], 1, "'shpo'"],
    ['an unknown flag', ['targets', 'list', '--jsno'], 2, '--jsno'],
    ['a limit of nothing', ['results', '--limit', '0'], 2, 'allowed are 1 to 10000'],
    ['a time that is none', ['results', '--since', 'yesterday'], 2, "--since 'yesterday'"],
    ['a flag without a URL', ['up', '--every', '5s', '--insecure'], 2, '--every, --insecure'],
    ['no workers', ['up', '--workers', '0'], 2, "--workers '0'"],
  ])('%s', async (_, args, code, message) => {
    const result = await run(...args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toContain('hunter2');
    expect((await database.query('SELECT FROM monitored_targets WHERE deleted_at IS NULL')).rowCount).toBe(0);
  });
});

test('a database that does not answer is said so', async () => {
  const env = { EVERYTICK_DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/none' };
  const child = await everytick(['targets', 'list'], { cwd, env });
  expect((await child.exited).code).toBe(1);
  expect(child.stderr).toMatch(/cannot use the database: .*ECONNREFUSED/);
  expect(child.stderr).not.toContain('hunter2');
});
