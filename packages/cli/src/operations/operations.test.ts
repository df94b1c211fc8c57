// What every implementation of the operations has to do, against a real database and a real coordinator.

import { openPool, parseTargetSpec, type TargetPatch, type TargetSpecInput } from '@everytick/core';
import {
  createTestDatabase,
  everytick,
  measuredSql,
  respond,
  startWebServer,
  syncLeases,
  type TestDatabase,
} from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { targetRules } from '../commands/target-rules.ts';
import { ApiOperations } from './api-operations.ts';
import { DatabaseOperations } from './database-operations.ts';
import type { Operations } from './operations.ts';
import { resultsUpTo, targetsUpTo } from './pages.ts';

const spec = (given: TargetSpecInput) => parseTargetSpec(given, targetRules);
const names = (targets: readonly { readonly name: string }[]) => targets.map(({ name }) => name);

interface Implementation {
  readonly operations: Operations;
  close(): Promise<void>;
}

const implementations: Readonly<Record<string, (database: TestDatabase) => Promise<Implementation>>> = {
  database: (database) => {
    const pool = openPool({ connectionString: database.url, applicationName: 'test', max: 1 });
    return Promise.resolve({ operations: new DatabaseOperations(pool), close: () => pool.end() });
  },
  API: async (database) => {
    const coordinator = await everytick(['coordinator'], { env: { EVERYTICK_DATABASE_URL: database.url } });
    const line = await coordinator.waitForOutput(/.*serving the API.*/, 60_000);
    const { url } = JSON.parse(line) as { url: string };
    const place = { url: url.replace('/api/v1', ''), token: null };
    return {
      operations: new ApiOperations(place),
      close: async () => {
        coordinator.signal('SIGTERM');
        expect((await coordinator.exited).code).toBe(0);
      },
    };
  },
};

