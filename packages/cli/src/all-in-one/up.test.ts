// `everytick up` as users run it, with a database that exists already.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createTestDatabase, eventually, everytick, makeScratchDirectory, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';

let database: TestDatabase;
let cwd: string;
beforeEach(async () => {
  database = await createTestDatabase();
  cwd = await makeScratchDirectory();
});
afterEach(() => database.drop());

const up = (...args: string[]) => upWith({}, ...args);
const upWith = (env: Record<string, string>, ...args: string[]) =>
  everytick(['up', ...args], { cwd, env: { EVERYTICK_DATABASE_URL: database.url, ...env } });
/** As users have it who have said nothing of it. */
const nothingOpened = { EVERYTICK_EGRESS_ALLOW: '' };

async function noneConnected(): Promise<boolean> {
  const { rowCount } = await database.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'everytick %'`,
  );
  return rowCount === 0;
}

test('the demonstration shows every outcome, ends by itself and sums up', async () => {
  const run = await upWith(nothingOpened, '--for', '10s');
  expect((await run.exited).code).toBe(0);
  expect(run.stderr).toBe('');
  for (const line of [/ fast: up/, / slow: up/, / redirect: up/, / wrong-content: down \(body_mismatch/]) {
    expect(run.stdout).toMatch(line);
  }
  expect(run.stdout).toMatch(/ server-error: down \(status_unexpected/);
  expect(run.stdout).toMatch(/ unreachable: down \(connect_refused/);
  expect(run.stdout).toMatch(/ticks of 7 targets in 1\ds: up \d+, down \d+, missed 0/);
}, 60_000);

test("a user's own site on this machine is closed, and its row says how to open it; nothing is asked of it", async () => {
  const connected = jest.fn();
  const site = createServer((_request, response) => response.end('hello')).on('connection', connected);
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  try {
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
    const closed = await upWith(nothingOpened, url, '--every', '1s', '--workers', '1');
    const down = await closed.waitForOutput(/127\.0\.0\.1:\d+: down .*/, 30_000);
    expect(down).toContain(
      '(egress_denied: 127.0.0.1 is a loopback address, and EVERYTICK_EGRESS_ALLOW does not open it',
    );
    expect(down).toContain('with 127.0.0.1 or 127.0.0.0/8 in it, it would');
    closed.signal('SIGTERM');
    expect((await closed.exited).code).toBe(0);
    expect(connected).not.toHaveBeenCalled();

    const open = await upWith({ EVERYTICK_EGRESS_ALLOW: '127.0.0.1' }, url, '--every', '1s', '--workers', '1');
    await open.waitForOutput(/127\.0\.0\.1:\d+: (down -> )?up/, 30_000);
    open.signal('SIGTERM');
    expect((await open.exited).code).toBe(0);
  } finally {
    site.close();
    site.closeAllConnections();
  }
}, 90_000);

test('a target that was added beforehand opens nothing, although no URL was given', async () => {
  const added = await everytick(['targets', 'add', 'http://127.0.0.1:1/', '--every', '1s'], {
    cwd,
    env: { EVERYTICK_DATABASE_URL: database.url },
  });
  expect((await added.exited).code).toBe(0);
  const run = await upWith(nothingOpened, '--workers', '1', '--for', '5s');
  expect((await run.exited).code).toBe(0);
  expect(run.stdout).toMatch(/127\.0\.0\.1:1: down \(egress_denied/);
}, 60_000);

test('a second one in the same folder is refused; the short commands find the database of the first', async () => {
  const first = await up('http://127.0.0.1:1/', '--every', '1s', '--workers', '1');
  await first.waitForOutput(/127.0.0.1:1: down/, 30_000);

  const second = await up();
  expect((await second.exited).code).toBe(1);
  expect(second.stderr).toContain(`already running (process ${first.pid})`);

  const results = await everytick(['results', '--json', '--limit', '1'], { cwd });
  expect((await results.exited).code).toBe(0);
  expect(JSON.parse(results.stdout)).toMatchObject({
    results: [{ target: '127.0.0.1:1', error_code: 'connect_refused' }],
  });

  // Passed on to those who log.
  first.signal('SIGUSR2');
  for (const service of ['coordinator', 'worker-1']) {
    const log = join(cwd, '.everytick', 'logs', `${service}.log`);
    await eventually(async () => expect(await readFile(log, 'utf8')).toContain('"the log level changes"'));
  }

  first.signal('SIGTERM');
  expect((await first.exited).code).toBe(0);
  expect(first.stdout).toMatch(/Stopped\./);
}, 60_000);

test('a second signal leaves at once, whatever is under way', async () => {
  const requested = Promise.withResolvers<void>();
  const silent = createServer(() => requested.resolve());
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  try {
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    const run = await up(url, '--every', '20s', '--timeout', '19s', '--workers', '1');
    await requested.promise;
    run.signal('SIGINT');
    await run.waitForOutput('Stopping');
    run.signal('SIGINT');
    expect(await run.exited).toEqual({ code: 130, signal: null });
    await eventually(noneConnected, { timeoutMs: 5_000 });
  } finally {
    silent.close();
    silent.closeAllConnections();
  }
}, 60_000);

test('workers outlive their parent only to finish what they have begun', async () => {
  const run = await up('http://127.0.0.1:1/', '--every', '1s', '--workers', '1');
  await run.waitForOutput(/127.0.0.1:1: down/, 30_000);
  run.signal('SIGKILL');
  await run.exited;
  await eventually(noneConnected, { timeoutMs: 20_000 });
}, 60_000);

test('a misspelt setting is pointed out once, before anything starts', async () => {
  const run = await upWith({ EVERYTICK_RETENTION_DAYS: '3' }, '--workers', '1', '--for', '5s');
  expect((await run.exited).code).toBe(0);
  expect(run.stdout.split('\n')[0]).toMatch(/ EVERYTICK_RETENTION_DAYS is no setting/);
  expect(run.stdout.match(/no setting/g)).toHaveLength(1);
}, 60_000);
