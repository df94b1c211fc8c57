// The short commands as users run them, at the API of a coordinator that wants a token.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
let api: { readonly EVERYTICK_API_URL: string };
const tokens = { read: '', write: '' };
beforeAll(async () => {
  database = await createTestDatabase();
  cwd = await makeScratchDirectory();
  const env = { EVERYTICK_DATABASE_URL: database.url };
  for (const scope of ['read', 'write'] as const) {
    const created = await runEverytick(['tokens', 'create', scope, '--scope', scope, '--json'], { cwd, env });
    tokens[scope] = JSON.parse(created.stdout).token;
  }
  const coordinator = await everytick(['coordinator'], { cwd, env: { ...env, EVERYTICK_API_HOST: '0.0.0.0' } });
  const { url } = JSON.parse(await coordinator.waitForOutput(/.*serving the API.*/, 60_000));
  api = { EVERYTICK_API_URL: url.replace('0.0.0.0', '127.0.0.1') };
}, 120_000);
afterAll(() => database.drop());

const run = (args: readonly string[], token = tokens.write) =>
  runEverytick(args, { cwd, env: { ...api, ...(token === '' ? {} : { EVERYTICK_API_TOKEN: token }) } });

test('targets are added, shown, edited and removed with a token that may write', async () => {
  const added = await run(['targets', 'add', 'https://shop.example/', '--name', 'shop', '--label', 'team=web']);
  expect(added).toMatchObject({ code: 0, stderr: '' });
  expect(added.stdout).toMatch(/^added 'shop' \(id 1\): https:\/\/shop.example\/ every 1m, timeout 10s\n/);
  expect((await run(['targets', 'list', '--state', 'new', '--output', 'yaml'], tokens.read)).stdout).toMatch(
    /^targets:\n {2}- id: 1\n {4}name: shop\n/,
  );
  const edited = await run(['targets', 'edit', 'shop', '--every', '30s', '--unset', 'labels.team']);
  expect(edited.stdout).toMatch(/^edited 'shop' \(id 1\): every 1m -> 30s, labels.team web -> \(none\)\n$/);
  const refused = await run(['targets', 'edit', 'shop', '--degraded-above', '1m']);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/^everytick: --degraded-above: is 1m, and has to be less than the timeout of 10s/);
  expect((await run(['summary', 'shop', '--since', '1h'], tokens.read)).stdout).toMatch(
    /^'shop' (from|since) .* UTC:\n/,
  );
  expect((await run(['targets', 'rm', 'shop'])).stdout).toBe("removed 'shop' (id 1)\n");
  expect(await run(['targets', 'show', 'nobody'])).toMatchObject({
    code: 1,
    stderr: "everytick: there is no target 'nobody'\n",
  });
}, 120_000);

test('a file is planned, applied and exported, and who edits what it says hears of that', async () => {
  await writeFile(join(cwd, 'e.yaml'), 'source: ours\ntargets:\n  - {name: blog, url: "https://blog.example/"}\n');
  expect((await run(['plan', '-f', 'e.yaml'])).stdout).toMatch(/blog/);
  expect(await run(['apply', '-f', 'e.yaml', '--output', 'yaml'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^source: ours\napplied: true\n/),
  });
  const edited = await run(['targets', 'edit', 'blog', '--group', 'ours']);
  expect(edited.stdout).toContain("note: it belongs to source 'ours', whose next apply brings back what its files say");
  expect((await run(['export', '--source', 'ours'], tokens.read)).stdout).toMatch(
    /source: ours[\s\S]*name: blog[\s\S]*group: ours/,
  );
}, 120_000);

test.each<[string, () => Promise<{ code: number | null; stderr: string }>, number, RegExp]>([
  [
    'no token',
    () => run(['targets', 'list'], ''),
    1,
    /wants a token, and EVERYTICK_API_TOKEN is not set\. .* "everytick tokens create"/,
  ],
  ['a token that is none', () => run(['locations', 'list'], 'ett_x'), 1, /that of EVERYTICK_API_TOKEN is not accepted/],
  [
    'a token that may only read',
    () => run(['targets', 'pause', 'blog'], tokens.read),
    1,
    /does not allow it: .* this needs write/,
  ],
  [
    'a command that needs the database',
    () => run(['verify']),
    2,
    /works at the database alone, and only EVERYTICK_API_URL is set/,
  ],
])(
  '%s is answered with what to do',
  async (_, command, code, message) => {
    const result = await command();
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toContain('ett_');
  },
  60_000,
);
