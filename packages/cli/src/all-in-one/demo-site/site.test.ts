import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDemoSite } from './site.ts';
import { demoTargets } from './targets.ts';

let chance = 0.5;
const server = createDemoSite({ random: () => chance, slowMs: 100 });
let siteUrl: string;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  siteUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

test.each([
  ['fast', 200],
  ['slow', 200],
  ['server-error', 500],
  ['wrong-content', 200],
  ['nowhere', 404],
])('/%s answers with %p', async (path, status) => {
  expect((await fetch(`${siteUrl}/${path}`)).status).toBe(status);
});

test('/slow takes its time', async () => {
  const begun = performance.now();
  await (await fetch(`${siteUrl}/slow`)).text();
  expect(performance.now() - begun).toBeGreaterThan(95);
});

test('/flaky fails one time in three', async () => {
  const statuses: number[] = [];
  for (chance of [0, 0.33, 0.34, 0.99]) statuses.push((await fetch(`${siteUrl}/flaky`)).status);
  expect(statuses).toEqual([503, 503, 200, 200]);
});

test('/redirect leads to /fast', async () => {
  expect((await fetch(`${siteUrl}/redirect`)).url).toBe(`${siteUrl}/fast`);
});

test('the targets have pages that match or not, as their names say', async () => {
  const targets = demoTargets(siteUrl).filter((target) => target.matchPattern !== null);
  const matches = await Promise.all(
    targets.map(async ({ name, url, matchPattern }) => {
      const body = await (await fetch(url)).text();
      return [name, new RegExp(matchPattern ?? '').test(body)];
    }),
  );
  expect(Object.fromEntries(matches)).toEqual({ fast: true, redirect: true, 'wrong-content': false });
});
