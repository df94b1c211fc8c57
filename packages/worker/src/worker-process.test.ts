import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readWorkerConfig, silentLogger } from '@everytick/core';
import {
  addTestTargets,
  createEmptyDatabase,
  createTestDatabase,
  eventually,
  ledgerFaults,
  makeScratchDirectory,
  openLoopback,
  respond,
  startFaultProxy,
  startWebServer,
  type TestDatabase,
  type WebServer,
} from '@everytick/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WorkerProcess } from './worker-process.ts';

let database: TestDatabase;
let site: WebServer;
let workers: WorkerProcess[];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  site = await startWebServer({ routes: { '/': respond({ body: 'hello' }) } });
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await database.query(
    'TRUNCATE check_results, leases, schedules, target_changes; UPDATE monitored_targets SET deleted_at = now()',
  );
});

/** Without a coordinator: the worker's own timer makes it look. */
async function start(environment: Record<string, string> = {}, url = database.url) {
  const config = readWorkerConfig({
    ...openLoopback,
    EVERYTICK_DATABASE_URL: url,
    EVERYTICK_FALLBACK_MS: '100',
    ...environment,
  });
  const worker = new WorkerProcess(config, silentLogger());
  workers.push(worker);
  const statusUrl = await worker.serve();
  const running = worker.run();
  return { worker, statusUrl, running };
}

async function ledger() {
  const { rows } = await database.query<Record<string, unknown>>(
    `SELECT target_id, outcome, http_status, matched, error_code, ticks,
            (extract(epoch FROM started_at - scheduled_at) * 1000)::float8 AS lateness_ms
     FROM results ORDER BY target_id, scheduled_at`,
  );
  return rows;
}

