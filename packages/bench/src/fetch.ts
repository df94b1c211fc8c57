// `bench fetch`: what one check costs in CPU, our fetcher against bare undici loops, each with a fresh connection, taking
// turns in the same run.

import { fileURLToPath } from 'node:url';
import type { Target } from '@everytick/core';
import { startProcess } from '@everytick/testing';
import { UndiciFetcher } from '@everytick/worker';
import { Agent, request } from 'undici';
import { median } from './median.ts';
import type { Report } from './report.ts';

export interface FetchOptions {
  readonly checks: number;
  readonly concurrency: number;
  readonly rounds: number;
  readonly onProgress: (line: string) => void;
}

export async function fetchCost(options: FetchOptions): Promise<Report> {
  const { checks, concurrency, rounds, onProgress } = options;
  await using site = await startProcess(process.execPath, [fileURLToPath(new URL('./site.ts', import.meta.url))]);
  const url = `${(await site.waitForOutput(/http:\S+\n/)).trim()}/`;

  const agent = new Agent({ allowH2: false });
  const unpipelined = new Agent({ pipelining: 0, allowH2: false });
  const fetcher = new UndiciFetcher();
  const target: Target = { id: 1, url, timeoutMs: 10_000, matchPattern: null };
  const ways: Record<string, () => Promise<unknown>> = {
    'undici request(), reset: true': async () => (await request(url, { dispatcher: agent, reset: true })).body.bytes(),
    'undici request(), pipelining: 0': async () => (await request(url, { dispatcher: unpipelined })).body.bytes(),
    UndiciFetcher: async () => {
      const { error } = await fetcher.fetch(target);
      if (error !== null) throw new Error(`a check failed: ${error.detail}`);
    },
  };

  const costs = new Map<string, number[]>(Object.keys(ways).map((way) => [way, []]));
  try {
    // The first round warms up and does not count.
    for (let round = 0; round <= rounds; round++) {
      for (const [way, check] of Object.entries(ways)) {
        const cost = await cpuPerCheckUs(check, checks, concurrency);
        if (round > 0) costs.get(way)?.push(cost);
      }
      onProgress(round === 0 ? 'warmed up' : `round ${round} of ${rounds}`);
    }
  } finally {
    await Promise.all([agent.close(), unpipelined.close(), fetcher.close()]);
  }
  const rows = [...costs].map(([way, all]) => ({ way, cpu_us_per_check: Math.round(median(all)) }));
  const best = Math.min(...rows.slice(0, 2).map((row) => row.cpu_us_per_check));
  return {
    bench: 'fetch',
    parameters: { checks, concurrency, rounds },
    rows: rows.map((row) => ({ ...row, ratio_to_best_loop: (row.cpu_us_per_check / best).toFixed(2) })),
  };
}

/** User and system time of this process, the web server being another one. */
async function cpuPerCheckUs(check: () => Promise<unknown>, checks: number, concurrency: number): Promise<number> {
  let left = checks;
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await check();
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return (user + system) / checks;
}
