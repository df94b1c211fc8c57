import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ResultsFeed } from './results-feed.ts';

const start = new Date('2026-01-02T12:00:00Z');
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`SELECT ensure_check_results_partitions('2026-01-02', '2026-01-02')`);
});
afterAll(() => database.drop());

async function record(targetId: number, ...seconds: number[]): Promise<void> {
  await recordFrom(1, targetId, ...seconds);
}

async function recordFrom(locationId: number, targetId: number, ...seconds: number[]): Promise<void> {
  await database.query(
    `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome)
     SELECT $3::timestamptz + s * interval '1 s', $1, $4, 'missed' FROM unnest($2::integer[]) s`,
    [targetId, seconds, start, locationId],
  );
}

test('gives every row once, late ones included, and none from before the start', async () => {
  const feed = new ResultsFeed(database.pool, start);
  const seen = async () =>
    (await feed.next()).map((row) => `${row.targetId}@${(row.scheduledAt.getTime() - start.getTime()) / 1_000}`);
  feed.follow([
    { id: 1, intervalS: 10, timeoutMs: 5_000 },
    { id: 2, intervalS: 10, timeoutMs: 5_000 },
  ]);
  await record(1, -10, 0, 10);
  await record(2, 7);
  expect(await seen()).toEqual(['1@0', '2@7', '1@10']);
  expect(await seen()).toEqual([]);
  await record(1, 30);
  expect(await seen()).toEqual(['1@30']);
  await record(1, 20, 40);
  expect(await seen()).toEqual(['1@20', '1@40']);
  expect(await seen()).toEqual([]);
});

test('gives the rows of a location without workers, which are written a minute late', async () => {
  await database.query("INSERT INTO locations (id, name) VALUES (2, 'elsewhere')");
  const feed = new ResultsFeed(database.pool, start);
  feed.follow([{ id: 4, intervalS: 10, timeoutMs: 5_000 }]);
  await record(4, 0, 10, 20, 30, 40, 50, 60, 70);
  expect(await feed.next()).toHaveLength(8);
  await recordFrom(2, 4, 0);
  const late = [];
  for (let call = 0; call < 20; call++) late.push(...(await feed.next()));
  expect(late).toEqual([expect.objectContaining({ targetId: 4, locationId: 2, scheduledAt: start })]);
});

test('follows targets that come later from the start', async () => {
  const feed = new ResultsFeed(database.pool, start);
  expect(await feed.next()).toEqual([]);
  await record(3, 5);
  feed.follow([{ id: 3, intervalS: 10, timeoutMs: 5_000 }]);
  expect(await feed.next()).toHaveLength(1);
});
