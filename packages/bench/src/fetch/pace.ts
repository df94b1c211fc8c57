// How checks follow each other, and what they cost this process.

import { setTimeout as delay } from 'node:timers/promises';
import { BEAT_MS } from '@everytick/worker';
import type { Way } from './bare-loops.ts';

/** So many at a time, or so many a second, each at a moment of its own. */
export type Pace = { readonly concurrency: number } | { /** A second. */ readonly rate: number };

/** User and system time of this process for each check, the web server being another one. */
export async function cpuPerCheckUs(check: Way, checks: number, pace: Pace): Promise<number> {
  const before = process.cpuUsage();
  if ('rate' in pace) await atMoments(check, checks, pace.rate);
  else await atATime(check, checks, pace.concurrency);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / checks;
}

async function atATime(check: Way, checks: number, concurrency: number): Promise<void> {
  let left = checks;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await check();
    }),
  );
}

/** At moments that know nothing of each other, as those of many targets; what is due within a beat begins together, as in a worker. */
async function atMoments(check: Way, checks: number, rate: number): Promise<void> {
  const lastsMs = (checks / rate) * 1_000;
  const moments = Float64Array.from({ length: checks }, () => Math.random() * lastsMs).sort();
  const startedAt = performance.now();
  const running: Promise<unknown>[] = [];
  for (let next = 0; next < checks; ) {
    const now = performance.now() - startedAt;
    while ((moments[next] ?? Number.POSITIVE_INFINITY) <= now) {
      running.push(check());
      next++;
    }
    await delay(Math.max(1, (moments[next] ?? now) + BEAT_MS - now));
  }
  await Promise.all(running);
}
