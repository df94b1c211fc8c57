import { createTestDatabase, eventually, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadSql } from '../database/sql.ts';
import { hasRequests, RequestDesk, type Room } from './claimed-requests.ts';
import { longestOnDemandTimeoutMs, requestCheck } from './request-check.ts';

let database: TestDatabase;
let desk: RequestDesk;
beforeEach(async () => {
  database = await createTestDatabase();
  await database.query(`INSERT INTO workers (name, location_id) VALUES ('ours', 1), ('another', 1)`);
  desk = new RequestDesk(database.pool, { workerId: 1, locationId: 1 });
});
afterEach(() => database.drop());

const target = { url: 'http://a.example/', timeoutMs: 1_000, matchPattern: null, options: {} };
const report = {
  url: 'http://a.example/',
  final_url: 'http://a.example/',
  outcome: 'up' as const,
  error_code: null,
  error_detail: null,
  status: 200,
  response_time_us: 1,
  phases_us: { dns_wait: null, dns: null, connect: null, tls: null, request: null, first_byte: null, download: null },
  remote_address: null,
  protocol: null,
  redirects: 0,
  body_bytes: 0,
  body_truncated: false,
  matched: null,
  assertions: [],
  tls: null,
  worker: 'ours',
  location: 'default',
};

async function claimOne() {
  let claimed: Awaited<ReturnType<RequestDesk['claim']>> = [];
  await eventually(async () => {
    claimed = await desk.claim(4);
    expect(claimed).toHaveLength(1);
  });
  const [request] = claimed;
  if (request === undefined) throw new Error('nothing was claimed');
  return request;
}

describe('a request for a check', () => {
  test('is answered with the report that its worker writes', async () => {
    const asked = requestCheck(database.pool, { target, location: 'default' });
    const { id, target: claimed, beginWithinMs } = await claimOne();
    expect(claimed).toEqual({ id: 0, url: target.url, timeoutMs: 1_000, matchPattern: null, options: {} });
    expect(beginWithinMs).toBeGreaterThan(0);
    await desk.finish(id, report);
    expect(await asked).toEqual(report);
  });

  test('may take half a minute, whatever its target may', async () => {
    const asked = requestCheck(database.pool, { target: { ...target, timeoutMs: 120_000 }, location: 'default' });
    const { id, target: claimed } = await claimOne();
    expect(claimed.timeoutMs).toBe(longestOnDemandTimeoutMs);
    await desk.finish(id, report);
    await asked;
  });

  test('is left to others by a worker that has no room for its timeout or its host', async () => {
    const urls = [
      'http://a.example/',
      'http://u:p@a.example:81/x',
      'https://b.example',
      'http://[::1]:80/?a@b.example/',
    ];
    await database.query(
      `INSERT INTO check_requests (location_id, target, begin_before)
       SELECT 1, jsonb_build_object('url', url, 'timeout_ms', 1000 * n, 'match_pattern', NULL, 'options', '{}'::jsonb),
              now() + interval '1 minute'
       FROM unnest($1::text[]) WITH ORDINALITY AS given (url, n)`,
      [urls.map((url) => new URL(url).href)],
    );
    const claim = async (room: Room) => (await desk.claim(4, room)).map(({ target: { url } }) => new URL(url).host);
    const hosts = ['a.example', 'a.example:81', 'b.example', '[::1]'];
    expect(await claim({ exceptHosts: hosts })).toEqual([]);
    expect(await claim({ longestTimeoutMs: 1_999, exceptHosts: hosts.slice(1) })).toEqual(['a.example']);
    expect(await claim({ longestTimeoutMs: 2_999 })).toEqual(['a.example:81']);
    expect((await claim({ exceptHosts: ['a.example'] })).sort()).toEqual(['[::1]', 'b.example']);
  });

  test('may be answered with characters that PostgreSQL does not store', async () => {
    const asked = requestCheck(database.pool, { target, location: 'default' });
    await desk.finish((await claimOne()).id, { ...report, error_detail: 'a\0b\uD800' });
    expect(await asked).toMatchObject({ error_detail: 'a\uFFFDb\uFFFD' });
  });

  test('that was given back is announced again', async () => {
    const listener = new pg.Client({ connectionString: database.url });
    await listener.connect();
    const heard: unknown[] = [];
    listener.on('notification', ({ payload }) => heard.push(JSON.parse(payload ?? 'null')));
    await listener.query('LISTEN everytick_due');
    try {
      const asked = requestCheck(database.pool, { target, location: 'default', waitMs: 10_000 });
      await desk.release([(await claimOne()).id]);
      await eventually(() => expect(heard.length).toBeGreaterThanOrEqual(2), { timeoutMs: 5_000 });
      // Workers of the version before look at `locations` alone: nothing is due for them.
      expect(heard[0]).toEqual({ locations: [], requests: [1] });
      await desk.finish((await claimOne()).id, report);
      await asked;
    } finally {
      await listener.end();
    }
  });

  test('is not answered by anybody but the worker that took it', async () => {
    const asked = requestCheck(database.pool, { target, location: 'default' });
    const { id } = await claimOne();
    const another = new RequestDesk(database.pool, { workerId: 2, locationId: 1 });
    await another.finish(id, { ...report, worker: 'another' });
    await another.release([id]);
    expect(await another.claim(4)).toEqual([]);
    await desk.finish(id, report);
    expect(await asked).toMatchObject({ worker: 'ours' });
  });

  test('that holds what no version of ours writes is not followed', async () => {
    const documents = ['{}', '{"url": "file:///etc/passwd", "timeout_ms": 1000, "match_pattern": null, "options": {}}'];
    for (const document of documents) {
      await database.query(
        `INSERT INTO check_requests (location_id, target, begin_before) VALUES (1, $1, now() + interval '1 minute')`,
        [document],
      );
      const [request] = await desk.claim(4);
      expect(request?.target.optionsProblem).toBe('the request holds no target that this worker understands');
    }
  });

  test('that nobody came back for is deleted after an hour', async () => {
    await database.query(
      `INSERT INTO check_requests (location_id, target, begin_before, requested_at)
       SELECT 1, '{}', now(), now() - age FROM unnest('{59 min,61 min}'::interval[]) AS age`,
    );
    await database.query(loadSql('check-requests-sweep'));
    const { rows } = await database.query(
      "SELECT requested_at > now() - interval '1 hour' AS young FROM check_requests",
    );
    expect(rows).toEqual([{ young: true }]);
  });
});

test('a notification speaks of requests where it says so', () => {
  expect(hasRequests({ locations: [], requests: [1, 2] }, 2)).toBe(true);
  for (const payload of [null, 1, {}, { locations: [2] }, { requests: 2 }, { requests: [1] }]) {
    expect(hasRequests(payload, 2)).toBe(false);
  }
});
