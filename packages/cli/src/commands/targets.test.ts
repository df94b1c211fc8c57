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
    state: 'new',
    spec: { url: 'https://shop.example/', every: '10s', match: 'cart' },
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
  const own = { name: 'api.example', url: 'https://api.example/', every: '1m', timeout: '10s', locations: ['default'] };
  const stored = async () => JSON.parse((await run('targets', 'list', '--json')).stdout).targets[0].spec;
  expect(await stored()).toEqual({ ...own, ...options });

  const edit = (...args: string[]) => run('targets', 'edit', 'api.example', ...args);
  const edited = await edit('--status', '404', '--unset', 'auth', '-H', 'Accept: a/b', '--down-above', '2s');
  expect(edited).toMatchObject({ code: 0, stderr: '' });
  expect(edited.stdout).toMatch(
    /: headers.Accept \(none\) -> a\/b, auth.bearer {.*} -> \(none\), expect.status \["201"\] -> \["404"\], expect.down_above \(none\) -> 2s$/m,
  );
  const { auth: _, ...others } = options;
  const headers = { Accept: 'a/b' };
  const expected = { ...options.expect, status: ['404'], down_above: '2s' };
  expect(await stored()).toEqual({ ...own, ...others, headers, expect: expected });

  const less = await edit('-H', 'X-Shop: 1', '--unset', 'headers.Accept', '--unset', 'expect.json');
  expect(less).toMatchObject({ code: 0, stderr: '' });
  expect(await stored()).toMatchObject({ headers: { 'X-Shop': '1' }, expect: { status: ['404'], down_above: '2s' } });

  for (const [args, message] of [
    [['--unset', 'method'], "body, which 'api.example' has, is sent only with a method"],
    [['--match', 'a', '--no-match'], 'give either --match or --no-match, not both'],
    [['--degraded-above', '3s'], '--degraded-above: 3s has to be less than --down-above, which is 2s'],
    [['--unset', 'expect.staus'], "--unset: unknown field 'expect.staus'; did you mean 'expect.status'?"],
    [['--unset', 'expect.status', '--status', '200'], '--unset expect.status cannot be given beside what is to be set'],
  ] as const) {
    const refused = await edit(...args);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(message);
  }
  await run('targets', 'remove', 'api.example');
}, 120_000);

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
    [
      'two forms of output',
      ['targets', 'list', '--json', '--output', 'yaml'],
      2,
      'give either --json or --output yaml',
    ],
    [
      'a label without a value',
      ['targets', 'add', 'https://a.example', '--label', 'team'],
      2,
      "--label 'team' has to be",
    ],
    ['a state that there is not', ['targets', 'list', '--state', 'dwon'], 2, 'allowed are up, degraded, down'],
    [
      'two options that exclude each other',
      ['targets', 'add', 'https://a.example', '--data', 'x'],
      2,
      '--method POST?',
    ],
    [
      'two ways to authenticate',
      [
        'targets',
        'add',
        'https://a.example',
        '--user',
        'me:env:EVERYTICK_SECRET_A',
        '--bearer',
        'env:EVERYTICK_SECRET_B',
      ],
      2,
      'has --user and --bearer; exactly one is allowed of --user, --bearer, --oauth2-token-url',
    ],
    ['a limit of nothing', ['results', '--limit', '0'], 2, 'allowed are 1 to 100000'],
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

test('targets have a group and labels, by which they are found', async () => {
  const labels = ['--label', 'team=web', '--label', 'tier=1'];
  await run('targets', 'add', 'https://a.example', '--name', 'a', '--group', 'shop', ...labels);
  await run('targets', 'add', 'https://b.example', '--name', 'b', '--label', 'team=web');
  const names = async (...args: string[]) =>
    JSON.parse((await run('targets', 'list', '--json', ...args)).stdout).targets.map(
      ({ name }: { name: string }) => name,
    );
  expect(await names('--label', 'team=web')).toEqual(['a', 'b']);
  expect(await names('--label', 'team=web', '--label', 'tier=1')).toEqual(['a']);
  expect(await names('--group', 'shop')).toEqual(['a']);
  expect(await names('--search', 'B.EXAMPLE')).toEqual(['b']);
  expect(await names('--state', 'down', '--state', 'degraded')).toEqual([]);
  expect(await names('--by-hand', '--limit', '1')).toEqual(['a']);
  expect((await run('targets', 'list')).stdout).toMatch(/ GROUP .*\n.* a +https:\/\/a.example\/ +1m +shop +not yet /);
  expect((await run('targets', 'list', '--limit', '1')).stdout).toMatch(/^and 1 more: .* --limit with more than 1\.$/m);

  await run('targets', 'edit', 'a', '--label', 'team=blog', '--unset', 'labels.tier', '--unset', 'group');
  const [{ spec }] = JSON.parse((await run('targets', 'list', '--json')).stdout).targets;
  expect([spec.labels, spec.group]).toEqual([{ team: 'blog' }, undefined]);
  const yaml = await run('targets', 'show', 'a', '--output', 'yaml');
  expect(yaml.stdout).toMatch(/^target:\n {2}id: \d+\n {2}name: a\n[\s\S]*\nnewest: \[\]\nsummary:\n {2}target_id: /);
  expect((await run('targets', 'show', 'a')).stdout).toMatch(
    /^a \(id \d+\) {2}not yet\n {2}url +https:\/\/a\.example\/\n/,
  );
  await run('targets', 'remove', 'a', 'b');
}, 120_000);

test('a database that does not answer is said so', async () => {
  const env = { EVERYTICK_DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/none' };
  const child = await everytick(['targets', 'list'], { cwd, env });
  expect((await child.exited).code).toBe(1);
  expect(child.stderr).toMatch(/cannot use the database: .*ECONNREFUSED/);
  expect(child.stderr).not.toContain('hunter2');
});
