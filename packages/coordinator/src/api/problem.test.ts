// What clients are told when something is wrong with a request, or here: through real connections.

import { connect } from 'node:net';
import { readCoordinatorConfig, silentLogger } from '@everytick/core';
import { createTestDatabase, eventually, startFaultProxy, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { ApiService } from './api-service.ts';

let database: TestDatabase;
let service: ApiService;
let registry: Registry;
beforeAll(async () => {
  database = await createTestDatabase();
  registry = new Registry();
  service = await start({ EVERYTICK_API_BODY_LIMIT_BYTES: '2048' }, registry);
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

async function start(env: Record<string, string>, metrics = new Registry()): Promise<ApiService> {
  const started = new ApiService({
    config: readCoordinatorConfig({ EVERYTICK_DATABASE_URL: database.url, ...env }),
    rules: { compilePattern: (pattern) => new RegExp(pattern) },
    logger: silentLogger(),
    registry: metrics,
  });
  await started.start((error) => {
    throw error;
  });
  return started;
}

async function ask(method: string, path: string, body?: string, type = 'application/json') {
  const response = await fetch(`${service.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

/** What comes back for these bytes until the connection is closed. */
function send(text: string, to = service): Promise<string> {
  const { port } = new URL(to.url ?? '');
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1');
    socket.on('data', (data: string) => {
      received += data;
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

const problem = (status: number, code: string) => ({
  status,
  body: { type: 'about:blank', title: expect.any(String), status, detail: expect.any(String), code },
});

describe('a request', () => {
  test('for what is not there is told where to look', async () => {
    const answer = await ask('GET', '/target');
    expect(answer).toMatchObject(problem(404, 'not_found'));
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  test('with another method is told which are allowed', async () => {
    const answer = await ask('DELETE', '/targets?x=1');
    expect(answer).toMatchObject(problem(405, 'method_not_allowed'));
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
    expect((await ask('OPTIONS', '/targets/7')).headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH, PUT');
  });

  test.each([
    ['{', 'application/json', 400, 'request_invalid'],
    ['', 'application/json', 422, 'target_invalid'],
    [' ', 'application/json', 400, 'request_invalid'],
    ['{"url": "https://a.example", "__proto__": {"a": 1}}', 'application/json', 400, 'request_invalid'],
    ['['.repeat(1_000), 'application/json', 400, 'request_invalid'],
    [`"${'a'.repeat(3_000)}"`, 'application/json', 413, 'body_too_large'],
    ['url=https://a.example', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
    ['{"url": "https://a.example"}', 'text/plain', 415, 'unsupported_media_type'],
    ['null', 'application/json', 422, 'target_invalid'],
    ['[]', 'application/json', 422, 'target_invalid'],
    ['{"url": "https://a.example", "name": "a\\u0000b"}', 'application/json', 422, 'target_invalid'],
    ['{"url": "https://a.example", "group": "\\ud800"}', 'application/json', 422, 'target_invalid'],
  ])('with the body %.40s as %s is refused', async (body, type, status, code) => {
    expect(await ask('POST', '/targets', body, type)).toMatchObject(problem(status, code));
  });

  test('whose body is no UTF-8 is refused', async () => {
    const { port } = new URL(service.url ?? '');
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/targets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array([0x22, 0xff, 0x22]),
    });
    expect(await response.json()).toMatchObject({ code: 'request_invalid', detail: 'the body is not UTF-8' });
  });

  test('with a malformed path is refused', async () => {
    expect(await ask('GET', '/targets/%zz')).toMatchObject(problem(400, 'request_invalid'));
  });
});

describe('bytes that are no request', () => {
  test.each([
    ['hello\r\n\r\n', 400],
    ['GET /api/v1/targets HTTP/1.1\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: localhost\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`, 431],
    [
      'POST /api/v1/targets HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['POST /api/v1/targets HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n', 400],
  ])('%.60j get an answer and the connection is closed', async (text, status) => {
    expect(await send(text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});

test('an error inside is logged and not shown', async () => {
  await database.query('ALTER TABLE monitored_targets RENAME COLUMN options TO renamed');
  try {
    const answer = await ask('GET', '/targets');
    expect(answer).toMatchObject(problem(500, 'internal'));
    expect(JSON.stringify(answer.body)).not.toContain('column');
  } finally {
    await database.query('ALTER TABLE monitored_targets RENAME COLUMN renamed TO options');
  }
});

test('a database that cannot be reached is said to be away for a while', async () => {
  const url = new URL(database.url);
  await using proxy = await startFaultProxy({ targetPort: Number(url.port) });
  url.host = `127.0.0.1:${proxy.port}`;
  const other = await start({ EVERYTICK_DATABASE_URL: url.href });
  try {
    expect((await fetch(`${other.url}/targets`)).status).toBe(200);
    proxy.refuse();
    proxy.cut();
    const away = await fetch(`${other.url}/targets`);
    expect({ status: away.status, body: await away.json() }).toMatchObject(problem(503, 'unavailable'));
    expect(away.headers.get('retry-after')).toBe('2');
    await proxy.accept();
    await eventually(async () => expect((await fetch(`${other.url}/targets`)).status).toBe(200));
  } finally {
    await other.stop();
  }
});

test('requests in flight are finished when the API stops, and idle connections are closed', async () => {
  const other = await start({});
  const lock = await database.pool.connect();
  try {
    await lock.query('BEGIN; LOCK TABLE monitored_targets IN ACCESS EXCLUSIVE MODE');
    const idle = send('GET /api/v1/locations/none HTTP/1.1\r\nHost: localhost\r\n\r\n', other);
    const answer = fetch(`${other.url}/targets`);
    const waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await eventually(async () => expect((await database.query(waiting)).rowCount).toBe(1));
    const stopped = other.stop();
    expect(await idle).toMatch(/^HTTP\/1.1 404 /);
    await lock.query('ROLLBACK');
    expect((await answer).status).toBe(200);
    await stopped;
  } finally {
    lock.release();
  }
});

test('what is stuck is cut off within two seconds of the stop', async () => {
  const other = await start({});
  const half = send('POST /api/v1/targets HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{', other).catch(
    () => 'reset',
  );
  const served = await fetch(`${other.url}/targets`);
  await served.arrayBuffer();
  const begunAt = performance.now();
  await other.stop();
  expect(performance.now() - begunAt).toBeLessThan(2_000);
  await half;
});

test('requests are counted by method, route and status, whatever paths are asked for', async () => {
  for (const path of ['/targets/1', '/targets/2', '/a', '/b?c=d']) await ask('GET', path);
  const metrics = await registry.metrics();
  const routes = [...metrics.matchAll(/^everytick_api_requests_total\{.*route="([^"]*)"/gm)].map(([, route]) => route);
  expect(new Set(routes)).toEqual(new Set(['none', '/api/v1/targets', '/api/v1/targets/:id']));
  expect(metrics).toMatch(
    /^everytick_api_requests_total\{method="GET",route="\/api\/v1\/targets\/:id",status="404"\} 2$/m,
  );
  expect(metrics).toMatch(/^everytick_api_request_duration_seconds_count\{route="none"\} \d+$/m);
});
