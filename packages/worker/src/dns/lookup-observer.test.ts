import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atEnd, eventually, makeScratchDirectory, startDnsServer } from '@everytick/testing';
import { expect, test } from '@jest/globals';
import type { LookupResult } from './lookup-observer.ts';
import { NameResolver, type NameResolverOptions } from './name-resolver.ts';

async function setUp(options: NameResolverOptions = {}) {
  const server = await startDnsServer({
    records: {
      'a.test': { a: ['192.0.2.1'] },
      'slow.test': { a: ['192.0.2.2'], delayMs: 250 },
      'silent.test': { silent: true },
    },
  });
  const directory = await makeScratchDirectory();
  const hostsFile = join(directory, 'hosts');
  const resolvConf = join(directory, 'resolv.conf');
  writeFileSync(hostsFile, '127.0.0.1 here.test\n');
  writeFileSync(resolvConf, `nameserver ${server.address}\n`);
  const seen = { waitsS: [] as number[], results: [] as LookupResult[] };
  const observer = {
    waited: (seconds: number) => seen.waitsS.push(seconds),
    looked: (result: LookupResult) => seen.results.push(result),
  };
  const resolver = new NameResolver({ hostsFile, resolvConf, hasIpv6: () => false, ...options, observer });
  atEnd(() => Promise.resolve(resolver.close()));
  const resolve = (name: string, question: { cache?: boolean; deadlineMs?: number } = {}) => {
    const { promise, resolve: end } = Promise.withResolvers<void>();
    const deadlineMs = performance.now() + 10_000;
    const cancel = resolver.resolve(
      name,
      { family: '4', deadlineMs, ...question },
      { onAsked: () => undefined, onResolved: () => end(), onFailed: () => end(), onNoSlot: () => end() },
    );
    return { ended: promise, cancel };
  };
  return { seen, resolve };
}

test('each name that is looked up has one result', async () => {
  const { seen, resolve } = await setUp();
  await resolve('here.test').ended;
  await resolve('a.test', { cache: true }).ended;
  await resolve('a.test', { cache: true }).ended;
  await resolve('nowhere.test').ended;
  expect(seen.results).toEqual(['local', 'answered', 'cached', 'failed']);
  expect(seen.waitsS).toHaveLength(2);
  expect(Math.max(...seen.waitsS)).toBeLessThan(0.1);
});

test('a name that whoever asked does not wait for any longer has failed', async () => {
  const { seen, resolve } = await setUp();
  const { cancel } = resolve('silent.test');
  await eventually(() => seen.waitsS.length === 1);
  cancel();
  cancel();
  expect(seen.results).toEqual(['failed']);
});

test('waiting for a slot is told in seconds, also where it was in vain', async () => {
  const { seen, resolve } = await setUp({ concurrency: 1, longestWaitMs: 100 });
  const slow = resolve('slow.test');
  const inVain = resolve('a.test');
  await inVain.ended;
  expect(seen.waitsS[1]).toBeGreaterThan(0.095);
  const patient = resolve('a.test');
  await Promise.all([slow.ended, patient.ended]);
  expect(seen.results.every((result) => result === 'answered')).toBe(true);
  expect(seen.waitsS).toHaveLength(3);
});
