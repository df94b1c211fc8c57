// Processes whose collector is not there, and processes that were told of none.

import { createServer } from 'node:net';
import {
  addTestTargets,
  createTestDatabase,
  eventually,
  everytick,
  listenForTest,
  respond,
  runEverytick,
  startWebServer,
  type TestDatabase,
  type TestProcess,
  type WebServer,
} from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

let database: TestDatabase;
let site: WebServer;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  site = await startWebServer({ routes: { '/': respond() } });
  await database.query('UPDATE monitored_targets SET deleted_at = now(); TRUNCATE leases, schedules');
  const targets = Array.from({ length: 20 }, () => ({ intervalS: 1, options: { traceparent: true } }));
  await addTestTargets(
    database,
    targets.map((target) => ({ ...target, url: `${site.url}/` })),
  );
});

async function startWorker(env: Record<string, string>): Promise<TestProcess> {
  const worker = await everytick(['worker'], {
    env: { EVERYTICK_DATABASE_URL: database.url, EVERYTICK_FALLBACK_MS: '100', ...env },
  });
  await worker.waitForOutput('"worker running"', 20_000);
  return worker;
}

async function leave(worker: TestProcess): Promise<number> {
  const since = performance.now();
  worker.signal('SIGTERM');
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  return performance.now() - since;
}

const silence = async (): Promise<number> => {
  const { port } = await listenForTest(createServer((socket) => socket.resume()));
  return port;
};

describe('a collector that', () => {
  it.each([
    // Batches are given up one by one, and the queue is full meanwhile.
    ['accepts and never answers', silence, 'maxQueueSize reached'],
    ['refuses connections', () => Promise.resolve(1), 'ECONNREFUSED'],
  ] as const)(
    '%s stops no checks, fills no memory and holds nobody up',
    async (_, portOf, sign) => {
      const worker = await startWorker({
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await portOf()}`,
        OTEL_EXPORTER_OTLP_TIMEOUT: '500',
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_BSP_MAX_QUEUE_SIZE: '20',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5',
      });
      await worker.waitForOutput(sign, 10_000);
      await eventually(() => expect(site.requests).toBeGreaterThan(60), { timeoutMs: 10_000 });
      expect(await leave(worker)).toBeLessThan(6_000);
      // A machine that is busy may hold the worker up, which then says so; the site never was at fault.
      const { rows } = await database.query(
        `SELECT DISTINCT outcome FROM results WHERE outcome <> 'missed' AND started_at IS NOT NULL`,
      );
      expect(rows).toEqual([{ outcome: 'up' }]);
      expect(worker.output.match(/traces cannot be exported/g)).toHaveLength(1);
      expect(worker.output).not.toContain('stopping went wrong');
    },
    25_000,
  );
});

describe('without a collector', () => {
  // Says of each module of OpenTelemetry that it is loaded.
  const telling = `import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) {
  const [, name] = /@opentelemetry\\/([a-z-]+)\\//.exec(url.slice(url.lastIndexOf('node_modules'))) ?? [];
  if (name) process.stderr.write('loaded ' + name + '.\\n');
  return next(url, context);
} });`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(telling)}`;
  const loadedBy = (worker: TestProcess) =>
    [...new Set([...worker.stderr.matchAll(/loaded ([a-z-]+)\./g)].map(([, name]) => name))].sort();

  it('no SDK is loaded and no server is told of a trace', async () => {
    const worker = await startWorker({ NODE_OPTIONS });
    await eventually(() => expect(site.requests).toBeGreaterThan(0));
    await leave(worker);
    expect(loadedBy(worker)).toEqual(['api']);
    expect(site.lastHeaders).not.toHaveProperty('traceparent');
  }, 20_000);

  it('one is loaded where there is one', async () => {
    const worker = await startWorker({ NODE_OPTIONS, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    expect(loadedBy(worker)).toEqual(expect.arrayContaining(['api', 'exporter-trace-otlp-proto', 'sdk-trace']));
    expect(loadedBy(worker)).not.toContain('exporter-trace-otlp-http');
    await leave(worker);
  }, 20_000);

  it('gRPC is refused, together with what else is wrong', async () => {
    const { code, stderr } = await runEverytick(['worker'], {
      env: {
        EVERYTICK_DATABASE_URL: database.url,
        EVERYTICK_HORIZON_MS: 'x',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      },
    });
    expect(code).toBe(2);
    expect(stderr).toContain('EVERYTICK_HORIZON_MS is "x"');
    expect(stderr).toContain('OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"; it must be one of http/protobuf, http/json');
  });
});
