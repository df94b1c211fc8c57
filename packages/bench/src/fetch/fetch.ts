// `bench fetch`: what one check costs in CPU, our whole fetch against bare loops of undici, of node:http and of sockets, each with a
// fresh connection, taking turns in the same run; over HTTP and over HTTPS. Ours is everything that a worker does for it: phases,
// limits, certificate, assertions, result. Many at a time, or at moments of their own (`rate`): then a process sleeps and wakes
// for each, and that costs more than the work itself.

import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import type { ClaimedCheck, Target } from '@everytick/core';
import { EgressPolicy, loopbackCidrs, resultOfFetch, UndiciFetcher } from '@everytick/worker';
import { Agent, request } from 'undici';
import { startBenchSite } from '../load/bench-site.ts';
import { median } from '../median.ts';
import { type Report, rounded } from '../report.ts';
import { bodyOf, bodyOfNode, bytesOfSocket, type Way } from './bare-loops.ts';
import { cpuPerCheckUs, type Pace } from './pace.ts';

export interface FetchOptions {
  readonly checks: number;
  readonly pace: Pace;
  readonly rounds: number;
  readonly onProgress: (line: string) => void;
}

/** How ours is called in the table; all other ways are bare loops. */
const ours = 'Everytick, the whole check';

export async function fetchCost(options: FetchOptions): Promise<Report> {
  const { checks, pace, rounds, onProgress } = options;
  await using plain = await startBenchSite({ secure: false });
  await using secure = await startBenchSite({ secure: true });
  const ca = await readFile(secure.caFile ?? '', 'utf8');
  const urls = { http: `${plain.origins[0]}/`, https: `${secure.origins[0]}/` };

  // One context for all connections and the cheaper key share, as ours has them: the best that a loop can do.
  const secureContext = tls.createSecureContext({ ca, ecdhCurve: 'X25519:prime256v1' });
  const connect = { secureContext, maxCachedSessions: 0 };
  const agent = new Agent({ allowH2: false, connect });
  const unpipelined = new Agent({ pipelining: 0, allowH2: false, connect });
  const fetcher = new UndiciFetcher({ egress: new EgressPolicy({ allow: loopbackCidrs }), extraCa: [ca] });

  const ways = new Map<string, Way>();
  for (const [scheme, url] of Object.entries(urls)) {
    ways.set(`${scheme} request(), reset: true`, () => bodyOf(request(url, { dispatcher: agent, reset: true })));
    ways.set(`${scheme} request(), pipelining: 0`, () => bodyOf(request(url, { dispatcher: unpipelined })));
    ways.set(`${scheme} node:${scheme}`, () => bodyOfNode(url, secureContext));
    ways.set(`${scheme} sockets alone`, bytesOfSocket(url, secureContext));
    ways.set(`${scheme} ${ours}`, wholeCheck(fetcher, { id: 1, url, timeoutMs: 10_000, matchPattern: null }));
  }

  const costs = new Map<string, number[]>([...ways.keys()].map((way) => [way, []]));
  try {
    // The first round warms up and does not count.
    for (let round = 0; round <= rounds; round++) {
      for (const [way, check] of ways) {
        const cost = await cpuPerCheckUs(check, checks, pace);
        if (round > 0) costs.get(way)?.push(cost);
      }
      onProgress(round === 0 ? 'warmed up' : `round ${round} of ${rounds}`);
    }
  } finally {
    await Promise.all([agent.close(), unpipelined.close(), fetcher.close()]);
  }
  const medians = new Map([...costs].map(([way, all]) => [way, median(all)]));
  const bestLoop = (scheme: string) =>
    Math.min(...[...medians].flatMap(([way, cost]) => (way.startsWith(`${scheme} req`) ? [cost] : [])));
  const ourCost = (scheme: string) => medians.get(`${scheme} ${ours}`) ?? Number.NaN;
  const ratio = (scheme: string) => rounded(ourCost(scheme) / bestLoop(scheme), 2);
  return {
    bench: 'fetch',
    parameters: { checks, ...pace, rounds },
    rows: [...medians].map(([way, cost]) => ({
      way,
      cpu_us_per_check: Math.round(cost),
      ratio_to_best_undici_loop: rounded(cost / bestLoop(way.split(' ')[0] ?? ''), 2),
    })),
    figures: {
      // Of ours, over both schemes. None is scheduled, so that none is late.
      checks: checks * rounds * Object.keys(urls).length,
      rate: 'rate' in pace ? pace.rate : null,
      cpu_us_per_check: {
        worker: rounded(ourCost('http'), 1),
        coordinator: null,
        postgres: null,
        total: rounded(ourCost('http'), 1),
      },
      https_cpu_us_per_check: rounded(ourCost('https'), 1),
      ratio_to_best_undici_loop: { http: ratio('http'), https: ratio('https') },
      lateness_ms: { p50: null, p99: null, max: null },
      rss_mb: { worker: null, coordinator: null },
      missed: null,
      duplicates: null,
    },
  };
}

/** Everything that a worker does of a check, but for claiming and reporting. */
function wholeCheck(fetcher: UndiciFetcher, target: Target): Way {
  const check: ClaimedCheck = { target, scheduledAtMs: 0, nextAtMs: 60_000, epoch: 1 };
  return async () => {
    const result = resultOfFetch(check, await fetcher.fetch(target), { startedAtMs: Date.now(), loopDelayMs: 0 });
    if (result.error !== null) throw new Error(`a check failed: ${result.error.detail}`);
  };
}
