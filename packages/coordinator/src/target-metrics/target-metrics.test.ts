import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { readCoordinatorConfig, silentLogger, startStatusServer } from '@everytick/core';
import {
  createTestDatabase,
  eventually,
  findInstalled,
  isInstalled,
  measuredSql,
  parseSamples,
  type TestDatabase,
} from '@everytick/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { CoordinatorProcess } from '../coordinator-process.ts';
import { TargetMetrics, type TargetMetricsOptions } from './target-metrics.ts';

const patiently = { timeoutMs: 15_000 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`
    SELECT ensure_check_results_partitions(current_date - 3, current_date + 1);
    INSERT INTO locations (id, name) VALUES (2, 'oslo')`);
});
afterAll(() => database.drop());
afterEach(() =>
  database.query(
    'TRUNCATE check_results, maintenance_windows, target_changes, leases, schedules; DELETE FROM monitored_targets',
  ),
);

/** A status server with nothing else on it. `state` may change while it serves. */
async function serve(options: Partial<TargetMetricsOptions> = {}) {
  const state = { leading: true, asked: 0 };
  const metrics = new TargetMetrics({
    databaseUrl: database.url,
    pooler: 'none',
    limit: 10_000,
    leading: () => state.leading,
    logger: silentLogger(),
    ...options,
  });
  const server = await startStatusServer({
    host: '127.0.0.1',
    port: 0,
    registry: new Registry(),
    readiness: [],
    pages: {
      '/metrics/targets': (request, response) => {
        state.asked++;
        return metrics.page(request, response);
      },
    },
    logger: silentLogger(),
  });
  return {
    state,
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.close();
      await metrics.close();
    },
  };
}

interface TargetRow {
  readonly name?: string;
  readonly intervalS?: number;
  readonly locations?: readonly number[];
}

