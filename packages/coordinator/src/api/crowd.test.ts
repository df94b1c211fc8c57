// Many requests at once, slow ones among them: what is quick goes on, and what there is no room for is told so.

import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createToken, readCoordinatorConfig, silentLogger } from '@everytick/core';
import { createTestDatabase, eventually, type TestDatabase } from '@everytick/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { Registry } from 'prom-client';
import { ApiService } from './api-service.ts';

let database: TestDatabase;
let service: ApiService;
let holder: pg.PoolClient;
const logged: unknown[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  const logger = silentLogger();
  logger.error = (...given: unknown[]) => void logged.push(given);
  service = new ApiService({
    config: readCoordinatorConfig({ EVERYTICK_DATABASE_URL: database.url }),
    rules: { compilePattern: (pattern) => new RegExp(pattern) },
    logger,
    registry: new Registry(),
  });
  await service.start((error) => {
    throw error;
  });
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});
beforeEach(async () => {
  holder = await database.pool.connect();
});
afterEach(async () => {
  await letGo();
  holder.release();
  expect(logged).toEqual([]);
});

/** Whoever asks about targets waits from now on. */
const hold = () => holder.query('BEGIN; LOCK TABLE monitored_targets IN ACCESS EXCLUSIVE MODE');
const letGo = () => holder.query('ROLLBACK');
async function untilWaiting(many: number): Promise<void> {
  const sql = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  await eventually(async () => expect((await database.query(sql)).rowCount).toBe(many));
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: whatever was answered
  readonly body: any;
}

interface Asked {
  readonly request: ClientRequest;
  readonly answer: Promise<Answered>;
}

/** Without a body nothing of it is sent, although it is announced. */
function post(path: string, body?: string): Asked {
  const url = new URL(`${service.url}${path}`);
  const headers = {
    'content-type': 'application/json',
    'content-length': body === undefined ? 10 : Buffer.byteLength(body),
  };
  const request = httpRequest(url, { method: 'POST', headers, agent: false });
  const answer = new Promise<Answered>((resolve, reject) => {
    request.on('error', reject).on('response', async (response) => {
      const body = JSON.parse((await response.toArray()).join(''));
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
  });
  answer.catch(() => undefined);
  if (body === undefined) request.flushHeaders();
  else request.end(body);
  return { request, answer };
}

const set = JSON.stringify({ targets: [{ name: 'a', url: 'https://a.example/' }] });

describe('sets of targets', () => {
  test('are taken one by one, and refused before their body is read while two wait', async () => {
    await hold();
    const first = post('/plan', set);
    await untilWaiting(1);
    const second = post('/apply', set);
    const third = post('/plan', set);
    // Those that wait are not counted anywhere; whoever comes too late is.
    let refused: Answered | undefined;
    await eventually(async () => {
      const late = post('/apply');
      const soon = await Promise.race([
        late.answer,
        new Promise<undefined>((resolve) => late.request.setTimeout(200, () => resolve(undefined))),
      ]);
      late.request.destroy();
      if (soon !== undefined) refused = soon;
      expect(refused).toBeDefined();
    });
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '5' }, body: { code: 'unavailable' } });
    expect(refused?.body.detail).toBe('the API is busy with other sets of targets; try again later');
    await untilWaiting(1);
    await letGo();
    expect((await first.answer).body).toMatchObject({ applied: false, changes: [{ action: 'add' }] });
    expect((await second.answer).body).toMatchObject({ applied: true, changes: [{ action: 'add' }] });
    expect((await third.answer).body).toMatchObject({ applied: false, unchanged: 1 });
  });

  test('of a client that goes away leave their turn to the next', async () => {
    for (let n = 1; n <= 4; n++) {
      const { request } = post('/plan');
      await eventually(() => expect(request.socket?.connecting).toBe(false));
      request.destroy();
    }
    for (let n = 1; n <= 4; n++) expect((await post('/plan', set).answer).status).toBe(200);
    await hold();
    const working = post('/plan', set);
    await untilWaiting(1);
    working.request.destroy();
    await letGo();
    expect((await post('/plan', set).answer).status).toBe(200);
  });

  test('have 50,000 members at most', async () => {
    const many = JSON.stringify({ targets: Array(50_001).fill({}) });
    expect((await post('/plan', many).answer).body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/targets', detail: expect.stringContaining('are 50001; at most 50000 are taken at once') }],
    });
    const lists = await post('/plan', `{"targets": [${'[],'.repeat(3_000_000)}[]]}`).answer;
    expect(lists.body).toMatchObject({ status: 400, detail: 'the body has too many values; allowed are 2000000' });
  });

  test('are judged a few at a time, so that others get their turn', async () => {
    const targets = Array.from({ length: 5_000 }, (_, n) => ({ name: `target ${n}`, url: 'https://a.example/' }));
    let last = performance.now();
    let longest = 0;
    let running = true;
    const watch = () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      if (running) setImmediate(watch);
    };
    watch();
    const { status, body } = await post('/plan', JSON.stringify({ targets })).answer;
    running = false;
    expect({ status, changes: body.changes.length }).toEqual({ status: 200, changes: 5_000 });
    expect(longest).toBeLessThan(1_000);
  });
});

test('slow questions hold up neither tokens nor checks, and where there is no room it is said', async () => {
  const { token } = await createToken(database.pool, { name: 'quick', scopes: ['write'], validForMs: null });
  await hold();
  const overviews = [1, 2].map(() => fetch(`${service.url}/overview`));
  await untilWaiting(2);
  const lists = [1, 2].map(() => fetch(`${service.url}/targets`));
  await untilWaiting(4);

  const authorization = `Bearer ${token}`;
  const known = await fetch(`${service.url}/nothing`, { headers: { authorization } });
  expect(known.status).toBe(404);
  const guessed = await fetch(`${service.url}/nothing`, { headers: { authorization: `Bearer ett_${'A'.repeat(43)}` } });
  expect(guessed.status).toBe(401);
  const check = await fetch(`${service.url}/check`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ spec: { url: 'https://a.example' }, location: 'nowhere' }),
  });
  expect(await check.json()).toMatchObject({ code: 'no_worker', detail: expect.stringContaining('no location') });

  const [third, fifth] = await Promise.all([fetch(`${service.url}/overview`), fetch(`${service.url}/targets`)]);
  expect(third.headers.get('retry-after')).toBe('5');
  expect(await third.json()).toMatchObject({
    status: 503,
    code: 'unavailable',
    detail: 'the API is busy with other summaries; try again later',
  });
  expect(await fifth.json()).toMatchObject({
    status: 503,
    code: 'unavailable',
    detail: 'the API is busy; try again later',
  });
  await letGo();
  for (const answer of [...overviews, ...lists]) expect((await answer).status).toBe(200);
}, 30_000);

test('connections that say nothing are limited in number and in time', async () => {
  const port = Number(new URL(service.url ?? '').port);
  let open = 0;
  const sockets = await Promise.all(
    Array.from(
      { length: 300 },
      () =>
        new Promise<Socket>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => {
            open++;
            resolve(socket);
          });
          socket.on('error', () => undefined).on('close', () => open--);
          socket.resume();
        }),
    ),
  );
  await eventually(() => expect(open).toBeLessThanOrEqual(256));
  // Whoever comes later finds room within seconds.
  await eventually(() => expect(open).toBe(0), { timeoutMs: 10_000 });
  expect((await fetch(`${service.url}/targets`)).status).toBe(200);
  for (const socket of sockets) socket.destroy();
}, 20_000);
