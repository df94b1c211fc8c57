// The whole system as users run it: real processes that are really killed, and a database that really goes away.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  createTestDatabase,
  eventually,
  everytick,
  ledgerFaults,
  openLoopback,
  respond,
  startOwnPostgres,
  startWebServer,
  type TestDatabase,
  type TestProcess,
} from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate } from './migrate/index.ts';

type Database = Pick<TestDatabase, 'query'>;

const startCoordinator = async (url: string): Promise<TestProcess> => {
  const coordinator = await everytick(['coordinator'], { env: { EVERYTICK_DATABASE_URL: url } });
  await coordinator.waitForOutput('"leading"', 20_000);
  return coordinator;
};

const startWorker = async (url: string, name: string, env: Record<string, string> = {}): Promise<TestProcess> => {
  const worker = await everytick(['worker'], {
    env: { EVERYTICK_DATABASE_URL: url, EVERYTICK_WORKER_NAME: name, EVERYTICK_LEASE_MARGIN_MS: '1000', ...env },
  });
  await worker.waitForOutput('"worker running"', 20_000);
  return worker;
};

async function addTargets(database: Database, url: string, count: number, intervalS: number, timeoutMs: number) {
  await database.query(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
     SELECT 'target ' || i, $1, $2, $3 FROM generate_series(1, $4::integer) AS i`,
    [url, intervalS, timeoutMs, count],
  );
}

async function count(database: Database, condition: string): Promise<number> {
  const { rows } = await database.query<{ ticks: number }>(
    `SELECT coalesce(sum(ticks), 0)::integer AS ticks FROM results WHERE ${condition}`,
  );
  return rows[0]?.ticks ?? 0;
}

/** SIGTERM, and each leaves with 0. */
async function leaveInOrder(...processes: readonly TestProcess[]): Promise<void> {
  for (const process of processes) {
    process.signal('SIGTERM');
    expect(await process.exited).toEqual({ code: 0, signal: null });
  }
}

describe('two workers', () => {
  it('share the checks, and a tick of the one that is killed is run by the other or written as missed', async () => {
    await using database = await createTestDatabase();
    const site = await startWebServer({ routes: { '/': respond({ body: 'hello', delayMs: 300 }) } });
    await using coordinator = await startCoordinator(database.url);
    await using victim = await startWorker(database.url, 'victim');
    await using survivor = await startWorker(database.url, 'survivor');
    await addTargets(database, `${site.url}/`, 60, 2, 1_000);
    const recordedBy = (name: string) =>
      count(database, `outcome = 'up' AND worker_id = (SELECT id FROM workers WHERE name = '${name}')`);
    await eventually(async () => expect(await recordedBy('victim')).toBeGreaterThan(0), { timeoutMs: 15_000 });
    await eventually(async () => expect(await recordedBy('survivor')).toBeGreaterThan(0), { timeoutMs: 15_000 });

    // In the middle: with ticks in hand that nobody else knows of.
    const held = await eventually(
      async () => {
        const { rows } = await database.query<{ target_id: number; tick: Date }>(
          `SELECT target_id, open_tick AS tick FROM leases
           WHERE claimed_by = (SELECT id FROM workers WHERE name = 'victim') AND open_tick <= now()`,
        );
        return rows.length > 0 && rows;
      },
      { timeoutMs: 15_000 },
    );
    victim.signal('SIGKILL');
    await victim.exited;
    const killedAt = performance.now();

    // Timeout 1 s, margin 1 s, the coordinator looks every 2 s: well within timeout + 10 s.
    await eventually(
      async () => {
        for (const { target_id, tick } of held) {
          const { rows } = await database.query(
            "SELECT FROM check_results WHERE target_id = $1 AND scheduled_at <= $2 AND scheduled_at + (ticks - 1) * interval '2 s' >= $2",
            [target_id, tick],
          );
          expect(rows).toHaveLength(1);
        }
      },
      { timeoutMs: 11_000 },
    );
    expect(performance.now() - killedAt).toBeLessThan(11_000);

    const after = await recordedBy('survivor');
    await eventually(async () => expect(await recordedBy('survivor')).toBeGreaterThan(after + 60), {
      timeoutMs: 15_000,
    });
    await leaveInOrder(survivor, coordinator);
    expect(await ledgerFaults(database.url)).toEqual([]);
  }, 90_000);
});

describe('a worker process', () => {
  it('that was stopped for longer than its lease says that a tick was executed twice, and it is recorded once', async () => {
    await using database = await createTestDatabase();
    const site = await startWebServer({ routes: { '/': respond({ body: 'hello', delayMs: 300 }) } });
    await using coordinator = await startCoordinator(database.url);
    await using stopped = await startWorker(database.url, 'stopped');
    await addTargets(database, `${site.url}/`, 1, 60, 1_000);
    await eventually(() => site.requests === 1);
    stopped.signal('SIGSTOP');
    await using other = await startWorker(database.url, 'other');
    await eventually(async () => expect(await count(database, "outcome = 'up'")).toBe(1), { timeoutMs: 15_000 });
    expect(site.requests).toBe(2);
    stopped.signal('SIGCONT');
    const statusUrl = /"url":"(http:[^"]+)"/.exec(stopped.output)?.[1];
    await eventually(async () => {
      const metrics = await (await fetch(`${statusUrl}/metrics`)).text();
      expect(metrics).toContain('everytick_executed_twice_total 1');
    });
    await leaveInOrder(stopped, other, coordinator);
    expect(await ledgerFaults(database.url)).toEqual([]);
    expect(await count(database, 'true')).toBe(1);
  }, 60_000);

  it('that stood still while a target answered in time does not report it as down', async () => {
    await using database = await createTestDatabase();
    const site = await startWebServer({ routes: { '/': respond({ body: 'hello', delayMs: 300 }) } });
    await using coordinator = await startCoordinator(database.url);
    await using worker = await startWorker(database.url, 'worker', { EVERYTICK_LEASE_MARGIN_MS: '20000' });
    await addTargets(database, `${site.url}/`, 1, 60, 2_000);
    await eventually(() => site.requests === 1);
    worker.signal('SIGSTOP');
    await delay(3_000);
    worker.signal('SIGCONT');
    const { rows } = await eventually(async () => {
      const found = await database.query('SELECT outcome, error_code FROM check_results');
      return found.rows.length > 0 && found;
    });
    // What had arrived meanwhile may be read before the deadline is looked at, or after.
    expect([
      { outcome: 'up', error_code: null },
      { outcome: 'missed', error_code: 'worker_stalled' },
    ]).toContainEqual(rows[0]);
    await leaveInOrder(worker, coordinator);
  }, 60_000);

  it('leaves at once on a second signal', async () => {
    await using database = await createTestDatabase();
    const site = await startWebServer({ routes: { '/': () => undefined } });
    await using coordinator = await startCoordinator(database.url);
    await using worker = await startWorker(database.url, 'worker');
    await addTargets(database, `${site.url}/`, 1, 60, 20_000);
    await eventually(() => site.requests === 1);
    worker.signal('SIGTERM');
    await worker.waitForOutput('"draining"');
    worker.signal('SIGTERM');
    expect(await worker.exited).toEqual({ code: 143, signal: null });
    await leaveInOrder(coordinator);
  }, 60_000);
});

describe('coordinators', () => {
  it('take over from one that is stopped, which finds itself standing by when it goes on', async () => {
    await using database = await createTestDatabase();
    await using first = await startCoordinator(database.url);
    await using second = await everytick(['coordinator'], { env: { EVERYTICK_DATABASE_URL: database.url } });
    await second.waitForOutput('standing by');
    first.signal('SIGSTOP');
    await second.waitForOutput('"leading"', 10_000);
    first.signal('SIGCONT');
    await first.waitForOutput('no longer leading');
    await first.waitForOutput('standing by');
    await leaveInOrder(first, second);
  }, 60_000);

  it('can all be gone: what is on the schedule goes on, on time', async () => {
    await using database = await createTestDatabase();
    const site = await startWebServer({ routes: { '/': respond({ body: 'hello' }) } });
    await using coordinator = await startCoordinator(database.url);
    await using worker = await startWorker(database.url, 'worker');
    await addTargets(database, `${site.url}/`, 1, 1, 800);
    await eventually(async () => expect(await count(database, "outcome = 'up'")).toBeGreaterThan(0));
    coordinator.signal('SIGKILL');
    await coordinator.exited;
    const before = await count(database, 'true');
    await eventually(async () => expect(await count(database, 'true')).toBeGreaterThan(before + 8), {
      timeoutMs: 20_000,
    });
    expect(await count(database, "outcome <> 'up'")).toBe(0);
    await leaveInOrder(worker);
    expect(await ledgerFaults(database.url)).toEqual([]);
  }, 60_000);
});

describe('a worker whose log nobody reads any more', () => {
  it('goes on checking', async () => {
    await using database = await createTestDatabase();
    const site = await startWebServer({ routes: { '/': respond({ body: 'hello' }) } });
    await using coordinator = await startCoordinator(database.url);
    const main = fileURLToPath(new URL('./main.ts', import.meta.url));
    const worker = spawn(process.execPath, ['--conditions=everytick-source', main, 'worker'], {
      env: { ...process.env, ...openLoopback, EVERYTICK_DATABASE_URL: database.url, EVERYTICK_LOG_LEVEL: 'debug' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      await once(worker.stdout, 'data');
      worker.stdout.destroy();
      const complaint = once(worker.stderr.setEncoding('utf8'), 'data');
      await addTargets(database, `${site.url}/`, 1, 1, 800);
      expect(String(await complaint)).toContain('the log cannot be written any more');
      const before = await count(database, "outcome = 'up'");
      await eventually(async () => expect(await count(database, "outcome = 'up'")).toBeGreaterThan(before + 2), {
        timeoutMs: 10_000,
      });
      worker.kill('SIGTERM');
      expect(await once(worker, 'exit')).toEqual([0, null]);
    } finally {
      worker.kill('SIGKILL');
    }
    await leaveInOrder(coordinator);
  }, 60_000);
});

describe('a password in the URL of a target', () => {
  it('is sent to the target, and is in no log line, no metric and no result', async () => {
    await using database = await createTestDatabase();
    const site = await startWebServer({ routes: { '/': respond({ status: 500 }) } });
    await using coordinator = await startCoordinator(database.url);
    await using worker = await startWorker(database.url, 'worker', {
      EVERYTICK_LOG_LEVEL: 'trace',
      EVERYTICK_FLUSH_DELAY_MS: '0',
    });
    const port = new URL(site.url).port;
    await addTargets(database, `http://me:open-sesame@127.0.0.1:${port}/?token=open-sesame`, 1, 60, 1_000);
    await eventually(async () => expect(await count(database, "outcome = 'down'")).toBe(1));
    expect(site.lastHeaders.authorization).toBe(`Basic ${Buffer.from('me:open-sesame').toString('base64')}`);

    const statusUrl = /"url":"(http:[^"]+)"/.exec(worker.output)?.[1];
    const metrics = await (await fetch(`${statusUrl}/metrics`)).text();
    expect(metrics).toContain('everytick_checks_total');
    const { rows } = await database.query('SELECT row_to_json(results)::text AS text FROM results');
    await worker.waitForOutput('check recorded');
    for (const text of [worker.output, coordinator.output, metrics, JSON.stringify(rows)]) {
      expect(text).not.toContain('open-sesame');
    }
    await leaveInOrder(worker, coordinator);
  }, 60_000);
});

