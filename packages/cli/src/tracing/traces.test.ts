// Traces as a collector gets them from real processes.

import {
  addTestTargets,
  type CollectedSpan,
  createTestDatabase,
  eventually,
  everytick,
  redirect,
  respond,
  startTraceCollector,
  startWebServer,
  type TestDatabase,
  type TestProcess,
} from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const environment = (collectorUrl: string) => ({
  EVERYTICK_DATABASE_URL: database.url,
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_BSP_SCHEDULE_DELAY: '100',
});

async function startWorker(env: Record<string, string>): Promise<TestProcess> {
  const worker = await everytick(['worker'], { env: { EVERYTICK_FALLBACK_MS: '100', ...env } });
  await worker.waitForOutput('"worker running"', 20_000);
  return worker;
}

async function startCoordinator(env: Record<string, string>) {
  const coordinator = await everytick(['coordinator'], { env });
  await coordinator.waitForOutput('"leading"', 20_000);
  const [api] = /http[^"]+api[^"]+/.exec(await coordinator.waitForOutput(/"url":"[^"]+","msg":"serving the API"/)) ?? [
    '',
  ];
  return { coordinator, api };
}

async function addTarget(name: string, url: string, options: object | null = null): Promise<void> {
  await database.query(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, options) VALUES ($1, $2, 1, 500, $3)`,
    [name, url, options && JSON.stringify(options)],
  );
}

const removeTargets = () => database.query('UPDATE monitored_targets SET deleted_at = now()');

async function leave(process: TestProcess): Promise<number> {
  const since = performance.now();
  process.signal('SIGTERM');
  expect(await process.exited).toEqual({ code: 0, signal: null });
  return performance.now() - since;
}

function only<Item>(items: readonly Item[]): Item {
  expect(items).toHaveLength(1);
  return items[0] as Item;
}

describe('a worker and a coordinator with a collector', () => {
  it('export claims, checks, commits, duties, requests to the API and their statements', async () => {
    await using collector = await startTraceCollector();
    const elsewhere = await startWebServer({ routes: { '/': respond() } });
    const received: (string | undefined)[] = [];
    const site = await startWebServer({
      routes: {
        '/shop': (request, response) => {
          received.push(request.headers['traceparent'] as string);
          respond({ body: 'hello' })(request, response);
        },
        '/moved': redirect(`${elsewhere.url}/`),
        '/broken': respond({ status: 503 }),
      },
    });
    const env = environment(collector.url);
    const { coordinator, api } = await startCoordinator(env);
    const worker = await startWorker({
      ...env,
      EVERYTICK_WORKER_NAME: 'tracer',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,team=a%2Cb',
    });
    await addTarget('shop', `http://me:hunter2@127.0.0.1:${site.port}/shop?token=hunter2`, { traceparent: true });
    await addTarget('moved', `${site.url}/moved`, { traceparent: true });
    await addTarget('broken', `${site.url}/broken`);

    const of = (test: (span: CollectedSpan) => boolean) => collector.spans.filter(test);
    const checkOf = (name: string) => of(({ attributes }) => attributes['everytick.target.name'] === name)[0];
    await eventually(() => expect([checkOf('shop'), checkOf('moved'), checkOf('broken')]).not.toContain(undefined), {
      timeoutMs: 10_000,
    });
    const remote = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await fetch(`${api}/targets?group=hunter2`, { headers: { traceparent: remote } });
    expect(answer.status).toBe(200);
    const added = await fetch(`${api}/targets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'added', url: `${site.url}/shop?token=hunter2`, every: '1h' }),
    });
    expect(added.status).toBe(201);
    const unknown = await fetch(`${api}/nothing/hunter`, { method: 'POST', body: 'x' });
    expect(unknown.status).toBe(404);
    await removeTargets();
    await leave(worker);
    await leave(coordinator);

    // The check.
    const shop = checkOf('shop') as CollectedSpan;
    expect(shop).toMatchObject({
      name: 'GET',
      kind: 3,
      service: 'everytick-worker',
      parentSpanId: undefined,
      failed: false,
    });
    expect(shop.resource).toMatchObject({
      'deployment.environment.name': 'test',
      team: 'a,b',
      'service.instance.id': 'tracer',
    });
    expect(shop.attributes).toMatchObject({
      'http.request.method': 'GET',
      'url.full': `http://127.0.0.1:${site.port}/shop?token=***`,
      'url.scheme': 'http',
      'server.address': '127.0.0.1',
      'server.port': site.port,
      'network.peer.address': '127.0.0.1',
      'network.protocol.version': '1.1',
      'http.response.status_code': 200,
      'everytick.location': 'default',
      'everytick.check.outcome': 'up',
    });
    const { rows } = await database.query<{ at: string; us: number }>(
      `SELECT scheduled_at AS at, response_time_us AS us FROM check_results AS r
       JOIN monitored_targets AS t ON t.id = r.target_id WHERE name = 'shop' ORDER BY scheduled_at`,
    );
    const row = rows.find(({ at }) => new Date(at).toISOString() === shop.attributes['everytick.check.scheduled_at']);
    expect(row).toBeDefined();
    expect(shop.endMs - shop.startMs).toBeGreaterThanOrEqual((row?.us ?? 0) / 1_000 - 0.1);

    // Its phases, in their order and within it.
    expect(shop.events.map(({ name }) => name)).toEqual(['connect', 'request', 'first_byte', 'download']);
    const moments = [shop.startMs, ...shop.events.map(({ atMs }) => atMs), shop.endMs];
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));

    // What the server was told is the span that was exported.
    const told = new Set(received);
    expect(told).toContain(`00-${shop.traceId}-${shop.spanId}-01`);
    expect(checkOf('moved')?.events.map(({ name }) => name)).toContain('redirect');
    expect(elsewhere.requests).toBeGreaterThan(0);
    expect(elsewhere.lastHeaders).not.toHaveProperty('traceparent');

    // One that failed.
    const broken = checkOf('broken') as CollectedSpan;
    expect(broken.failed).toBe(true);
    expect(broken.attributes).toMatchObject({ 'error.type': 'status_unexpected', 'http.response.status_code': 503 });

    // Where it came from and where it went.
    const claim = only(of(({ spanId }) => spanId === shop.links[0]));
    expect(claim).toMatchObject({ name: 'claim', kind: 1, parentSpanId: undefined });
    expect(claim.attributes['everytick.claim.checks']).toBeGreaterThan(0);
    const commit = only(of(({ name, links }) => name === 'commit' && links.includes(shop.spanId)));
    expect(commit.attributes['everytick.commit.recorded']).toBe(commit.attributes['everytick.commit.results']);
    for (const [parent, statement, operation] of [
      [claim, 'leases-claim', 'SELECT'],
      [commit, 'leases-finish', expect.any(String)],
    ] as const) {
      expect(of(({ parentSpanId, name }) => parentSpanId === parent.spanId && name === statement)).toEqual([
        expect.objectContaining({
          kind: 3,
          traceId: parent.traceId,
          attributes: {
            'db.system.name': 'postgresql',
            'db.namespace': database.name,
            'db.operation.name': operation,
            'db.query.summary': statement,
            'server.address': expect.any(String),
            ...(new URL(database.url).port && { 'server.port': Number(new URL(database.url).port) }),
          },
        }),
      ]);
    }

    // The API, as part of the caller's trace.
    const request = only(of(({ name }) => name === 'GET /api/v1/targets'));
    expect(request).toMatchObject({
      ...{ kind: 2, service: 'everytick-coordinator', failed: false },
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
    });
    expect(request.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/api/v1/targets',
      'url.path': '/api/v1/targets',
      'url.query': 'group=***',
      'http.response.status_code': 200,
    });
    expect(of(({ parentSpanId }) => parentSpanId === request.spanId).map(({ name }) => name)).toContain('targets-page');
    // Also what comes after the body of a request has been read.
    const adding = only(of(({ name }) => name === 'POST /api/v1/targets'));
    expect(of(({ parentSpanId }) => parentSpanId === adding.spanId).map(({ name }) => name)).toContain(
      'targets-insert',
    );
    expect(only(of(({ name, kind }) => name === 'POST' && kind === 2)).attributes).not.toHaveProperty('http.route');
    const duty = of(({ name }) => name === 'duty lease sync')[0];
    expect(of(({ parentSpanId }) => parentSpanId === duty?.spanId).map(({ name }) => name)).toContain(
      'target-changes-take',
    );

    // Every statement belongs to something, and nothing that is secret went along.
    expect(of(({ attributes, parentSpanId }) => 'db.system.name' in attributes && parentSpanId === undefined)).toEqual(
      [],
    );
    const everything = Buffer.concat(collector.requests.map(({ body }) => body)).toString();
    expect(everything).not.toContain('hunter2');
    expect(everything).not.toContain('scheduled_at AS');
  }, 30_000);

  it('tell the server of a check that is not sampled, and export none', async () => {
    await using collector = await startTraceCollector();
    const site = await startWebServer({ routes: { '/': respond() } });
    const worker = await startWorker({ ...environment(collector.url), OTEL_TRACES_SAMPLER: 'always_off' });
    await addTestTargets(database, [{ url: `${site.url}/`, intervalS: 1, options: { traceparent: true } }]);
    await eventually(() => expect(site.lastHeaders['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/));
    await removeTargets();
    await leave(worker);
    expect(collector.requests).toEqual([]);
  }, 20_000);

  it('send protobuf unless told otherwise, with the headers that were asked for', async () => {
    await using collector = await startTraceCollector();
    const { OTEL_EXPORTER_OTLP_PROTOCOL: _, ...env } = environment(collector.url);
    const worker = await startWorker({ ...env, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b', OTEL_SERVICE_NAME: 'mine' });
    await eventually(() => expect(collector.requests).not.toEqual([]));
    const [request] = collector.requests;
    expect(request?.headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'x-key': 'a b' });
    expect(request?.body.includes('leases-claim')).toBe(true);
    expect(request?.body.includes('mine')).toBe(true);
    await leave(worker);
  }, 20_000);
});
