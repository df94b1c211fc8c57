import {
  checkReportResource,
  openPool,
  type RequestedTarget,
  readWorkerConfig,
  requestCheck,
  silentLogger,
} from '@everytick/core';
import {
  addTestTargets,
  createTestDatabase,
  eventually,
  everytick,
  openLoopback,
  respond,
  silent,
  startPgBouncer,
  startWebServer,
  type TestDatabase,
  type WebServer,
} from '@everytick/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WorkerProcess } from '../worker-process.ts';

let database: TestDatabase;
let site: WebServer;
let workers: WorkerProcess[];

beforeEach(async () => {
  database = await createTestDatabase();
  site = await startWebServer({
    routes: {
      '/': respond({ body: 'hello' }),
      '/slow': respond({ body: 'at last', delayMs: 700 }),
      '/silent': silent(),
      '/secret': (request, response) => response.end(request.headers.authorization),
    },
  });
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await database.drop();
});

async function start(name: string, environment: Record<string, string> = {}): Promise<WorkerProcess> {
  const config = readWorkerConfig({
    ...openLoopback,
    EVERYTICK_DATABASE_URL: database.url,
    EVERYTICK_WORKER_NAME: name,
    ...environment,
  });
  const worker = new WorkerProcess(config, silentLogger());
  workers.push(worker);
  statusUrls.set(worker, await worker.serve());
  void worker.run();
  await eventually(async () => {
    const { rows } = await database.query('SELECT FROM workers WHERE name = $1', [name]);
    expect(rows).toHaveLength(1);
  });
  return worker;
}
const statusUrls = new WeakMap<WorkerProcess, string>();

const target = (path: string, more: Partial<RequestedTarget> = {}): RequestedTarget => ({
  url: `${site.url}${path}`,
  timeoutMs: 2_000,
  matchPattern: null,
  options: {},
  ...more,
});
const ask = (what: RequestedTarget, location = 'default', waitMs = 5_000) =>
  requestCheck(database.pool, { target: what, location, waitMs });
