import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resultPage, resultResourceOf } from '../api/result-resource.ts';
import { listResultPage, type ResultPageQuery } from './result-pages.ts';

const noon = Date.parse('2026-01-02T12:00:00Z');
const perTarget = 60;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  // Two days, with all days between them and now not there: nobody was.
  await database.query(`
    SELECT ensure_check_results_partitions('2026-01-01', '2026-01-02');
    INSERT INTO locations (id, name) VALUES (2, 'oslo');
    INSERT INTO monitored_targets (name, url, interval_s, timeout_ms) SELECT 't' || i, 'http://a.example/', 10, 1000
      FROM generate_series(1, 3) AS i;
    INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, deleted_at)
      SELECT 'gone', 'http://a.example/', 10, 1000, now();
    -- All of them at the same instants, from both locations; every tenth one down; one a day before.
    INSERT INTO check_results (scheduled_at, target_id, location_id, outcome)
    SELECT timestamptz '2026-01-02 12:00Z' - k * interval '10 s', id, place, (CASE WHEN k % 10 = 0 THEN 'down' ELSE 'up' END)::check_outcome
    FROM monitored_targets, generate_series(1, 59) AS k, generate_series(1, 2) AS place;
    INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks)
    SELECT '2026-01-01 12:00Z', id, place, 'missed', 5 FROM monitored_targets, generate_series(1, 2) AS place`);
});
afterAll(() => database.drop());

type Query = Omit<ResultPageQuery, 'limit' | 'cursor'>;

/** Every result that is reached by going from page to page. */
async function all(query: Query, limit: number) {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listResultPage(database.pool, { ...query, limit, cursor });
    resultPage
      .strict()
      .parse({ results: page.results.map(resultResourceOf), next_cursor: page.nextCursor, kept_since: page.keptSince });
    expect(page.results.length).toBeLessThanOrEqual(limit);
    keys.push(
      ...page.results.map(
        ({ scheduledAt, targetId, location }) => `${scheduledAt.toISOString()} ${targetId} ${location}`,
      ),
    );
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return keys;
}

test('pages of results hold each once, newest first, though many are of the same instant', async () => {
  for (const limit of [1, 4, 7, 1_000]) {
    const keys = await all({}, limit);
    expect(keys).toHaveLength(3 * 2 * perTarget);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.map((key) => key.slice(0, 24))).toEqual(
      keys
        .map((key) => key.slice(0, 24))
        .toSorted()
        .toReversed(),
    );
  }
});

test('those of some targets too, removed ones among them', async () => {
  for (const limit of [1, 5, 1_000]) {
    const keys = await all({ targetIds: [2, 4] }, limit);
    expect(keys).toHaveLength(2 * 2 * perTarget);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(keys.toSorted().toReversed());
  }
});

test.each([
  ['all targets', undefined],
  ['one', [2]],
])('results of %s can be of a period, outcomes and locations', async (_, targetIds) => {
  const targets = targetIds?.length ?? 3;
  const from = new Date(noon - 300_000);
  const to = new Date(noon - 100_000);
  // From 30 steps back to 11 steps back: the end of the period is not in it.
  expect(await all({ targetIds, from, to }, 7)).toHaveLength(20 * 2 * targets);
  expect(await all({ targetIds, from, to, outcomes: ['down'] }, 3)).toHaveLength(2 * 2 * targets);
  expect(await all({ targetIds, outcomes: ['down', 'missed'], locations: ['oslo'] }, 4)).toHaveLength(6 * targets);
  expect(await all({ targetIds, locations: ['elsewhere'] }, 10)).toEqual([]);
  expect(await all({ targetIds, from: to, to: from }, 10)).toEqual([]);
});

test('a page goes on where the one before ended, whatever has come meanwhile', async () => {
  const first = await listResultPage(database.pool, { targetIds: [1], limit: 10 });
  await database.query(
    `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome) VALUES ('2026-01-02 12:01Z', 1, 1, 'up')`,
  );
  const second = await listResultPage(database.pool, {
    targetIds: [1],
    limit: 10,
    cursor: first.nextCursor ?? undefined,
  });
  expect(second.results[0]?.scheduledAt.getTime()).toBe(noon - 60_000);
  await database.query(`DELETE FROM check_results WHERE scheduled_at = '2026-01-02 12:01Z'`);
});

test('a target that is asked for twice gives each result once', async () => {
  expect(await all({ targetIds: [1, 2, 1] }, 7)).toEqual(await all({ targetIds: [1, 2] }, 7));
});

test('targets that cannot exist have no results, and cursors of other lists are refused', async () => {
  expect(await listResultPage(database.pool, { targetIds: [2 ** 31, 4_711], limit: 10 })).toEqual({
    results: [],
    nextCursor: null,
    keptSince: null,
  });
  const cursor = Buffer.from('["targets","a",2]').toString('base64url');
  await expect(listResultPage(database.pool, { limit: 5, cursor })).rejects.toMatchObject({ code: 'usage' });
});
