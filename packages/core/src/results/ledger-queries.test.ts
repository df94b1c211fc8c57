import { createTestDatabase, measuredSql, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resultsAfter, summarizeResults } from './ledger-queries.ts';
import { listResultPage, type ResultPageQuery } from './result-pages.ts';

const noon = Date.parse('2026-01-02T12:00:00Z');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`SELECT ensure_check_results_partitions('2026-01-01', '2026-01-02')`);
  await database.query(`
    INSERT INTO monitored_targets (name, url, interval_s, timeout_ms) SELECT name, 'http://a.example/', 10, 1000
    FROM unnest('{shop,blog}'::text[]) AS name`);
  // Each target: a check every 10 s back from noon, every third one down, and one run of five missed ticks before them.
  await database.query(`
    INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us, measured)
    SELECT tick, id, 1, (CASE WHEN k % 3 = 0 THEN 'down' ELSE 'up' END)::check_outcome, k * 1000,
           ${measuredSql({ started_at: "tick + interval '2 ms'" }, 'tick', 'k * 1000')}
    FROM monitored_targets, generate_series(1, 30) k, LATERAL (SELECT timestamptz '2026-01-02 12:00Z' - k * interval '10 s' AS tick) AS moment`);
  await database.query(`
    INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks, error_code)
    SELECT timestamptz '2026-01-02 12:00Z' - 35 * interval '10 s', id, 1, 'missed', 5, 'unclaimed' FROM monitored_targets`);
});
afterAll(() => database.drop());

const newest = async (query: ResultPageQuery) => (await listResultPage(database.pool, query)).results;

describe('recent results', () => {
  test('are the newest of all targets, newest first', async () => {
    const results = await newest({ limit: 3 });
    expect(results.map(({ target, scheduledAt }) => [target, noon - scheduledAt.getTime()])).toEqual([
      ['blog', 10_000],
      ['shop', 10_000],
      ['blog', 20_000],
    ]);
    expect(results[0]).toMatchObject({
      outcome: 'up',
      responseTimeUs: 1_000,
      latenessMs: 2,
      location: 'default',
      ticks: 1,
    });
  });

  test('can be of one target and since a moment', async () => {
    const results = await newest({ targetIds: [1], from: new Date(noon - 30_000), limit: 100 });
    expect(results.map(({ targetId }) => targetId)).toEqual([1, 1, 1]);
  });

  test('can be of one outcome, of a period and of a location', async () => {
    const query = { from: new Date(noon - 120_000), to: new Date(noon - 30_000), limit: 100 };
    const down = await newest({ ...query, targetIds: [1], outcomes: ['down', 'skipped'] });
    // Every third of 12 back to 4: that at the end of the period is not in it.
    expect(down.map(({ scheduledAt, outcome }) => [noon - scheduledAt.getTime(), outcome])).toEqual([
      [60_000, 'down'],
      [90_000, 'down'],
      [120_000, 'down'],
    ]);
    expect(await newest({ ...query, locations: ['default'] })).toHaveLength(18);
    expect(await newest({ ...query, locations: ['elsewhere'] })).toEqual([]);
  });

  test('say how each was measured, and by whom', async () => {
    await database.query(`INSERT INTO workers (name, location_id) VALUES ('ours', 1)`);
    const failed = [{ kind: 'status', expected: '200-299', seen: '500' }];
    await database.query(
      `UPDATE check_results
       SET measured = packed_measurements(
         (scheduled_at + interval '2 ms', 1, NULL, NULL, true, 1, 2, 3, 4, 5, 6, 7, NULL, 12000, 'http/1.1', 1, '2001:db8::1',
          '2031-01-01Z', NULL, $1)::measurements, scheduled_at, response_time_us)
       WHERE target_id = 1 AND scheduled_at = $2`,
      [JSON.stringify(failed), new Date(noon - 30_000)],
    );
    const to = new Date(noon - 20_000);
    const [measured, before] = await newest({ targetIds: [1], to, limit: 2 });
    expect(measured).toMatchObject({
      phases: { dnsWaitUs: 1, dnsUs: 2, connectUs: 3, tlsUs: 4, requestUs: 5, firstByteUs: 6, downloadUs: 7 },
      protocol: 'http/1.1',
      remoteAddress: '2001:db8::1',
      redirects: 1,
      certificateExpiresAt: new Date('2031-01-01Z'),
      worker: 'ours',
      loopDelayUs: 12_000,
      suspect: true,
      failed,
    });
    expect(before).toMatchObject({ worker: null, suspect: null, remoteAddress: null, failed: [] });
  });

  test('include ticks that nobody carried out', async () => {
    const results = await newest({ targetIds: [2], limit: 100 });
    expect(results.at(-1)).toMatchObject({ outcome: 'missed', ticks: 5, startedAt: null, latenessMs: null });
  });
});

test('results after a moment are each target’s own, oldest first', async () => {
  const results = await resultsAfter(
    database.pool,
    new Map([
      [1, new Date(noon - 20_000)],
      [2, new Date(noon - 10_000)],
    ]),
  );
  expect(results.map(({ targetId, scheduledAt }) => [targetId, noon - scheduledAt.getTime()]).sort()).toEqual([
    [1, 10_000],
    [1, 20_000],
    [2, 10_000],
  ]);
});

describe('a summary', () => {
  test('counts ticks by outcome and a run of missed ticks in full', async () => {
    const { total, byTarget } = await summarizeResults(database.pool, [1, 2], new Date(noon - 3_600_000));
    expect(byTarget.get(1)).toMatchObject({ ticks: 35, up: 20, degraded: 0, down: 10, missed: 5, skipped: 0 });
    expect(total).toMatchObject({ ticks: 70, up: 40, down: 20, missed: 10 });
    expect(total.responseTimeMs?.p50).toBeCloseTo(15.5);
    expect(total.latenessMs).toEqual({ p50: 2, p99: 2 });
  });

  test('of nothing is zero and has no quantiles', async () => {
    const { total, byTarget } = await summarizeResults(database.pool, [1], new Date(noon));
    expect(total).toMatchObject({ ticks: 0, up: 0, responseTimeMs: null, latenessMs: null });
    expect(byTarget.size).toBe(0);
  });
});
