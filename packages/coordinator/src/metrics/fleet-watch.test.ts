import { addTestTargets, createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { CoordinatorMetrics } from './coordinator-metrics.ts';
import { FleetWatch } from './fleet-watch.ts';
import { HoldTimes } from './hold-times.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function setUp() {
  const metrics = new CoordinatorMetrics(() => true);
  const watch = new FleetWatch(database.pool, metrics.leader);
  const session = new AbortController();
  const value = async (series: string) => {
    const text = await metrics.registry.metrics();
    const line = text.split('\n').find((one) => one.startsWith(`everytick_${series} `));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  return { metrics, session, value, turn: () => watch.turn({ lost: session.signal }) };
}

test('the fleet is counted again at each turn', async () => {
  const { value, turn } = setUp();
  expect(await value('targets{state="active"}')).toBeUndefined();
  await turn();
  expect(await value('targets{state="active"}')).toBe(0);
  const [first] = await addTestTargets(database, [{}, {}, {}]);
  await database.query('UPDATE monitored_targets SET paused = true WHERE id = $1', [first]);
  await turn();
  expect(await value('targets{state="active"}')).toBe(2);
  expect(await value('targets{state="paused"}')).toBe(1);
  expect(await value('locations')).toBe(1);
  expect(await value('partitions_ahead_days')).toBe(3);
});

test('a transaction that somebody leaves open grows old, until it ends', async () => {
  const { value, turn } = setUp();
  const analyst = new pg.Client({ connectionString: database.url });
  await analyst.connect();
  await turn();
  expect(await value('database_oldest_xmin_age_seconds')).toBe(0);
  await analyst.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM monitored_targets');
  await turn();
  const before = (await value('database_oldest_xmin_age_seconds')) ?? Number.NaN;
  expect(before).toBeGreaterThan(0);
  await turn();
  expect(await value('database_oldest_xmin_age_seconds')).toBeGreaterThan(before);
  await analyst.end();
  await turn();
  expect(await value('database_oldest_xmin_age_seconds')).toBe(0);
});

test('a coordinator that has lost the lead says nothing of the fleet, also where it was just counting', async () => {
  const { metrics, session, value, turn } = setUp();
  await turn();
  metrics.leader.located([], new Map([['default', 1]]));
  metrics.leader.reset();
  expect(await value('locations')).toBeUndefined();
  session.abort();
  await turn();
  expect(await value('locations')).toBeUndefined();
  expect(await value('targets{state="active"}')).toBeUndefined();
});

test('who cannot be asked since when is as old as it has been seen to be the same', () => {
  const times = new HoldTimes();
  const slot = { holder: 'slot standby', mark: '740', ageS: null };
  expect(times.oldestS([slot], 1_000)).toBe(0);
  expect(times.oldestS([slot], 31_000)).toBe(30);
  expect(times.oldestS([slot, { holder: 'session 7', mark: '741', ageS: 45 }], 32_000)).toBe(45);
  expect(times.oldestS([{ ...slot, mark: '800' }], 61_000)).toBe(0);
  expect(times.oldestS([], 62_000)).toBe(0);
  expect(times.oldestS([slot], 63_000)).toBe(0);
});
