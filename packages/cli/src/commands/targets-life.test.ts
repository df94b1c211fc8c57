// The commands that change targets which are there, as users run them, against a real database.

import { createTestDatabase, makeScratchDirectory, runEverytick, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

let database: TestDatabase;
let cwd: string;
beforeAll(async () => {
  database = await createTestDatabase();
  cwd = await makeScratchDirectory();
});
afterAll(() => database.drop());

const run = (...args: string[]) => runEverytick(args, { cwd, env: { EVERYTICK_DATABASE_URL: database.url } });

async function json(...args: string[]) {
  return JSON.parse((await run(...args, '--json')).stdout);
}

test('a target is added for two locations, paused, edited, resumed, removed and restored', async () => {
  const places = ['--location', 'default', '--location', 'oslo'];
  const added = await run('targets', 'add', 'https://shop.example/', '--name', 'shop', ...places);
  expect(added).toMatchObject({ code: 0, stderr: '' });
  expect(added.stdout).toMatch(/^added 'shop' \(id 1\): .*, from default, oslo\n/);
  expect(added.stdout).toContain("location 'oslo' has no worker yet: ticks there are missed until one runs");

  expect((await run('targets', 'pause', 'shop')).stdout).toBe("paused 'shop' (id 1)\n");
  expect((await run('targets', 'pause', '1')).stdout).toBe("'shop' (id 1) was paused already\n");
  expect((await run('targets', 'list')).stdout).toMatch(/LOCATIONS +OUTCOME.*\n.* default, oslo +paused /);

  const edited = await run('targets', 'edit', 'shop', '--every', '5s', '--timeout', '2s', '--match', 'cart');
  expect(edited.stdout).toBe("edited 'shop' (id 1): every 1m -> 5s, timeout 10s -> 2s, match (none) -> cart\n");
  const again = await json('targets', 'edit', 'shop', '--no-match', '--location', 'default', '--every', '5s');
  expect(again).toEqual({
    edited: [{ id: 1, name: 'shop', changed: ['match', 'locations'] }],
    locations_without_workers: ['default'],
  });

  expect(await json('targets', 'resume', 'shop')).toEqual({ resumed: [{ id: 1, name: 'shop', changed: true }] });
  expect((await run('targets', 'remove', 'shop')).code).toBe(0);
  expect((await run('targets', 'list', '--deleted')).stdout).toMatch(/DELETED \(UTC\)\n +1 +shop .* \d\d:\d\d:\d\d\n$/);
  expect((await run('targets', 'restore', 'shop')).stdout).toBe("restored 'shop' (id 1)\n");
  const { targets } = await json('targets', 'list');
  expect(targets).toEqual([
    expect.objectContaining({
      name: 'shop',
      state: 'new',
      spec: { name: 'shop', url: 'https://shop.example/', every: '5s', timeout: '2s', locations: ['default'] },
      paused: false,
      in_maintenance: false,
      deleted_at: null,
    }),
  ]);
}, 120_000);

test('whoever removes a target of a source is told that the source adds it again', async () => {
  await database.query(
    "INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, source) VALUES ('blog', 'https://b.example/', 60, 500, 'web')",
  );
  const { code, stdout } = await run('targets', 'remove', 'blog');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^removed 'blog' \(id \d+\)\nnote: 'blog' belongs to source 'web', whose next apply adds it again/,
  );
}, 60_000);

test('locations are listed with who is there', async () => {
  // Heard of later than now: the commands may take longer than a worker may be silent.
  await database.query(
    `INSERT INTO workers (name, location_id, seen_at)
     SELECT 'w', id, now() + interval '10 minutes' FROM locations WHERE name = 'oslo'`,
  );
  const { locations } = await json('locations', 'list');
  expect(locations).toEqual([
    {
      name: 'default',
      workers: 0,
      last_seen_at: null,
      targets: 1,
      oldest_overdue_tick: null,
      overdue_ms: null,
    },
    expect.objectContaining({ name: 'oslo', workers: 1, last_seen_at: expect.any(String), targets: 0 }),
  ]);
  expect((await run('locations', 'list')).stdout).toMatch(/^LOCATION +WORKERS .*\ndefault +0 +never +1 +-\noslo +1 /);
}, 60_000);

test('maintenance is added, listed and ended', async () => {
  const added = await run('maintenance', 'add', '--from', 'now', '--for', '2h', '--target', 'shop', '--reason', 'v2');
  expect(added.stdout).toMatch(/^added maintenance 1 \(running\): .* to .* UTC, shop\n$/);
  expect((await run('targets', 'list')).stdout).toMatch(/ shop .* maintenance /);
  const span = ['--from', '2099-03-01T22:00+01:00', '--to', '2099-03-02'];
  const planned = await json('maintenance', 'add', ...span, '--all');
  expect(planned.added).toEqual([
    {
      id: 2,
      state: 'planned',
      starts_at: '2099-03-01T21:00:00.000Z',
      ends_at: '2099-03-02T00:00:00.000Z',
      targets: null,
      reason: null,
      created_at: expect.any(String),
    },
  ]);
  expect((await run('maintenance', 'list')).stdout).toMatch(/ 1 +running .* shop +v2\n +2 +planned .* all\n$/);
  expect((await run('maintenance', 'end', '1', '2')).stdout).toBe(
    'ended maintenance 1\ndeleted maintenance 2, which had not begun\n',
  );
  const { maintenance } = await json('maintenance', 'list');
  expect(maintenance).toEqual([expect.objectContaining({ id: 1, state: 'over', targets: [{ id: 1, name: 'shop' }] })]);
}, 120_000);

describe('bad input changes nothing, and is answered with what is wrong', () => {
  const now = ['maintenance', 'add', '--from', 'now'];
  test.each([
    ['nothing to change', ['targets', 'edit', 'shop'], 2, '--no-match'],
    [
      'an interval too short',
      ['targets', 'edit', 'shop', '--every', '2s'],
      2,
      '--every: 2s does not go with the timeout',
    ],
    ['a window of no targets', [...now, '--for', '1h'], 2, 'which targets?'],
    ['a window of no length', [...now, '--all'], 2, 'give either --for DURATION or --to WHEN'],
    ['a moment that is none', ['maintenance', 'add', '--from', 'noon', '--for', '1h', '--all'], 2, "--from 'noon'"],
    ['a window that is over', [...now, '--to', '2020-01-01', '--all'], 2, '2020-01-01'],
    ['the end of what is over', ['maintenance', 'end', '1'], 1, 'has been over since'],
  ])('%s', async (_, args, code, message) => {
    const before = await contents();
    const result = await run(...args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(message);
    expect(await contents()).toEqual(before);
  });

  async function contents() {
    const { rows } = await database.query(
      `SELECT ARRAY (SELECT t::text FROM monitored_targets t) AS targets, ARRAY (SELECT w::text FROM maintenance_windows w) AS windows,
              ARRAY (SELECT l::text FROM locations l) AS locations`,
    );
    return rows;
  }
});
