// Whatever is sent to the API: it is answered, never with a 500; what is refused is refused as a problem and has changed
// nothing.

import { connect } from 'node:net';
import { addTargets, parseTargetSpec, readCoordinatorConfig, silentLogger } from '@everytick/core';
import {
  createTestDatabase,
  fullTarget,
  randomBody,
  randomMutation,
  randomRequest,
  type SentRequest,
  type TestDatabase,
} from '@everytick/testing';
import { compileJsonPath, compilePattern } from '@everytick/worker';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { ApiMetrics } from './api-metrics.ts';
import { buildApiServer } from './api-server.ts';
import { ApiService } from './api-service.ts';

let database: TestDatabase;
let service: ApiService;
/** The same without sockets. */
let server: Awaited<ReturnType<typeof buildApiServer>>;
beforeAll(async () => {
  database = await createTestDatabase();
  const config = readCoordinatorConfig({ EVERYTICK_DATABASE_URL: database.url, EVERYTICK_API_RATE_LIMIT: '10000000' });
  const common = { config, rules: { compilePattern, compileJsonPath }, logger: silentLogger() };
  const metrics = new ApiMetrics(new Registry());
  server = await buildApiServer({
    ...common,
    pool: database.pool,
    quickPool: database.pool,
    metrics,
    address: '127.0.0.1',
  });
  service = new ApiService({ ...common, registry: new Registry() });
  await service.start((error) => {
    throw error;
  });
});
afterAll(async () => {
  await server.close();
  await service.stop();
  await database.drop();
});

/** Another one after every change. */
async function stateOfTargets(): Promise<string> {
  const { rows } = await database.query<{ state: string }>(
    `SELECT concat_ws(' ', md5(string_agg(id || ':' || xmin::text, ' ' ORDER BY id)), count(*),
       (SELECT count(*) FROM locations)) AS state FROM monitored_targets`,
  );
  return rows[0]?.state ?? '';
}

async function send({ method, path, headers, body }: SentRequest) {
  const response = await server.inject({
    method,
    url: `/api/v1${path}`,
    headers,
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, type: String(response.headers['content-type']), text: response.body };
}

function expectAnswer(request: SentRequest, { status, type, text }: Awaited<ReturnType<typeof send>>): void {
  if (status < 400) return;
  expect(type).toMatch(/^application\/problem\+json/);
  if (request.method === 'HEAD') return;
  const problem = JSON.parse(text);
  expect(problem).toMatchObject({ type: 'about:blank', status, detail: expect.any(String), code: expect.any(String) });
  // There is no worker here.
  if (problem.code !== 'no_worker') expect(status).toBeLessThan(500);
}

test('5,000 random requests are answered, and those that are refused change nothing', async () => {
  const url = 'https://a.example/';
  await addTargets(
    database.pool,
    Array.from({ length: 12 }, (_, n) => parseTargetSpec({ name: `target ${n}`, url }, { compilePattern })),
  );
  const added = await server.inject({ method: 'POST', url: '/api/v1/targets', payload: fullTarget });
  expect({ status: added.statusCode, body: added.json() }).toMatchObject({ status: 201 });
  let before = await stateOfTargets();
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(randomRequest, async (request) => {
      const answer = await send(request);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      expectAnswer(request, answer);
      if (request.method === 'GET' || request.method === 'HEAD') return;
      const after = await stateOfTargets();
      if (answer.status >= 400) expect(after).toBe(before);
      before = after;
    }),
    { numRuns: 5_000 },
  );
  // They have come far enough to mean something.
  const expected = [200, 201, 204, 400, 404, 405, 422];
  expect(expected.filter((status) => !statuses.has(status))).toEqual([]);
}, 180_000);

test('a set of which one target is wrong is not applied in part', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 20 }),
      randomMutation,
      fc.nat(),
      async (names, mutation, position) => {
        const before = await stateOfTargets();
        const targets: unknown[] = names.map((name) => ({ url: 'https://a.example/', name }));
        targets.splice(position % (targets.length + 1), 0, mutation({ ...fullTarget, name: 'mutated' }));
        const body = JSON.stringify({ source: 'fuzz', targets });
        const request = {
          method: 'POST',
          path: '/apply',
          headers: { 'content-type': 'application/json' },
          body,
        } as const;
        const answer = await send(request);
        expectAnswer(request, answer);
        if (answer.status >= 400) expect(await stateOfTargets()).toBe(before);
        else expect(JSON.parse(answer.text).changes.length + JSON.parse(answer.text).unchanged).toBe(targets.length);
      },
    ),
    { numRuns: 500 },
  );
}, 60_000);

test('a server to which broken HTTP is sent goes on serving', async () => {
  const { port } = new URL(service.url ?? '');
  const exchange = (bytes: Buffer, end: boolean) =>
    new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(Number(port), '127.0.0.1', () => (end ? socket.end(bytes) : socket.write(bytes)));
      socket.setEncoding('latin1').on('data', (data) => {
        received += data;
      });
      // What looks like the beginning of a request is waited for, longer than this test wants to.
      socket.setTimeout(100, () => socket.destroy());
      socket.on('error', () => undefined).on('close', () => resolve(received));
    });
  const last = 'GET /api/v1/locations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const answers = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(brokenHttp, fc.constantFrom('ended', 'before another', 'after another'), async (bytes, how) => {
      const first = how === 'after another' ? last.replace('Connection: close\r\n', '') : '';
      const sent = Buffer.concat([Buffer.from(first), bytes, Buffer.from(how === 'before another' ? last : '')]);
      const received = await exchange(sent, how === 'ended');
      for (const [, status = ''] of received.matchAll(/HTTP\/1\.1 (\d+) /g)) {
        answers.set(status, (answers.get(status) ?? 0) + 1);
        expect(Number(status)).toBeLessThan(500);
      }
    }),
    { numRuns: 300 },
  );
  for (const status of ['200', '400', '431']) expect([...answers.keys()]).toContain(status);
  const many = last.replace('Connection: close\r\n', '').repeat(49) + last;
  expect([...(await exchange(Buffer.from(many), false)).matchAll(/HTTP\/1\.1 200 /g)]).toHaveLength(50);
  expect((await fetch(`${service.url}/targets`)).status).toBe(200);
}, 120_000);

const head = (line: string, ...headers: string[]) => `${[line, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\n`;
const text = fc.string({ unit: 'binary', maxLength: 40 });
const brokenHttp: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  // A length that is not that of the body, and a body that ends early.
  fc.tuple(randomBody, fc.integer({ min: -2, max: 5_000 })).map(([body, length]) => {
    const line = 'POST /api/v1/targets HTTP/1.1';
    return Buffer.concat([
      Buffer.from(head(line, 'Content-Type: application/json', `Content-Length: ${length}`)),
      Buffer.from(body),
    ]);
  }),
  fc
    .tuple(text, text, text)
    .map(([method, path, header]) => Buffer.from(head(`${method} /api/v1/${path} HTTP/1.1`, `${header}: ${path}`))),
  fc
    .tuple(text, fc.nat(70_000))
    .map(([value, size]) => Buffer.from(head('GET /api/v1/targets HTTP/1.1', `X: ${'x'.repeat(size)}${value}`))),
  fc
    .uint8Array({ maxLength: 100 })
    .map((bytes) =>
      Buffer.concat([
        Buffer.from(
          head('POST /api/v1/targets HTTP/1.1', 'Content-Type: application/json', 'Transfer-Encoding: chunked'),
        ),
        Buffer.from(bytes),
      ]),
    ),
);
