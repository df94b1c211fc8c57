import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { targetResourceOf } from '../api/target-resource.ts';
import type { TargetFilter } from './target-filter.ts';
import { overviewOfTargets } from './target-overview.ts';
import { getTarget, listTargetPage } from './target-pages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`INSERT INTO locations (id, name) VALUES (2, 'oslo')`);
  // 40 targets; the newest result of each is of a minute ago, but of every tenth one of yesterday and of two there is none.
  await database.query(`
    SELECT ensure_check_results_partitions(current_date - 1, current_date + 1);
    INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, paused, source, group_name, labels, location_ids)
    SELECT 'target ' || lpad(i::text, 2, '0'), 'https://user:hostname@Host-' || i || '.example/path' || i, 60, 1000, i % 8 = 0,
           CASE WHEN i % 2 = 0 THEN 'even' END, CASE WHEN i <= 5 THEN 'first' END,
           jsonb_build_object('team', 'team-' || i % 4, 'env', 'production'), CASE WHEN i % 5 = 0 THEN '{1,2}' ELSE '{1}' END::smallint[]
    FROM generate_series(1, 40) AS i;
    INSERT INTO check_results (scheduled_at, target_id, location_id, outcome)
    SELECT now() - age - CASE WHEN id % 10 = 0 THEN interval '20 hours' ELSE interval '1 minute' END, id, 1,
           (CASE WHEN age > interval '0' THEN 'missed' WHEN id % 7 = 0 THEN 'down' ELSE 'up' END)::check_outcome
    FROM monitored_targets, unnest('{0 min,1 min}'::interval[]) AS age WHERE id NOT IN (3, 4);
    -- Newer than what the default location has to say.
    INSERT INTO check_results (scheduled_at, target_id, location_id, outcome) VALUES (now() - interval '30 s', 5, 2, 'degraded');
    INSERT INTO maintenance_windows (target_ids, starts_at, ends_at) VALUES ('{11}', now() - interval '1 hour', now() + interval '1 hour');
    INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, deleted_at)
    SELECT 'gone', 'http://gone.example/', 60, 1000, now() FROM generate_series(1, 3)`);
});
afterAll(() => database.drop());

const ids = async (filter: TargetFilter) =>
  (await listTargetPage(database.pool, { limit: 100, ...filter })).targets.map(({ id }) => id);

