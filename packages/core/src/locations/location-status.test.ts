import { addTestTargets, createTestDatabase, letTimePass, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PostgresScheduler } from '../scheduler/postgres-scheduler.ts';
import { addTargets, removeTargets } from '../targets/stored-targets.ts';
import { parseTargetSpec } from '../targets/target-spec.ts';
import { listLocations } from './location-status.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const register = (location: string) =>
  PostgresScheduler.register({
    pool: database.pool,
    workerName: `worker in ${location}`,
    location,
    horizonMs: 100,
    leaseMarginMs: 1_000,
  });

const locations = async () => new Map((await listLocations(database.pool)).map((status) => [status.name, status]));

test('a location has the workers that were heard of lately and have not stopped', async () => {
  expect((await locations()).get('default')).toMatchObject({ liveWorkers: 0, lastSeenAt: null, targets: 0 });
  await register('default');
  await register('oslo');
  await register('oslo');
  await register('bergen');
  await database.query(`UPDATE workers SET stopped_at = now() WHERE name = 'worker in default'`);
  await database.query(`UPDATE workers SET seen_at = now() - interval '16 s' WHERE name = 'worker in bergen'`);
  const found = await locations();
  expect([...found.values()].map(({ name, liveWorkers }) => [name, liveWorkers])).toEqual([
    ['bergen', 0],
    ['default', 0],
    ['oslo', 2],
  ]);
  for (const status of found.values()) expect(status.lastSeenAt).toBeInstanceOf(Date);
});

test('a location has the present targets that are checked from there', async () => {
  const spec = (name: string, locations: string[]) =>
    parseTargetSpec({ name, url: 'https://a.example', locations }, { compilePattern: () => undefined });
  await addTargets(database.pool, [spec('a', ['default', 'oslo']), spec('b', ['oslo']), spec('c', ['oslo'])]);
  await removeTargets(database.pool, ['c']);
  const found = await locations();
  expect(found.get('default')).toMatchObject({ targets: 1, oldestOverdueTick: null, overdueMs: null });
  expect(found.get('oslo')).toMatchObject({ targets: 2 });
});

test('the oldest tick that nobody has claimed is overdue', async () => {
  await addTestTargets(database, [{ intervalS: 10 }, { intervalS: 10 }]);
  await letTimePass(database, 30);
  const { rows } = await database.query<{ tick: Date }>('SELECT min(next_fire_at) AS tick FROM leases');
  const status = (await locations()).get('default');
  expect(status?.oldestOverdueTick).toEqual(rows[0]?.tick);
  // First ticks come within a second.
  expect(status?.overdueMs).toBeGreaterThan(28_000);
});
