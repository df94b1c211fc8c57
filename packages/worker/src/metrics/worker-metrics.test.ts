import { readWorkerConfig, silentLogger } from '@everytick/core';
import {
  addTestTargets,
  createTestDatabase,
  eventually,
  openLoopback,
  scrape,
  startDnsServer,
  startFaultProxy,
  startWebServer,
  type TestDatabase,
  type WebServer,
} from '@everytick/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WorkerProcess } from '../worker-process.ts';

let database: TestDatabase;
let site: WebServer;
let workers: WorkerProcess[];
/** Ends the requests that the site holds. */
let answer: () => void;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  const held = Promise.withResolvers<void>();
  answer = held.resolve;
  site = await startWebServer({
    routes: { '/held': (_request, response) => void held.promise.then(() => response.end('done')) },
  });
  workers = [];
});
afterEach(async () => {
  answer();
  await Promise.all(workers.map((worker) => worker.stop()));
  await database.query(
    'TRUNCATE check_results, leases, schedules, target_changes; UPDATE monitored_targets SET deleted_at = now()',
  );
});

/** Resolves with how to read one of its metrics. Only notifications make it claim, unless it is told otherwise. */
async function start(environment: Record<string, string> = {}) {
  const worker = new WorkerProcess(
    readWorkerConfig({
      ...openLoopback,
      EVERYTICK_DATABASE_URL: database.url,
      EVERYTICK_FALLBACK_MS: '60000',
      ...environment,
    }),
    silentLogger(),
  );
  workers.push(worker);
  const url = await worker.serve();
  void worker.run();
  const value = async (name: string) => (await scrape(url)).value(`everytick_${name}`);
  return { value };
}

const notify = () => database.query('NOTIFY everytick_due');
const addTargets = (count: number, path: string) =>
  addTestTargets(database, Array(count).fill({ url: `${site.url}${path}`, intervalS: 3_600, timeoutMs: 9_000 }));

describe('a worker tells', () => {
  it('what it is and has before it can reach its database, and what it cannot know not', async () => {
    const { value } = await start({
      EVERYTICK_DATABASE_URL: 'postgres://127.0.0.1:9/nowhere',
      EVERYTICK_REVISION: 'abc1234',
    });
    expect(await value('build_info{version="0.1.0",revision="abc1234",role="worker"}')).toBe(1);
    // It waits for its schema, and has nobody to listen to: that is no listener that is down.
    expect(await value('listener_connected')).toBeUndefined();
    expect(await value('database_pool_connections_max')).toBe(2);
    expect(await value('schema_migration_pending')).toBeUndefined();
    expect(await value('event_loop_delay_seconds')).toBeUndefined();
  });

  it('of leases that it lost, and whether it had carried out the check', async () => {
    const { value } = await start();
    await eventually(async () => expect(await value('listener_connected')).toBe(1));
    await addTargets(2, '/held');
    await eventually(async () => {
      await notify();
      return site.requests === 2;
    });
    await database.query('UPDATE leases SET epoch = epoch + 1');
    answer();
    await eventually(async () => expect(await value('leases_lost_total')).toBe(2));
    expect(await value('executed_twice_total')).toBe(2);
  });

  it('of notifications, and of those that did not come', async () => {
    const { value } = await start({ EVERYTICK_FALLBACK_MS: '300' });
    await eventually(async () => expect(await value('listener_connected')).toBe(1));
    expect(await value('notifications_missed_total')).toBe(0);
    // Connecting the listener makes it claim, too: not unasked.
    const empty = async () => (await value('claims_total{result="empty"}')) ?? 0;
    const sinceConnected = await empty();
    await eventually(async () => (await empty()) >= sinceConnected + 2);
    // In one transaction: a tick that is still to come would be claimed before anybody had to announce it.
    const client = await database.pool.connect();
    const query: TestDatabase['query'] = (text, values) => client.query(text, values);
    await client.query('BEGIN');
    await addTestTargets({ ...database, query }, [{ intervalS: 3_600 }]);
    await client.query("UPDATE leases SET next_fire_at = now() - interval '1 s'");
    await client.query('COMMIT');
    client.release();
    await eventually(async () => expect(await value('notifications_missed_total')).toBe(1));
    expect(await value('notifications_received_total')).toBe(0);
    await notify();
    await eventually(async () => expect(await value('notifications_received_total')).toBe(1));
    expect(await value('notifications_missed_total')).toBe(1);
  });

  it('that its listener has lost its connection, until it has another one', async () => {
    const listenUrl = new URL(database.url);
    const proxy = await startFaultProxy({ host: listenUrl.hostname, targetPort: Number(listenUrl.port) });
    listenUrl.port = String(proxy.port);
    const { value } = await start({ EVERYTICK_LISTEN_URL: listenUrl.href });
    await eventually(async () => expect(await value('listener_connected')).toBe(1));
    proxy.refuse();
    proxy.cut();
    await eventually(async () => expect(await value('listener_connected')).toBe(0));
    await proxy.accept();
    await eventually(async () => expect(await value('listener_connected')).toBe(1));
  });

  it('of connections that are busy, and of statements that wait for one', async () => {
    const { value } = await start({ EVERYTICK_DATABASE_CONNECTIONS: '1' });
    await eventually(async () => expect(await value('listener_connected')).toBe(1));
    await eventually(async () => expect(await value('database_pool_connections{state="idle"}')).toBe(1));
    const locker = await database.pool.connect();
    try {
      await locker.query('BEGIN; LOCK TABLE leases, everytick_migrations IN ACCESS EXCLUSIVE MODE');
      await notify();
      await eventually(async () => expect(await value('database_pool_connections{state="busy"}')).toBe(1));
      // Heartbeats come every five seconds.
      await eventually(async () => expect(await value('database_pool_waiting')).toBeGreaterThan(0), {
        timeoutMs: 8_000,
      });
    } finally {
      await locker.query('ROLLBACK');
      locker.release();
    }
    await eventually(async () => expect(await value('database_pool_waiting')).toBe(0));
  }, 15_000);

  it('how its names are found', async () => {
    const server = await startDnsServer({ records: { 'a.test': { a: ['127.0.0.1'] } } });
    const { value } = await start();
    await eventually(async () => expect(await value('listener_connected')).toBe(1));
    const dns = { server: server.address };
    await addTestTargets(database, [
      { url: 'http://a.test:9/', intervalS: 3_600, options: { dns } },
      { url: 'http://nowhere.test:9/', intervalS: 3_600, options: { dns } },
      { url: 'http://localhost:9/', intervalS: 3_600 },
    ]);
    await notify();
    await eventually(async () => expect(await value('check_response_time_seconds_count')).toBe(3));
    for (const result of ['answered', 'failed', 'local']) {
      expect([result, await value(`dns_lookups_total{result="${result}"}`)]).toEqual([result, 1]);
    }
    expect(await value('dns_wait_seconds_count')).toBe(2);
    expect(await value('check_phase_duration_seconds_count{phase="dns"}')).toBe(3);
    expect(await value('check_phase_duration_seconds_count{phase="connect"}')).toBe(2);
  });
});