describe('a page of targets', () => {
  test('is by name, and its cursor leads to the next one', async () => {
    const seen: number[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await listTargetPage(database.pool, { limit: 9, cursor });
      seen.push(...page.targets.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
      pages++;
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(pages).toBe(5);
  });

  test('that is exactly full is the last one where there is no more', async () => {
    expect((await listTargetPage(database.pool, { limit: 40 })).nextCursor).toBeNull();
    expect((await listTargetPage(database.pool, { limit: 39 })).nextCursor).not.toBeNull();
  });

  test('neither repeats nor leaves out a target when others come and go between pages', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      const first = await listTargetPage(client, { limit: 10 });
      await client.query(`UPDATE monitored_targets SET deleted_at = now() WHERE id IN (2, 10, 12);
        INSERT INTO monitored_targets (name, url, interval_s, timeout_ms) VALUES ('a new one', 'http://a.example/', 60, 1000)`);
      const second = await listTargetPage(client, { limit: 10, cursor: first.nextCursor ?? undefined });
      expect(second.targets.map(({ id }) => id)).toEqual([11, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  test('can be of removed targets, which share names', async () => {
    const first = await listTargetPage(database.pool, { limit: 2, deleted: true });
    const second = await listTargetPage(database.pool, {
      limit: 2,
      deleted: true,
      cursor: first.nextCursor ?? undefined,
    });
    expect([...first.targets, ...second.targets].map(({ name }) => name)).toEqual(['gone', 'gone', 'gone']);
    expect(new Set([...first.targets, ...second.targets].map(({ id }) => id)).size).toBe(3);
    expect(second.nextCursor).toBeNull();
  });

  test('can be narrowed, and all conditions have to hold', async () => {
    expect(await ids({ name: 'target 07' })).toEqual([7]);
    expect(await ids({ name: 'target' })).toEqual([]);
    expect(await ids({ group: 'first' })).toEqual([1, 2, 3, 4, 5]);
    expect(await ids({ labels: { team: 'team-1', env: 'production' }, group: 'first' })).toEqual([1, 5]);
    expect(await ids({ labels: { team: 'team-1', env: 'staging' } })).toEqual([]);
    expect(await ids({ location: 'oslo' })).toEqual([5, 10, 15, 20, 25, 30, 35, 40]);
    expect(await ids({ location: 'nowhere' })).toEqual([]);
    expect(await ids({ source: 'even', group: 'first' })).toEqual([2, 4]);
    expect(await ids({ source: null, group: 'first' })).toEqual([1, 3, 5]);
  });

  test('can be searched by name and host, whatever the case, and not by what else a URL has', async () => {
    expect(await ids({ search: 'GET 07' })).toEqual([7]);
    expect(await ids({ search: 'host-12.' })).toEqual([12]);
    for (const search of ['user', 'hostname', 'path3', '%', 'https']) expect(await ids({ search })).toEqual([]);
  });

  test('can be of states', async () => {
    expect(await ids({ states: ['paused'] })).toEqual([8, 16, 24, 32, 40]);
    expect(await ids({ states: ['down'] })).toEqual([7, 14, 21, 28, 35]);
    expect(await ids({ states: ['new', 'degraded', 'maintenance'] })).toEqual([3, 4, 5, 11]);
    expect(await ids({ states: ['missed'] })).toEqual([]);
    // Few of them, so each is looked up by itself.
    expect(await ids({ states: ['up', 'new'], group: 'first' })).toEqual([1, 2, 3, 4]);
    const first = await listTargetPage(database.pool, { limit: 2, states: ['down'] });
    const second = await listTargetPage(database.pool, {
      limit: 5,
      states: ['down'],
      cursor: first.nextCursor ?? undefined,
    });
    expect(first.targets.map(({ id }) => id)).toEqual([7, 14]);
    expect(second).toMatchObject({ targets: [{ id: 21 }, { id: 28 }, { id: 35 }], nextCursor: null });
  });

  test('shows each target as it is, with its newest result', async () => {
    const { targets } = await listTargetPage(database.pool, { limit: 5 });
    expect(targets[4]).toMatchObject({ locations: ['default', 'oslo'], group: 'first', source: null });
    expect(targets[4]?.lastResult).toMatchObject({ location: 'oslo', outcome: 'degraded' });
    expect(targets[2]?.lastResult).toBeNull();
    for (const target of targets) targetResourceOf(target);
  });

  test('refuses cursors that are none', async () => {
    const others = Buffer.from('["results","1",2,3]').toString('base64url');
    for (const cursor of ['', 'x', 'e30', others, Buffer.from('["targets","a\\u0000",2]').toString('base64url')]) {
      await expect(listTargetPage(database.pool, { limit: 5, cursor })).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('is no cursor of this list'),
      });
    }
    await expect(listTargetPage(database.pool, { limit: 5, search: '\0' })).rejects.toMatchObject({ code: 'usage' });
  });
});

test('the overview counts targets by what they are now', async () => {
  expect(await overviewOfTargets(database.pool)).toEqual({
    targets: 40,
    by_state: { up: 26, degraded: 1, down: 5, missed: 0, skipped: 0, paused: 5, maintenance: 1, new: 2 },
  });
  expect(await overviewOfTargets(database.pool, { group: 'first', states: ['up', 'down'] })).toMatchObject({
    targets: 2,
    by_state: { up: 2 },
  });
});

test('a target is found by its id, removed ones too, and has another version after each change', async () => {
  const before = await getTarget(database.pool, 1);
  await database.query(`UPDATE monitored_targets SET group_name = 'first' WHERE id = 1`);
  const after = await getTarget(database.pool, 1);
  expect(after).toMatchObject({ id: 1, name: 'target 01', lastResult: { outcome: 'up' } });
  expect(after?.version).not.toBe(before?.version);
  expect(await getTarget(database.pool, 42)).toMatchObject({ name: 'gone', deletedAt: expect.any(Date) });
  for (const id of [0, -1, 4_711, 2 ** 31, 1.5, Number.NaN]) expect(await getTarget(database.pool, id)).toBeNull();
});
