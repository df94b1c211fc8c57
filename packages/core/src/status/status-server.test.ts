import { describe, expect, it } from '@jest/globals';
import { Counter, Registry } from 'prom-client';
import { silentLogger } from '../logging/logger.ts';
import { type ReadinessCheck, startStatusServer } from './status-server.ts';

async function serve(readiness: readonly ReadinessCheck[] = [], port = 0) {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc(3);
  const server = await startStatusServer({ host: '127.0.0.1', port, registry, readiness, logger: silentLogger() });
  return { ...server, [Symbol.asyncDispose]: () => server.close() };
}

const ready = { name: 'ready', check: () => Promise.resolve() };
const failing = { name: 'failing', check: () => Promise.reject(new Error('it is broken')) };
const hanging = { name: 'hanging', check: () => new Promise<void>(() => undefined) };

describe('the status server', () => {
  it('serves metrics in the format of Prometheus', async () => {
    await using server = await serve();
    const response = await fetch(`${server.url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
    expect(await response.text()).toContain('things_total 3');
  });

  it('is alive whatever its readiness', async () => {
    await using server = await serve([failing]);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('is ready when every condition holds, and says which does not', async () => {
    await using good = await serve([ready]);
    expect((await fetch(`${good.url}/readyz`)).status).toBe(200);
    await using bad = await serve([ready, failing]);
    const response = await fetch(`${bad.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'not ready',
      checks: [
        { name: 'ready', ready: true },
        { name: 'failing', ready: false, reason: 'it is broken' },
      ],
    });
  });

  it('is not ready while a condition does not answer', async () => {
    await using server = await serve([hanging]);
    const response = await fetch(`${server.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('no answer within 2000 ms');
  });

  it('answers what it does not know with 404, and other methods with 405', async () => {
    await using server = await serve();
    expect((await fetch(`${server.url}/admin`)).status).toBe(404);
    expect((await fetch(`${server.url}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  it('says which setting to change when its port is taken', async () => {
    await using server = await serve();
    const port = Number(new URL(server.url).port);
    await expect(serve([], port)).rejects.toThrow(
      `EVERYTICK_STATUS_PORT is ${port}, and another process listens there`,
    );
  });
});