describe('a worker', () => {
  it('carries out due checks and records what it saw', async () => {
    await start();
    const ids = await addTestTargets(database, [
      { url: `${site.url}/`, matchPattern: 'hel+o' },
      { url: `${site.url}/`, matchPattern: 'goodbye' },
      { url: `${site.url}/absent` },
    ]);
    await eventually(async () => expect(await ledger()).toHaveLength(3));
    expect(await ledger()).toEqual([
      expect.objectContaining({ target_id: ids[0], outcome: 'up', http_status: 200, matched: true, error_code: null }),
      expect.objectContaining({ target_id: ids[1], outcome: 'down', matched: false, error_code: 'body_mismatch' }),
      expect.objectContaining({
        target_id: ids[2],
        outcome: 'down',
        http_status: 404,
        error_code: 'status_unexpected',
      }),
    ]);
    const { rows } = await database.query(
      'SELECT protocol, remote_address, redirects, failed_assertions FROM results WHERE target_id = $1',
      [ids[2]],
    );
    expect(rows).toEqual([
      {
        protocol: 'http/1.1',
        remote_address: '127.0.0.1',
        redirects: 0,
        failed_assertions: [{ kind: 'status', expected: '200-299', seen: '404' }],
      },
    ]);
  });

  it('begins a check at its instant and not before, though it has claimed it ahead of time', async () => {
    await start();
    const ids = await addTestTargets(database, Array(20).fill({ url: `${site.url}/`, intervalS: 1, timeoutMs: 500 }));
    await eventually(async () => expect((await ledger()).length).toBeGreaterThan(ids.length * 2));
    const onGrid = (await ledger()).filter((row) => row['outcome'] === 'up');
    // Half a millisecond for the uncertainty of the clock.
    expect(Math.min(...onGrid.map((row) => row['lateness_ms'] as number))).toBeGreaterThan(-0.5);
  });

  it('keeps the number of checks in flight within its limit', async () => {
    let most = 0;
    let now = 0;
    site.route('/slow', (_request, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        response.end('done');
      }, 50);
    });
    await start({ EVERYTICK_MAX_IN_FLIGHT: '5', EVERYTICK_FLUSH_DELAY_MS: '0' });
    await addTestTargets(database, Array(40).fill({ url: `${site.url}/slow`, timeoutMs: 2_000 }));
    await eventually(async () => expect(await ledger()).toHaveLength(40), { timeoutMs: 15_000 });
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(5);
  });

  it('is not held up by a pattern that backtracks catastrophically elsewhere', async () => {
    site.route('/aaa', respond({ body: `${'a'.repeat(50_000)}!` }));
    await start();
    const [slow, ...others] = await addTestTargets(database, [
      { url: `${site.url}/aaa`, matchPattern: '(a+)+$', intervalS: 1 },
      ...Array(20).fill({ url: `${site.url}/`, matchPattern: 'hello', intervalS: 1 }),
    ]);
    await eventually(async () => expect((await ledger()).length).toBeGreaterThan(60), { timeoutMs: 15_000 });
    const rows = await ledger();
    expect(rows.filter((row) => row['target_id'] === slow).map((row) => row['error_code'])).toContain('body_mismatch');
    const lateness = rows
      .filter((row) => others.includes(row['target_id'] as number))
      .map((row) => row['lateness_ms'] as number);
    // JavaScript's own engine takes minutes for this pattern.
    expect(Math.max(...lateness)).toBeLessThan(1_000);
  });

  it('marks the check during which it was held up, and none long before or after', async () => {
    let blocked = 0;
    let requests = 0;
    site.route('/held', (_request, response) => {
      requests++;
      // The server lives in the same process: what blocks it blocks the worker amid its check.
      const until = performance.now() + 300;
      if (requests === 3) while (performance.now() < until) blocked++;
      response.end('done');
    });
    const { statusUrl } = await start();
    await addTestTargets(database, [{ url: `${site.url}/held`, intervalS: 1, timeoutMs: 800 }]);
    await eventually(async () => expect((await ledger()).length).toBeGreaterThan(6), { timeoutMs: 15_000 });
    const { rows } = await database.query<{ suspect: boolean; loop_delay_ms: number; response_time_ms: number }>(
      `SELECT suspect, loop_delay_us / 1000 AS loop_delay_ms, response_time_us / 1000 AS response_time_ms
       FROM results ORDER BY scheduled_at`,
    );
    expect(blocked).toBeGreaterThan(0);
    const longest = rows.toSorted((a, b) => a.loop_delay_ms - b.loop_delay_ms).at(-1);
    expect(rows[2]).toBe(longest);
    expect(longest).toMatchObject({ suspect: true });
    expect(longest?.loop_delay_ms).toBeGreaterThan(270);
    expect(longest?.response_time_ms).toBeGreaterThanOrEqual(300);
    // One or the other may have been held up by whatever else this machine does.
    expect(rows.filter(({ suspect }) => !suspect).length).toBeGreaterThan(3);
    const metrics = await (await fetch(`${statusUrl}/metrics`)).text();
    expect(Number(/^everytick_checks_suspect_total (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
  }, 20_000);

  it('gives back what it has not begun, finishes what it has, and leaves nothing behind', async () => {
    let begun = 0;
    site.route('/slow', (_request, response) => {
      begun++;
      setTimeout(() => response.end('done'), 700);
    });
    const { worker } = await start({ EVERYTICK_HORIZON_MS: '5000', EVERYTICK_MAX_IN_FLIGHT: '100' });
    const [slow = 0, later = 0] = await addTestTargets(database, [
      { url: `${site.url}/slow`, intervalS: 60, timeoutMs: 5_000 },
      { url: `${site.url}/`, intervalS: 60 },
    ]);
    await database.query("UPDATE leases SET next_fire_at = now() + interval '4 seconds' WHERE target_id = $1", [later]);
    await eventually(() => begun === 1);
    await eventually(async () => {
      const { rows } = await database.query('SELECT FROM leases WHERE target_id = $1 AND open_tick IS NOT NULL', [
        later,
      ]);
      return rows.length === 1;
    });
    expect(await worker.stop()).toEqual({ released: 1, unreported: 0 });
    workers = [];
    expect(await ledger()).toEqual([expect.objectContaining({ target_id: slow, outcome: 'up' })]);
    const { rows } = await database.query<{ due: boolean }>(
      "SELECT next_fire_at BETWEEN now() AND now() + interval '4 seconds' AS due FROM leases WHERE target_id = $1 AND open_tick IS NULL",
      [later],
    );
    expect(rows).toEqual([{ due: true }]);
  });

  it('abandons what does not finish in time, without recording it', async () => {
    site.route('/silent', () => undefined);
    const { worker } = await start({ EVERYTICK_DRAIN_TIMEOUT_MS: '100' });
    await addTestTargets(database, [{ url: `${site.url}/silent`, timeoutMs: 9_000 }]);
    await eventually(() => site.requests === 1);
    expect(await worker.stop()).toEqual({ released: 0, unreported: 1 });
    workers = [];
    expect(await ledger()).toEqual([]);
    expect(site.openConnections).toBe(0);
  });

  it('leaves in order though the connection on which it listens has fallen silent', async () => {
    const real = new URL(database.url);
    const proxy = await startFaultProxy({ targetPort: Number(real.port || 5432), host: real.hostname });
    const silent = new URL(database.url);
    silent.port = String(proxy.port);
    const { worker } = await start({ EVERYTICK_LISTEN_URL: silent.href });
    await addTestTargets(database, [{ url: `${site.url}/`, intervalS: 1, timeoutMs: 500 }]);
    await eventually(async () => expect((await ledger()).length).toBeGreaterThan(0));
    proxy.stall();
    expect(await worker.stop()).toEqual({ released: expect.any(Number), unreported: 0 });
    workers = [];
    const { rows } = await database.query(
      'SELECT FROM workers WHERE stopped_at IS NULL AND id = (SELECT max(id) FROM workers)',
    );
    expect(rows).toEqual([]);
  }, 20_000);

  it('holds what it cannot record while the database is away, no more than its limit, and records it afterwards', async () => {
    const real = new URL(database.url);
    const proxy = await startFaultProxy({ targetPort: Number(real.port || 5432), host: real.hostname });
    const proxied = new URL(database.url);
    proxied.port = String(proxy.port);
    const { worker, statusUrl } = await start({ EVERYTICK_MAX_IN_FLIGHT: '10' }, proxied.href);
    let held: PromiseWithResolvers<void> | undefined;
    let waiting = 0;
    site.route('/held', (_request, response) => {
      waiting += held === undefined ? 0 : 1;
      void Promise.resolve(held?.promise).then(() => response.end('done'));
    });
    const ids = await addTestTargets(
      database,
      Array(60).fill({ url: `${site.url}/held`, intervalS: 1, timeoutMs: 800 }),
    );
    await eventually(async () => expect((await ledger()).length).toBeGreaterThan(ids.length));
    held = Promise.withResolvers();
    await eventually(() => waiting > 0);
    proxy.refuse();
    proxy.cut();
    held.resolve();
    let most = 0;
    const endsAt = performance.now() + 3_000;
    const metric = async (name: string) => {
      const metrics = await (await fetch(`${statusUrl}/metrics`)).text();
      return Number(metrics.match(new RegExp(`^${name} (.*)$`, 'm'))?.[1]);
    };
    await eventually(async () => {
      most = Math.max(most, await metric('everytick_checks_in_flight'));
      return performance.now() > endsAt;
    });
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(10);
    await proxy.accept();
    const before = (await ledger()).length;
    await eventually(async () => expect((await ledger()).length).toBeGreaterThan(before + ids.length), {
      timeoutMs: 15_000,
    });
    await database.query('UPDATE monitored_targets SET paused = true');
    expect((await worker.stop()).unreported).toBe(0);
    workers = [];
    expect(await ledgerFaults(database.url)).toEqual([]);
    const reasons = new Set(
      (await ledger()).filter(({ outcome }) => outcome === 'missed').map((row) => row['error_code']),
    );
    expect(reasons).toContain('database_down');
    await proxy[Symbol.asyncDispose]();
  }, 40_000);

  it('tells a result that it sent twice, because the answer was lost, from a check that ran twice', async () => {
    const real = new URL(database.url);
    const proxy = await startFaultProxy({ targetPort: Number(real.port || 5432), host: real.hostname });
    const proxied = new URL(database.url);
    proxied.port = String(proxy.port);
    const answered = Promise.withResolvers<void>();
    site.route('/held', (_request, response) => void answered.promise.then(() => response.end('done')));
    const { statusUrl } = await start({ EVERYTICK_FALLBACK_MS: '60000' }, proxied.href);
    const [id = 0] = await addTestTargets(database, [{ url: `${site.url}/held`, intervalS: 600, timeoutMs: 5_000 }]);
    await database.query('NOTIFY everytick_due');
    await eventually(() => site.requests === 1);
    const dropped = proxy.dropNextAnswer('everytick_finish');
    answered.resolve();
    await dropped.happened;
    await eventually(async () => {
      const metrics = await (await fetch(`${statusUrl}/metrics`)).text();
      expect(metrics).toContain('everytick_results_repeated_total 1');
      expect(metrics).toContain('everytick_executed_twice_total 0');
      expect(metrics).toContain('everytick_commit_failures_total 1');
    });
    expect(await ledger()).toEqual([expect.objectContaining({ target_id: id, outcome: 'up' })]);
    await proxy[Symbol.asyncDispose]();
  });

  it('writes ticks of a host beyond its limit as missed, and checks other hosts meanwhile', async () => {
    const answered = Promise.withResolvers<void>();
    site.route('/slow', (_request, response) => void answered.promise.then(() => response.end('done')));
    const quick = await startWebServer({ routes: { '/': respond({ body: 'hello' }) } });
    const { statusUrl } = await start({ EVERYTICK_MAX_IN_FLIGHT_PER_HOST: '2', EVERYTICK_LEASE_MARGIN_MS: '1000' });
    const slow = await addTestTargets(
      database,
      Array(6).fill({ url: `${site.url}/slow`, intervalS: 60, timeoutMs: 9_000 }),
    );
    const others = await addTestTargets(database, Array(6).fill({ url: `${quick.url}/`, intervalS: 60 }));
    await eventually(async () => expect(await ledger()).toHaveLength(10));
    answered.resolve();
    await eventually(async () => expect(await ledger()).toHaveLength(12));
    const rows = await ledger();
    const ofHost = rows.filter((row) => slow.includes(row['target_id'] as number));
    expect(ofHost.filter(({ outcome }) => outcome === 'up')).toHaveLength(2);
    expect(ofHost.filter(({ outcome }) => outcome === 'missed')).toEqual(
      Array(4).fill(
        expect.objectContaining({
          error_code: 'host_limit',
          http_status: null,
          matched: null,
          ticks: 1,
          lateness_ms: null,
        }),
      ),
    );
    expect(rows.filter(({ outcome }) => outcome === 'up')).toHaveLength(2 + others.length);
    const metrics = await (await fetch(`${statusUrl}/metrics`)).text();
    expect(metrics).toContain('everytick_checks_missed_total{error_code="host_limit"} 4');
    expect(metrics).toContain('everytick_check_response_time_seconds_count 8');
    expect(metrics).not.toContain('everytick_checks_total{outcome="missed"');
  });

  it('tells servers the tick of each request if it is asked to', async () => {
    await start({ EVERYTICK_TICK_HEADER: 'on' });
    const [id] = await addTestTargets(database, [{ url: `${site.url}/`, intervalS: 60 }]);
    await eventually(async () => expect(await ledger()).toHaveLength(1));
    const { rows } = await database.query<{ scheduled_at: Date }>('SELECT scheduled_at FROM check_results');
    expect(site.lastHeaders['everytick-tick']).toBe(`${id}/1/${rows[0]?.scheduled_at.toISOString()}`);
  });

  it('connects to nothing that is not open to checks, and the ledger says what would open it', async () => {
    await start({ EVERYTICK_EGRESS_ALLOW: '' });
    const port = new URL(site.url).port;
    const urls = [`${site.url}/`, `http://localhost:${port}/`, `http://0x7f.1:${port}/`, 'http://169.254.169.254/'];
    await addTestTargets(
      database,
      urls.map((url) => ({ url, intervalS: 60 })),
    );
    await eventually(async () => expect(await ledger()).toHaveLength(urls.length));
    const { rows } = await database.query<{ error_detail: string }>(
      "SELECT error_detail FROM results WHERE outcome = 'down' AND error_code = 'egress_denied' ORDER BY target_id",
    );
    expect(rows.map((row) => row.error_detail)).toEqual([
      expect.stringMatching(/^127\.0\.0\.1 is a loopback address, and EVERYTICK_EGRESS_ALLOW does not open it/),
      expect.stringMatching(/^localhost: \S+ is a loopback address/),
      expect.stringMatching(/^127\.0\.0\.1 is a loopback address/),
      expect.stringMatching(/^169\.254\.169\.254 is a cloud metadata address/),
    ]);
    expect(site.connections).toBe(0);
  });

  it('gives a target the secret that it refers to, and writes the tick as missed where there is none', async () => {
    const secretDir = await makeScratchDirectory();
    await writeFile(join(secretDir, 'shop'), 'open-sesame\n');
    await start({ EVERYTICK_SECRET_DIR: secretDir });
    const bearer = (file: string) => ({ url: `${site.url}/`, intervalS: 60, options: { auth: { bearer: { file } } } });
    await addTestTargets(database, [bearer('shop'), bearer('absent'), bearer('/etc/passwd')]);
    await eventually(async () => expect(await ledger()).toHaveLength(3));
    const missed = expect.objectContaining({ outcome: 'missed', error_code: 'secret_missing' });
    expect(await ledger()).toEqual([expect.objectContaining({ outcome: 'up' }), missed, missed]);
    expect(site.lastHeaders.authorization).toBe('Bearer open-sesame');
    const { rows } = await database.query('SELECT row_to_json(results)::text AS text FROM results');
    expect(JSON.stringify(rows)).toContain('EVERYTICK_SECRET_DIR');
    expect(JSON.stringify(rows)).not.toContain('open-sesame');
  });

  it('says every few seconds that it is there', async () => {
    await start({ EVERYTICK_WORKER_NAME: 'beating' });
    const seenAfterMs = async () => {
      const { rows } = await database.query<{ ms: number }>(
        "SELECT (extract(epoch FROM seen_at - started_at) * 1000)::float8 AS ms FROM workers WHERE name = 'beating'",
      );
      return rows[0]?.ms ?? 0;
    };
    await eventually(async () => expect(await seenAfterMs()).toBeGreaterThan(0), { timeoutMs: 7_000 });
  }, 10_000);

  it('waits for a database without schema, and says so when asked whether it is ready', async () => {
    const empty = await createEmptyDatabase();
    const { worker, statusUrl, running } = await start({}, empty.url);
    const response = await fetch(`${statusUrl}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('run \\"everytick migrate\\"');
    expect((await fetch(`${statusUrl}/healthz`)).status).toBe(200);
    await worker.stop();
    workers = [];
    await running;
    await empty.drop();
  });

  it('exports what it did', async () => {
    const { statusUrl } = await start();
    await addTestTargets(database, [{ url: `${site.url}/` }]);
    await eventually(async () => expect(await ledger()).toHaveLength(1));
    const metrics = await (await fetch(`${statusUrl}/metrics`)).text();
    expect(metrics).toContain('everytick_checks_total{outcome="up",error_code=""} 1');
    expect(metrics).toContain('everytick_listener_connected 1');
    expect(metrics).toContain('everytick_checks_capacity 500');
    expect(metrics).toContain('everytick_checks_capacity_max 500');
    expect(metrics).toMatch(/^everytick_event_loop_delay_seconds \d/m);
    expect(metrics).toContain('everytick_executed_twice_total 0');
    expect(metrics).not.toContain('everytick-tick');
    expect(metrics).not.toContain(site.url);
  });
});