describe('the database goes away for 20 s', () => {
  it('and all recover by themselves, nothing is recorded twice, and what could not run is written as missed', async () => {
    await using server = await startOwnPostgres();
    await migrate({ databaseUrl: server.url });
    let pool = new pg.Pool({ connectionString: server.url, max: 2 });
    pool.on('error', () => undefined);
    const database: Database = { query: (text, values) => pool.query(text, values) };
    const site = await startWebServer({ routes: { '/': respond({ body: 'hello' }) } });
    await using coordinator = await startCoordinator(server.url);
    await using first = await startWorker(server.url, 'first');
    await using second = await startWorker(server.url, 'second');
    await addTargets(database, `${site.url}/`, 50, 1, 800);
    await eventually(async () => expect(await count(database, "outcome = 'up'")).toBeGreaterThan(200), {
      timeoutMs: 20_000,
    });

    await pool.end();
    await server.stop('fast');
    await delay(20_000);
    await server.start();
    pool = new pg.Pool({ connectionString: server.url, max: 2 });

    const { rows } = await database.query<{ now: Date }>('SELECT now()');
    const back = rows[0]?.now.toISOString() ?? '';
    await eventually(
      async () => expect(await count(database, `outcome = 'up' AND started_at > '${back}'`)).toBeGreaterThan(200),
      { timeoutMs: 20_000 },
    );
    await coordinator.waitForOutput(/"leading"[\s\S]*"leading"/);
    expect(await count(database, "outcome = 'missed'")).toBeGreaterThanOrEqual(50 * 17);
    await leaveInOrder(first, second, coordinator);
    expect(await ledgerFaults(server.url)).toEqual([]);
    await pool.end();
  }, 120_000);
});