/** Each is the next in the order of ids. Resolves with the id. */
async function addTarget({ name, intervalS = 60, locations = [1] }: TargetRow = {}): Promise<number> {
  const { rows } = await database.query<{ id: number }>(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, location_ids)
     VALUES (coalesce($1, gen_random_uuid()::text), 'https://me:secret@shop.example/?key=secret', $2, 500, $3) RETURNING id`,
    [name, intervalS, locations],
  );
  return rows[0]?.id ?? 0;
}

const carriedOut = measuredSql(
  { started_at: 'now() - $3::interval', http_status: '200' },
  'now() - $3::interval',
  '123456',
);

/** A result of a moment ago; `ago` in SQL's words. */
async function addResult(id: number, outcome: string, ago = '1 second', { location = 1, ticks = 1 } = {}) {
  await database.query(
    `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks, response_time_us, measured)
     SELECT now() - $3::interval, $1, $4, $2::text::check_outcome, $5, CASE WHEN carried_out THEN 123456 END,
            CASE WHEN carried_out THEN ${carriedOut} END
     FROM (SELECT $2::text NOT IN ('missed', 'skipped') AS carried_out) AS c`,
    [id, outcome, ago, location, ticks],
  );
}

async function scrape(url: string) {
  const response = await fetch(`${url}/metrics/targets`);
  const text = await response.text();
  expect(response.status).toBe(200);
  const samples = parseSamples(text);
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  return {
    text,
    samples,
    of,
    /** Of a series without labels. */
    value: (name: string) => of(name)[0]?.value,
    /** Targets that have a series of the name. */
    targets: (name: string) => of(name).map(({ labels }) => labels['target']),
    /** Of the only target: its newest outcome, and whether that it is up. */
    get state() {
      return [of('everytick_target_outcome')[0]?.labels['outcome'], of('probe_success')[0]?.value];
    },
  };
}

describe('/metrics/targets', () => {
  it('has the newest result of each target and location', async () => {
    const id = await addTarget({ name: 'shop', locations: [1, 2] });
    await addResult(id, 'down', '1 minute');
    await addResult(id, 'degraded');
    await addResult(id, 'down', '1 second', { location: 2 });
    await using server = await serve();
    const { of, value } = await scrape(server.url);
    expect(of('probe_success').map(({ labels, value }) => [labels, value])).toEqual([
      [{ instance: 'https://shop.example/?key=***', target: 'shop', location: 'default' }, 1],
      [{ instance: 'https://shop.example/?key=***', target: 'shop', location: 'oslo' }, 0],
    ]);
    expect(of('probe_duration_seconds')[0]?.value).toBe(0.123456);
    expect(value('everytick_target_metrics_targets')).toBe(2);
    expect(value('everytick_target_metrics_truncated')).toBe(0);
    expect(value('everytick_target_metrics_duration_seconds')).toBeGreaterThan(0);
  });

  it('has nothing of a target that is deleted, paused or no longer checked from there', async () => {
    const ids = [await addTarget({ locations: [1, 2] }), await addTarget(), await addTarget({ name: 'there' })];
    for (const id of ids) await addResult(id, 'up');
    await addResult(ids[0] ?? 0, 'up', '1 second', { location: 2 });
    await database.query('UPDATE monitored_targets SET paused = true WHERE id = $1', [ids[1]]);
    await using server = await serve();
    expect((await scrape(server.url)).of('probe_success')).toHaveLength(3);
    await database.query(`UPDATE monitored_targets SET location_ids = '{2}' WHERE id = $1`, [ids[0]]);
    expect((await scrape(server.url)).of('probe_success').map(({ labels }) => labels['location'])).toEqual([
      'oslo',
      'default',
    ]);
    await database.query('UPDATE monitored_targets SET deleted_at = now() WHERE id = $1', [ids[0]]);
    const { targets, text } = await scrape(server.url);
    expect(targets('probe_success')).toEqual(['there']);
    expect(text.match(/target="/g)?.length).toBe(text.match(/target="there"/g)?.length);
  });

  it('goes on with the last result while one tick is missed, and not when two are', async () => {
    const id = await addTarget();
    await using server = await serve();
    expect((await scrape(server.url)).state).toEqual([undefined, undefined]);
    await addResult(id, 'down', '119 seconds');
    expect((await scrape(server.url)).state).toEqual(['down', 0]);
    await addResult(id, 'missed', '59 seconds');
    expect((await scrape(server.url)).state).toEqual(['missed', 0]);
    await database.query(`DELETE FROM check_results WHERE outcome = 'down'`);
    await addResult(id, 'down', '126 seconds');
    const { state, samples } = await scrape(server.url);
    expect(state).toEqual(['missed', undefined]);
    expect(samples.filter(({ name }) => name.startsWith('probe_'))).toEqual([]);
  });

  it('says nothing of a target of which nothing new is known, however long it has been', async () => {
    await using server = await serve();
    for (const [intervalS, kept, gone] of [
      [1, '7 seconds', '8 seconds'],
      [86_400, '47 hours', '49 hours'],
    ] as const) {
      const id = await addTarget({ intervalS });
      await addResult(id, 'up', gone);
      expect((await scrape(server.url)).state).toEqual([undefined, undefined]);
      await addResult(id, 'up', kept === '7 seconds' ? '5 seconds' : kept);
      expect((await scrape(server.url)).state).toEqual(['up', 1]);
      await database.query('TRUNCATE check_results; UPDATE monitored_targets SET deleted_at = now()');
    }
  });

  it('says missed for as long as nobody is there, also of ticks that one row stands for', async () => {
    const id = await addTarget({ intervalS: 10 });
    await addResult(id, 'missed', '30 minutes', { ticks: 174 });
    await using server = await serve();
    expect((await scrape(server.url)).state).toEqual(['missed', undefined]);
    await database.query('UPDATE check_results SET ticks = 160');
    expect((await scrape(server.url)).state).toEqual([undefined, undefined]);
  });

  it('says skipped, and nothing else, from the first to the last moment of a maintenance', async () => {
    const id = await addTarget({ name: 'in maintenance' });
    await addTarget({ name: 'other' });
    await addResult(id, 'down');
    await database.query(
      `INSERT INTO maintenance_windows (target_ids, starts_at, ends_at) VALUES (ARRAY[$1::integer], now(), now() + interval '1 hour')`,
      [id],
    );
    await using server = await serve();
    expect((await scrape(server.url)).state).toEqual(['skipped', undefined]);
    await database.query('DELETE FROM maintenance_windows');
    expect((await scrape(server.url)).state).toEqual(['down', 0]);
  });

  it('leaves out those with the highest ids when there are more than its limit, and says how many', async () => {
    for (const name of ['a', 'b', 'c']) await addResult(await addTarget({ name, locations: [1, 2] }), 'up');
    await using server = await serve({ limit: 3 });
    const { of, value } = await scrape(server.url);
    expect(of('everytick_target_outcome').map(({ labels }) => labels['target'])).toEqual(['a', 'b']);
    expect(value('everytick_target_metrics_targets')).toBe(3);
    expect(value('everytick_target_metrics_truncated')).toBe(3);
  });

  (isInstalled('promtool') ? it : it.skip)(
    'is what promtool takes, whatever targets and labels are called',
    async () => {
      const id = await addTarget({ name: 'a "b" \\ c\nd # {} 🦉' });
      await database.query('UPDATE monitored_targets SET group_name = name, labels = $1', [
        { 'a.b': '"', 'a/b': '\\', 'ключ\n"': '\n', __name__: 'x', '': '{' },
      ]);
      await addResult(id, 'up');
      await using server = await serve();
      const { text } = await scrape(server.url);
      const promtool = findInstalled('promtool') ?? '';
      expect(execFileSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('');
    },
  );

  it('is compressed where that is accepted, as Prometheus does, and not where it is not', async () => {
    await addResult(await addTarget(), 'up');
    await using server = await serve();
    const ask = (accepted: string) =>
      fetch(`${server.url}/metrics/targets`, { headers: { 'accept-encoding': accepted } });
    const zipped = await ask('gzip;q=1.0, *');
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(await zipped.text()).toContain('probe_success{');
    const plain = await ask('gzip;q=0, identity');
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(plain.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await plain.text()).toContain('probe_success{');
  });

  it('has no series where another coordinator leads, or where that changed while it read', async () => {
    await addResult(await addTarget(), 'up');
    await using server = await serve();
    server.state.leading = false;
    const { samples } = await scrape(server.url);
    expect(samples.map(({ name, value }) => [name, value])).toEqual([
      ['everytick_target_metrics_targets', 0],
      ['everytick_target_metrics_truncated', 0],
      ['everytick_target_metrics_duration_seconds', 0],
    ]);
    server.state.leading = true;
    await using blocked = await blockLedger();
    const waiting = scrape(server.url);
    await blocked.readers(1);
    server.state.leading = false;
    await blocked.end();
    expect((await waiting).samples).toHaveLength(3);
  });

  it('is read once for all who ask at the same time, also when the first of them goes away', async () => {
    await addResult(await addTarget({ name: 'shop' }), 'up');
    await using server = await serve();
    await using blocked = await blockLedger();
    const gone = new AbortController();
    const first = fetch(`${server.url}/metrics/targets`, { signal: gone.signal }).catch((error: Error) => error.name);
    await blocked.readers(1);
    const others = [scrape(server.url), scrape(server.url), scrape(server.url)];
    await eventually(() => expect(server.state.asked).toBe(4));
    gone.abort();
    expect(await first).toBe('AbortError');
    await blocked.readers(1);
    await blocked.end();
    const texts = (await Promise.all(others)).map(({ text }) => text);
    expect(texts[0]).toContain('target="shop"');
    expect(new Set(texts).size).toBe(1);
  });

  it('answers 503 when the database does not answer in time, with everything else at hand meanwhile', async () => {
    await addResult(await addTarget(), 'up');
    await using server = await serve({ statementTimeoutMs: 300 });
    await using blocked = await blockLedger();
    const waiting = fetch(`${server.url}/metrics/targets`);
    await blocked.readers(1);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const refused = await waiting;
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('cannot be read from the database now');
    await blocked.end();
    expect((await scrape(server.url)).of('probe_success')).toHaveLength(1);
  });

  it('keeps no more than three answers for those who do not take them', async () => {
    // Labels that hardly shrink, so that an answer does not fit into the buffers of a connection.
    await database.query(`
      INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, labels)
      SELECT 'target ' || i, 'http://a.example/', 60, 500, (
        SELECT jsonb_object_agg('l' || j, repeat(md5(i || ' ' || j), 6)) FROM generate_series(1, 20) AS j
      ) FROM generate_series(1, 150) AS i;
      INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us, measured)
      SELECT now(), id, 1, 'up', 1000, ${measuredSql({ started_at: 'now()' }, 'now()', '1000')} FROM monitored_targets`);
    await using server = await serve();
    const sockets: net.Socket[] = [];
    // Those who ask while an answer is being written share it, so it may take more than three of them.
    await eventually(async () => {
      const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
      sockets.push(socket);
      socket.write('GET /metrics/targets HTTP/1.1\r\nhost: localhost\r\naccept-encoding: identity\r\n\r\n');
      await once(socket, 'readable');
      return String(socket.read(12)) === 'HTTP/1.1 503';
    }, patiently);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => {
      const response = await fetch(`${server.url}/metrics/targets`);
      await response.arrayBuffer();
      expect(response.status).toBe(200);
    }, patiently);
  });
});

describe('coordinators', () => {
  async function start(env: Record<string, string>) {
    const config = readCoordinatorConfig({ EVERYTICK_DATABASE_URL: database.url, EVERYTICK_API: 'off', ...env });
    const coordinator = new CoordinatorProcess(config, silentLogger(), { compilePattern: (text) => new RegExp(text) });
    const url = await coordinator.serve((error) => {
      throw error;
    });
    coordinator.run();
    return { url, stop: () => coordinator.stop(), [Symbol.asyncDispose]: () => coordinator.stop() };
  }

  it('have series of targets only where they are switched on', async () => {
    await using coordinator = await start({});
    const response = await fetch(`${coordinator.url}/metrics/targets`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('EVERYTICK_TARGET_METRICS=on');
  });

  it('have them in one place, which moves with leadership', async () => {
    await addTarget({ name: 'shop', intervalS: 1 });
    await using first = await start({ EVERYTICK_TARGET_METRICS: 'on' });
    const targetsAt = async (url: string) => (await scrape(url)).value('everytick_target_metrics_targets');
    await eventually(async () => expect(await targetsAt(first.url)).toBe(1), patiently);
    await using second = await start({ EVERYTICK_TARGET_METRICS: 'on' });
    expect(await targetsAt(second.url)).toBe(0);
    await first.stop();
    await eventually(async () => expect(await targetsAt(second.url)).toBe(1), patiently);
  });
});

/** Nobody can read the ledger until this ends. */
async function blockLedger() {
  const client = await database.pool.connect();
  await client.query('BEGIN; LOCK TABLE check_results');
  let held = true;
  const end = async () => {
    if (!held) return;
    held = false;
    await client.query('ROLLBACK');
    client.release();
  };
  return {
    end,
    [Symbol.asyncDispose]: end,
    /** Waits until so many are waiting for the ledger. */
    readers: (count: number) =>
      eventually(async () => {
        const { rows } = await client.query<{ waiting: number }>(
          `SELECT count(*)::integer AS waiting FROM pg_locks
           WHERE NOT granted AND relation = 'check_results'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
        expect(rows[0]?.waiting).toBe(count);
      }),
  };
}
