// Each bad server of the zoo, checked by the real fetcher: it gets its code, and does no harm. No check outlives its
// deadline, no socket stays open, no memory is eaten, and a good server that is checked at the same time is up.

import os from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Target } from '@everytick/core';
import {
  type Animal,
  eventually,
  respond,
  startWebServer,
  type Visit,
  type WebServer,
  zoo,
  zooNetworks,
} from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EgressPolicy } from '../egress/egress-policy.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { UndiciFetcher } from './undici-fetcher.ts';

// What a check may keep is its limit, 1 MiB, before decoding and after it; most grow the process by less than 10 MiB. A bomb
// unpacks to 1,024 MiB. A flood is some hundred MiB until its deadline, and what is read of it and let go stays for some
// ten MiB, until the garbage collector comes by.
const mostMemoryBytes = { bomb: 100 * 1_048_576, flood: 200 * 1_048_576, all: 400 * 1_048_576 };

/** How long after its deadline a check may end, beside the time in which this process got no turn at all. */
const mostOverdueMs = 250;
/** With that time, however busy the machine is: most animals would keep a check that waits for them for good. */
const mostOverdueInAllMs = 10 * mostOverdueMs;

const patientMs = 20_000;

const hasIpv6 = Object.values(os.networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

const fetcher = new UndiciFetcher({ egress: new EgressPolicy({ allow: zooNetworks }) });
let healthy: WebServer;

beforeAll(async () => {
  healthy = await startWebServer({ routes: { '/': respond({ body: 'healthy' }) } });
  // The first check of a process loads undici's parser.
  await checkHealthy();
});
afterAll(() => fetcher.close());

describe.each(Object.entries(zoo))('in the zoo (%s), a server that', (_kind, animals) => {
  for (const animal of animals) {
    const lacking = animal.needs === 'ipv6' && !hasIpv6;
    if (lacking) process.stderr.write(`NOT TESTED, for this machine has no IPv6: a server that ${animal.name}\n`);
    (lacking ? it.skip : it)(`${animal.name} is ${animal.ends}`, async () => {
      const visit = await animal.start();
      const turns = monitorEventLoopDelay({ resolution: 5 });
      turns.enable();
      const { done, grownBytes } = await watchMemory(() => Promise.all([checkOf(visit), checkHealthy()]));
      turns.disable();
      const [check, other] = done;

      expectItsEnd(check, animal);
      const overdueMs = check.tookMs - check.target.timeoutMs;
      expect(overdueMs - turns.max / 1e6).toBeLessThan(mostOverdueMs);
      expect(overdueMs).toBeLessThan(mostOverdueInAllMs);
      if (isSlow(animal)) expect(overdueMs).toBeGreaterThanOrEqual(-2);
      if (animal.hungry) expect(grownBytes).toBeLessThan(mostMemoryBytes[animal.hungry]);
      expect(other.evaluation).toMatchObject({ outcome: 'up', error: null });
      await eventually(() => fetcher.openSockets === 0);
    });
  }
});

describe('the whole zoo at once', () => {
  const present = Object.values(zoo)
    .flat()
    .filter(({ needs }) => needs !== 'ipv6' || hasIpv6);

  it('does not bring the checks of a good server down', async () => {
    const visits: [Animal, Visit][] = [];
    for (const animal of present) visits.push([animal, await animal.start()]);
    const good: Check[] = [];
    const { done, grownBytes } = await watchMemory(async () => {
      let over = false;
      const all = Promise.all(
        visits.map(async ([animal, visit]) => {
          // Who is not meant to time out has time for it in such a crowd.
          const timeoutMs = isSlow(animal) ? visit.timeoutMs : patientMs;
          return { animal, check: await checkOf(timeoutMs === undefined ? visit : { ...visit, timeoutMs }) };
        }),
      ).finally(() => {
        over = true;
      });
      while (!over) good.push(await checkHealthy());
      return all;
    });

    expect(good.filter(({ evaluation }) => evaluation.outcome !== 'up')).toEqual([]);
    for (const { animal, check } of done) {
      // In such a crowd the short deadlines may pass a phase early.
      if (isSlow(animal)) expect(check.evaluation.error?.code).toMatch(/^timeout_/);
      else expectItsEnd(check, animal);
      expect(check.tookMs - check.target.timeoutMs).toBeLessThan(mostOverdueInAllMs);
    }
    expect(grownBytes).toBeLessThan(mostMemoryBytes.all);
    await eventually(() => fetcher.openSockets === 0);
  });
});

type Check = Awaited<ReturnType<typeof checkOf>>;

async function checkOf({ url, timeoutMs = 5_000, matchPattern, options }: Visit) {
  const target: Target = { id: 1, url, timeoutMs, matchPattern: matchPattern ?? null, options };
  const result = await fetcher.fetch(target);
  const tookMs = performance.now() - result.startedAtMonotonicMs;
  return { target, result, tookMs, evaluation: evaluate(target, result) };
}

function checkHealthy(): Promise<Check> {
  return checkOf({ url: healthy.url, matchPattern: '^healthy$' });
}

/** Whether it is there to see a deadline pass. */
function isSlow({ ends }: Animal): boolean {
  return ends.startsWith('timeout_');
}

function expectItsEnd({ result, evaluation }: Check, { name, ends, protocol }: Animal): void {
  const { outcome, error } = evaluation;
  // With its name and what was said, so that a failure in the crowd explains itself.
  const said = error?.detail;
  expect({ name, ends: error?.code ?? outcome, said }).toEqual({ name, ends, said });
  if (protocol) expect(result.protocol).toBe(protocol);
}

/** What `action` brings, and the most by which the memory of this process grows meanwhile. */
async function watchMemory<T>(action: () => Promise<T>): Promise<{ done: T; grownBytes: number }> {
  const before = process.memoryUsage.rss();
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 5);
  try {
    const done = await action();
    look();
    return { done, grownBytes: most - before };
  } finally {
    clearInterval(timer);
  }
}
