import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atEnd, eventually, makeScratchDirectory } from '@everytick/testing';
import { beforeEach, expect, test } from '@jest/globals';
import { ChildService } from './child-service.ts';

const ready = `process.send({ type: 'ready', statusUrl: 'http://127.0.0.1:' + process.pid });`;
const incidents: string[] = [];
let directory: string;

beforeEach(async () => {
  directory = await makeScratchDirectory();
  incidents.length = 0;
});

async function service(source: string): Promise<ChildService> {
  const script = join(directory, 'service.mjs');
  await writeFile(script, source);
  const logFile = join(directory, 'service.log');
  const onIncident = (message: string) => incidents.push(message);
  const created = new ChildService({ name: 'service', script, args: [], env: process.env, logFile, onIncident });
  atEnd(async () => {
    await created.stop(1_000);
    created.dispose();
  });
  return created;
}

function pidOf({ statusUrl }: ChildService): number {
  return Number(statusUrl?.split(':').at(-1));
}

test('start waits until the service serves, and stop lets it finish', async () => {
  const child = await service(
    `process.on('SIGTERM', () => { console.log('finished'); process.exit(); }); setInterval(() => {}, 1000); ${ready}`,
  );
  await child.start();
  expect(child.statusUrl).toMatch(/^http/);
  await child.stop(10_000);
  expect(await readFile(child.logFile, 'utf8')).toContain('finished');
  expect(incidents).toEqual([]);
});

test('a service that ends before it serves fails the start with the end of its log', async () => {
  const child = await service(`console.log('{"level":50,"msg":"no room"}'); process.exit(1);`);
  await expect(child.start()).rejects.toMatchObject({
    code: 'service_failed',
    message: expect.stringMatching(/service ended with exit code 1 before it was ready[\s\S]*no room/),
  });
});

test('a service that dies later is said so and comes back', async () => {
  const child = await service(`${ready} setInterval(() => {}, 1000);`);
  await child.start();
  const before = pidOf(child);
  process.kill(before, 'SIGKILL');
  await eventually(() => expect(incidents).toHaveLength(2), { timeoutMs: 10_000 });
  expect(incidents[0]).toMatch(/^service was ended by SIGKILL; restart in 0.5 s/);
  expect(incidents[1]).toMatch(/^service is back/);
  expect(pidOf(child)).not.toBe(before);
});

test('a service that does not leave is ended at its deadline', async () => {
  const child = await service(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); ${ready}`);
  await child.start();
  await child.stop(100);
  expect(() => process.kill(pidOf(child), 0)).toThrow('ESRCH');
});