const requestsLeft = async () => (await database.query('SELECT FROM check_requests')).rows.length;
const failed = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('a check that somebody asks for', () => {
  it('is carried out by a worker and leaves nothing behind', async () => {
    const worker = await start('ours');
    const report = await ask(target('/', { matchPattern: 'hel+o' }));
    expect(report).toMatchObject({ outcome: 'up', status: 200, matched: true, worker: 'ours', location: 'default' });
    expect(checkReportResource.strict().parse(report)).toEqual(report);
    expect(await requestsLeft()).toBe(0);
    expect((await database.query('SELECT FROM check_results')).rows).toEqual([]);
    const metrics = await (await fetch(`${statusUrls.get(worker)}/metrics`)).text();
    expect(metrics).toContain('everytick_checks_on_demand_total{outcome="up"} 1');
  });

  it('says what is wrong with its target', async () => {
    await start('ours');
    expect(await ask(target('/absent'))).toMatchObject({
      outcome: 'down',
      status: 404,
      error_code: 'status_unexpected',
    });
    expect(await ask(target('/', { matchPattern: 'goodbye' }))).toMatchObject({
      outcome: 'down',
      matched: false,
      error_code: 'body_mismatch',
    });
    expect(await ask(target('/silent', { timeoutMs: 300 }))).toMatchObject({ error_code: 'timeout_first_byte' });
  });

  it('is under the rules of the worker: its addresses, its secrets', async () => {
    await start('ours', { EVERYTICK_EGRESS_ALLOW: '' });
    expect(await ask(target('/'))).toMatchObject({ outcome: 'down', error_code: 'egress_denied' });
    const options = { auth: { bearer: { env: 'EVERYTICK_SECRET_ABSENT' } } };
    await expect(ask(target('/', { options }))).rejects.toEqual(
      failed('check_impossible', /^secret_missing: .*ABSENT/),
    );
    const unknown = { unheard_of: true } as RequestedTarget['options'];
    await expect(ask(target('/', { options: unknown }))).rejects.toEqual(
      failed('check_impossible', /^options_invalid: /),
    );
    expect(await requestsLeft()).toBe(0);
  });

  it('shows no secret', async () => {
    process.env['EVERYTICK_SECRET_SHOWN'] = 'open-sesame';
    try {
      await start('ours');
      const options = {
        auth: { bearer: { env: 'EVERYTICK_SECRET_SHOWN' } },
        expect: { body: [{ matches: 'never there' }] },
      };
      const report = await ask(target('/secret', { options }));
      expect(report.outcome).toBe('down');
      expect(JSON.stringify(report)).not.toContain('sesame');
    } finally {
      delete process.env['EVERYTICK_SECRET_SHOWN'];
    }
  });

  it('is carried out once, whoever of the workers is quicker', async () => {
    await Promise.all([start('one'), start('two'), start('three')]);
    const reports = await Promise.all(Array.from({ length: 20 }, () => ask(target('/'))));
    expect(reports.every(({ outcome }) => outcome === 'up')).toBe(true);
    expect(site.requests).toBe(20);
    expect(await requestsLeft()).toBe(0);
  }, 20_000);

  it('waits for a place at its host, which scheduled checks have first', async () => {
    await start('ours', { EVERYTICK_MAX_IN_FLIGHT_PER_HOST: '1' });
    const [first, second] = await Promise.allSettled([ask(target('/slow')), ask(target('/slow'))]);
    expect(first.status).toBe('fulfilled');
    expect(second.status).toBe('fulfilled');
    await expect(Promise.all([ask(target('/silent')), ask(target('/silent'))])).rejects.toEqual(
      failed('check_impossible', /^host_limit: too many checks of 127\.0\.0\.1/),
    );
  }, 20_000);

  it('disturbs no scheduled check', async () => {
    await start('ours', { EVERYTICK_FALLBACK_MS: '100' });
    await addTestTargets(database, [{ url: `${site.url}/`, intervalS: 1 }]);
    await Promise.all(Array.from({ length: 10 }, () => ask(target('/slow'))));
    const { rows } = await database.query(
      `SELECT outcome, (extract(epoch FROM started_at - scheduled_at) * 1000)::float8 < 250 AS punctual FROM results`,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toEqual({ outcome: 'up', punctual: true });
  }, 20_000);
});

describe('slow checks that somebody asks for', () => {
  const slowSite = () => startWebServer({ routes: { '/': silent() } });
  const slow = ({ url }: WebServer, timeoutMs: number) => target('/', { url: `${url}/`, timeoutMs });
  const underWay = async () =>
    (await database.query('SELECT FROM check_requests WHERE claimed_by IS NOT NULL AND finished_at IS NULL')).rowCount;

  it('leave a place for quick ones, and the others are told that the workers are busy', async () => {
    await start('ours');
    const sites = await Promise.all([1, 2, 3, 4].map(slowSite));
    const refused: unknown[] = [];
    const asked = sites.map((one) =>
      ask(slow(one, 20_000), 'default', 1_500).catch((error: unknown) => refused.push(error)),
    );
    await eventually(async () => expect(await underWay()).toBe(3));
    expect(await ask(target('/', { timeoutMs: 10_000 }))).toMatchObject({ outcome: 'up' });
    await eventually(() => expect(refused).toHaveLength(1), { timeoutMs: 5_000 });
    const busy = /none took the check within 1.5 s; they are busy with 3 others that were asked for/;
    expect(refused[0]).toEqual(failed('no_worker', busy));
    // Whoever waits for the other three need not wait for as long as they may take.
    await database.query("UPDATE check_requests SET finished_at = now(), report = '{}'");
    await Promise.all(asked);
    await Promise.all(sites.map((one) => one.close()));
  }, 20_000);

  it('of one host take two places', async () => {
    await start('ours');
    const one = await slowSite();
    const settled = Promise.allSettled([1, 2, 3, 4].map(() => ask(slow(one, 1_500), 'default', 500)));
    await eventually(async () => expect(await underWay()).toBe(2));
    expect(await ask(target('/'))).toMatchObject({ outcome: 'up' });
    const answers = await settled;
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  }, 20_000);
});

describe('a check that nobody takes', () => {
  it('is refused with what is known of the location', async () => {
    await expect(ask(target('/'), 'default', 200)).rejects.toEqual(
      failed('no_worker', /^location default has no worker that was heard of lately/),
    );
    await expect(ask(target('/'), 'oslo', 200)).rejects.toEqual(
      failed('no_worker', /^there is no location "oslo"; there are: default$/),
    );
    await database.query(`INSERT INTO workers (name, location_id) VALUES ('mute', 1)`);
    await expect(ask(target('/'), 'default', 200)).rejects.toEqual(
      failed('no_worker', /^location default has workers, but none took the check within 0.2 s$/),
    );
    expect(await requestsLeft()).toBe(0);
  });

  it('is never begun afterwards', async () => {
    await database.query(
      `INSERT INTO check_requests (location_id, target, begin_before)
       VALUES (1, $1, clock_timestamp() - interval '1 ms')`,
      [JSON.stringify({ url: `${site.url}/`, timeout_ms: 1_000, match_pattern: null, options: {} })],
    );
    await start('ours');
    await ask(target('/slow'));
    expect(site.requests).toBe(1);
  });

  it('is refused when its worker is killed meanwhile', async () => {
    const worker = await everytick(['worker'], {
      env: { ...openLoopback, EVERYTICK_DATABASE_URL: database.url, EVERYTICK_WORKER_NAME: 'doomed' },
    });
    const asked = ask(target('/silent', { timeoutMs: 500 }), 'default', 10_000);
    const refused = expect(asked).rejects.toEqual(
      failed('no_worker', /^worker doomed in default took the check and has not/),
    );
    await eventually(() => expect(site.requests).toBe(1), { timeoutMs: 10_000 });
    await worker.end();
    await refused;
    expect(await requestsLeft()).toBe(0);
  }, 30_000);

  it('goes to another worker when the one that had taken it leaves', async () => {
    const first = await start('leaving', { EVERYTICK_MAX_IN_FLIGHT_PER_HOST: '1' });
    const slow = ask(target('/slow'));
    await eventually(() => expect(site.requests).toBe(1));
    const waiting = ask(target('/'));
    await eventually(async () => {
      const { rows } = await database.query('SELECT FROM check_requests WHERE claimed_by IS NOT NULL');
      expect(rows).toHaveLength(2);
    });
    const stopped = first.stop();
    await start('staying');
    // What had begun is finished by the one that leaves.
    expect(await slow).toMatchObject({ outcome: 'up', worker: 'leaving' });
    expect(await waiting).toMatchObject({ outcome: 'up', worker: 'staying' });
    await stopped;
  }, 20_000);
});

it('a check is asked for and carried out through a transaction-mode pooler', async () => {
  await using bouncer = await startPgBouncer({ databaseUrl: database.url });
  if (bouncer === undefined) return;
  await start('ours', {
    EVERYTICK_DATABASE_URL: bouncer.url,
    EVERYTICK_LISTEN_URL: database.url,
    EVERYTICK_POOLER: 'transaction',
  });
  const pool = openPool({ connectionString: bouncer.url, pooler: 'transaction', applicationName: 'asking', max: 2 });
  try {
    expect(await requestCheck(pool, { target: target('/'), location: 'default' })).toMatchObject({ outcome: 'up' });
  } finally {
    await pool.end();
  }
}, 30_000);