describe.each(Object.entries(implementations))('the operations of the %s', (_, open) => {
  let database: TestDatabase;
  let implementation: Implementation;
  let operations: Operations;
  beforeAll(async () => {
    database = await createTestDatabase();
    implementation = await open(database);
    ({ operations } = implementation);
  }, 120_000);
  afterAll(async () => {
    await implementation.close();
    await database.drop();
  });

  test('add all targets or none, and say what stands in the way', async () => {
    const labels = { team: 'web', tier: 1 };
    const url = 'https://shop.example/?a=b';
    const options = { auth: { bearer: { env: 'EVERYTICK_SECRET_A' } }, expect: { status: [200], down_above: '2s' } };
    const [shop] = await operations.addTargets([
      spec({ name: 'shop', url, labels, group: 'g', every: '10s', ...options }),
    ]);
    expect(shop).toEqual({ id: expect.any(Number), name: 'shop' });
    const many = ['b', 'a', 'c'].map((name) => spec({ name, url: `https://${name}.example/` }));
    expect(names(await operations.addTargets(many))).toEqual(['b', 'a', 'c']);
    expect(await operations.target(shop?.id ?? 0)).toMatchObject({
      id: shop?.id,
      source: null,
      state: 'new',
      spec: {
        name: 'shop',
        url,
        every: '10s',
        group: 'g',
        labels: { team: 'web', tier: '1' },
        expect: { down_above: '2s' },
      },
    });
    const taken = { code: 'target_name_taken', message: expect.stringContaining("'a'") };
    await expect(operations.addTargets([spec({ name: 'a', url })])).rejects.toMatchObject(taken);
    const [again, other] = [spec({ name: 'a', url }), spec({ name: 'd', url })];
    await expect(operations.addTargets([other, again])).rejects.toMatchObject(taken);
    await expect(operations.addTargets([other, other])).rejects.toMatchObject({ code: 'target_name_taken' });
    expect(names((await targetsUpTo(operations, {}, 10)).items)).toEqual(['a', 'b', 'c', 'shop']);
  }, 60_000);

  test('list targets a page at a time, and those that a filter lets through', async () => {
    const first = await operations.targetPage({}, { limit: 3 });
    expect(names(first.targets)).toEqual(['a', 'b', 'c']);
    const next = await operations.targetPage({}, { limit: 3, cursor: first.next_cursor ?? '' });
    expect([names(next.targets), next.next_cursor]).toEqual([['shop'], null]);
    expect(await targetsUpTo(operations, {}, 2)).toMatchObject({ more: true, items: [{ name: 'a' }, { name: 'b' }] });
    const found = async (filter: Parameters<Operations['targetPage']>[0]) =>
      names((await operations.targetPage(filter, { limit: 10 })).targets);
    expect(await found({ search: 'SHOP.ex' })).toEqual(['shop']);
    expect(await found({ labels: { team: 'web', tier: '1' } })).toEqual(['shop']);
    expect(await found({ labels: { team: 'web', tier: '2' } })).toEqual([]);
    expect(await found({ group: 'g', location: 'default', states: ['new', 'up'] })).toEqual(['shop']);
    expect(await found({ source: null })).toHaveLength(4);
    expect(await found({ source: 'other' })).toEqual([]);
    expect(await operations.overview({ search: 'example' })).toMatchObject({ targets: 4, by_state: { new: 4 } });
  });

  test('change what is given and nothing else, also when many do so at once', async () => {
    const patch = { every: '20s', expect: { down_above: null }, labels: { tier: null, owner: 'me' } };
    const { before, after } = await operations.editTarget('shop', patch, {});
    expect(before.spec).toMatchObject({ every: '10s', expect: { status: ['200'], down_above: '2s' } });
    expect(after.spec).toEqual({
      ...before.spec,
      every: '20s',
      expect: { status: ['200'] },
      labels: { team: 'web', owner: 'me' },
    });
    const keys = Array.from({ length: 30 }, (_, index) => `k${index}`);
    await Promise.all(keys.slice(0, 15).map((key) => operations.editTarget('shop', { labels: { [key]: 'x' } }, {})));
    const { labels } = (await operations.target(after.id)).spec;
    expect(Object.keys(labels as object)).toHaveLength(17);
  }, 60_000);

  test.each<[string, TargetPatch, object]>([
    [
      'b',
      { expect: { degraded_above: '3s', down_above: '2s' } },
      { code: 'target_invalid', message: '--da: 3s has to be less than --do, which is 2s' },
    ],
    [
      'b',
      { timeout: '59.9s' },
      {
        code: 'target_invalid',
        message: expect.stringMatching(/^--timeout: 59900ms is too long .* Nothing was changed\.$/),
      },
    ],
    [
      'b',
      { body: 'x' },
      { code: 'target_invalid', message: expect.stringContaining('--data: is sent only with a method') },
    ],
    [
      'b',
      { name: 'a' },
      { code: 'target_name_taken', message: expect.stringMatching(/^target 'a' exists already; nothing was changed/) },
    ],
    [
      'nobody',
      { every: '5s' },
      { code: 'target_not_found', message: "there is no target 'nobody'; nothing was changed" },
    ],
  ])('refuse to change %s by %j in words of the command line', async (name, patch, error) => {
    const labels = {
      timeout: '--timeout',
      body: '--data',
      'expect.degraded_above': '--da',
      'expect.down_above': '--do',
    };
    await expect(operations.editTarget(name, patch, labels)).rejects.toMatchObject(error);
  });

  test('pause, resume, remove and restore by name and by id', async () => {
    const { id } = await operations.findTarget('b');
    expect(await operations.pauseTargets(['b', String(id)])).toEqual([{ id, name: 'b', changed: true }]);
    expect(await operations.pauseTargets(['b'])).toEqual([{ id, name: 'b', changed: false }]);
    expect(await operations.target(id)).toMatchObject({ paused: true, state: 'paused' });
    expect(await operations.removeTargets(['b'])).toEqual([{ id, name: 'b' }]);
    expect(await operations.findTarget('b')).toEqual({ id, name: 'b' });
    expect((await operations.target(id)).deleted_at).not.toBeNull();
    expect(names((await operations.targetPage({ deleted: true }, { limit: 10 })).targets)).toEqual(['b']);

    await operations.addTargets([spec({ name: 'b', url: 'https://other.example/' })]);
    await expect(operations.restoreTargets(['b'])).rejects.toMatchObject({ code: 'target_name_taken' });
    await operations.removeTargets(['b']);
    await expect(operations.restoreTargets(['a', 'nobody'])).rejects.toMatchObject({
      code: 'target_not_found',
      message: "there is no removed target 'nobody'; target 'a' is not removed; nothing was restored",
    });
    expect(await operations.restoreTargets([String(id)])).toEqual([{ id, name: 'b', paused: true }]);
    expect(await operations.resumeTargets(['b'])).toEqual([{ id, name: 'b', changed: true }]);
    for (const work of ['pauseTargets', 'resumeTargets', 'removeTargets'] as const) {
      await expect(operations[work](['a', 'x', 'y'])).rejects.toMatchObject({
        code: 'target_not_found',
        message: "there is no target 'x', 'y'; nothing was changed",
      });
    }
    await expect(operations.findTarget('x')).rejects.toMatchObject({ code: 'target_not_found' });
    expect(names((await operations.targetPage({}, { limit: 10 })).targets)).toEqual(['a', 'b', 'c', 'shop']);
  }, 60_000);

  test('read the ledger newest first, and sum it up', async () => {
    const { id } = await operations.findTarget('a');
    await database.query(`SELECT ensure_check_results_partitions((now() - interval '1 day')::date, now()::date)`);
    // Ticks within this hour: of one that is over the coordinator may have built the rollup already, and rows put in by hand are not in it.
    const tick = `date_trunc('milliseconds', date_bin('1 hour', now(), to_timestamp(0))
       + (now() - date_bin('1 hour', now(), to_timestamp(0))) * (6 - k) / 6)`;
    await database.query(
      `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us, measured)
       SELECT ${tick}, $1, 1, 'up', 1000 * k,
              ${measuredSql({ started_at: 'now()', http_status: '200' }, tick, '1000 * k')}
       FROM generate_series(1, 5) AS k`,
      [id],
    );
    const { items, more } = await resultsUpTo(
      operations,
      { targetIds: [id], outcomes: ['up'], locations: ['default'] },
      3,
    );
    expect([more, items.map(({ response_time_us }) => response_time_us)]).toEqual([true, [1_000, 2_000, 3_000]]);
    const from = new Date(items[1]?.scheduled_at ?? 0);
    const since = await operations.resultPage({ from, outcomes: ['up'] }, { limit: 10 });
    expect(since).toMatchObject({ results: [{ target: 'a' }, { target: 'a' }], next_cursor: null });
    expect(Math.abs((await operations.now()).getTime() - Date.now())).toBeLessThan(5_000);
    expect(await operations.summary(id, {}, null)).toMatchObject({ target_id: id, target: 'a', location: null });
    const to = await operations.now();
    const hour = { from: new Date(to.getTime() - 3_600_000), to };
    const summary = await operations.summary(id, hour, 'default');
    expect(summary).toMatchObject({ from: hour.from.toISOString(), to: to.toISOString(), location: 'default' });
    expect(summary.ticks.up).toBe(5);
    await syncLeases(database, [id]);
    const [uptime] = await operations.uptimes([id], hour, 'default');
    expect(uptime).toMatchObject({ target: 'a', location: 'default', ticks: { up: 5, down: 0 }, uptime: 1 });
    expect(uptime?.from).toMatch(/:00:00\.000Z$/);
    const all = await operations.uptimePage({ limit: 1 }, hour, null);
    expect(all).toMatchObject({ targets: [uptime === undefined ? {} : { ...uptime, location: null }] });
    await expect(operations.uptimes([id], { from: new Date('2999-01-01Z') }, null)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('the period is empty'),
    });
  });

  test('plan and apply a set, all of it or nothing', async () => {
    const declared = { spec: spec({ name: 'set', url: 'https://set.example/' }), paused: true };
    const set = { source: 'ours', declarations: [declared] };
    const options = { prune: true, adopt: false };
    const planned = await operations.plan(set, options);
    expect(planned).toMatchObject({
      source: 'ours',
      applied: false,
      changes: [{ action: 'add', name: 'set', id: null }],
    });
    expect(await operations.apply(set, options)).toMatchObject({
      applied: true,
      changes: [{ action: 'add', name: 'set' }],
      added: 1,
      removed: 0,
      undeclared: [],
    });
    expect(await operations.apply(set, options)).toMatchObject({ changes: [], unchanged: 1 });
    await expect(
      operations.addTargets([declared.spec, spec({ name: 'e', url: 'https://e.example/' })]),
    ).rejects.toMatchObject({
      code: 'target_name_taken',
      message: expect.stringContaining("'set'"),
    });
    expect(await operations.declared({ source: 'ours' })).toEqual([{ ...declared, source: 'ours' }]);
    expect(await operations.plan({ ...set, declarations: [] }, { ...options, prune: false })).toMatchObject({
      changes: [],
      undeclared: ['set'],
    });
    expect(await operations.apply({ ...set, declarations: [] }, options)).toMatchObject({
      changes: [{ action: 'remove' }],
      removed: 1,
    });
  }, 60_000);

  test('tell of locations and workers, and have one check', async () => {
    const order = { spec: spec({ url: 'https://a.example/' }), location: 'default' };
    await expect(operations.check(order)).rejects.toMatchObject({ code: 'no_worker' });
    const site = await startWebServer({ routes: { '/': respond({ body: 'hello' }) } });
    const worker = await everytick(['worker'], {
      env: { EVERYTICK_DATABASE_URL: database.url, EVERYTICK_WORKER_NAME: 'the worker' },
    });
    await worker.waitForOutput(/claiming|ready|serving/, 60_000);
    await expect(
      operations.check({ spec: spec({ url: site.url, expect: { status: [404] } }), location: 'default' }),
    ).resolves.toMatchObject({ outcome: 'down', status: 200, error_code: 'status_unexpected', location: 'default' });
    const [{ id } = { id: 0 }] = await operations.addTargets([spec({ name: 'site', url: site.url })]);
    expect(await operations.check({ targetId: id, location: 'default' })).toMatchObject({ outcome: 'up', status: 200 });
    expect(await operations.locations()).toEqual([
      expect.objectContaining({ name: 'default', workers: 1, targets: 5 }),
    ]);
    expect(await operations.workers()).toEqual([expect.objectContaining({ location: 'default', alive: true })]);
    await operations.removeTargets(['site']);
    worker.signal('SIGTERM');
    expect((await worker.exited).code).toBe(0);
  }, 120_000);
});
