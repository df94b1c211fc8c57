// The process of `runCrowd`: a `CrowdOrder` as JSON in its first argument, a `CrowdReport` as JSON on its standard output.

import type { FetchResult } from '@everytick/core';
import { EgressPolicy, loopbackCidrs, UndiciFetcher } from '@everytick/worker';
import type { CrowdOrder, CrowdReport } from './crowd.ts';
import { eventually } from './wait.ts';

const order: CrowdOrder = JSON.parse(process.argv[2] ?? '');
const fetcher = new UndiciFetcher({ egress: new EgressPolicy({ allow: loopbackCidrs }) });

function check(url: string): Promise<FetchResult> {
  return fetcher.fetch({ id: 1, url, timeoutMs: order.timeoutMs, matchPattern: null });
}

async function checkHealthy(): Promise<number> {
  const { error, responseTimeUs } = await check(order.healthyUrl);
  return error === null ? responseTimeUs / 1_000 : Number.MAX_VALUE;
}

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);

const healthyBefore: number[] = [];
// The first one loads undici's parser.
await checkHealthy();
while (healthyBefore.length < order.healthyBefore) healthyBefore.push(await checkHealthy());

const rssBeforeBytes = process.memoryUsage.rss();
let rssMostBytes = rssBeforeBytes;
const meanwhile: Promise<number>[] = [];
const timer = setInterval(() => {
  rssMostBytes = Math.max(rssMostBytes, process.memoryUsage.rss());
  meanwhile.push(checkHealthy());
}, order.healthyEveryMs);

const codes: Record<string, number> = {};
const overdueMs = await Promise.all(
  Array.from({ length: order.checks }, async (_, index) => {
    const result = await check(order.silentUrls[index % order.silentUrls.length] ?? '');
    const code = result.error?.code ?? 'none';
    codes[code] = (codes[code] ?? 0) + 1;
    return performance.now() - result.startedAtMonotonicMs - order.timeoutMs;
  }),
);
clearInterval(timer);
const healthyMeanwhile = await Promise.all(meanwhile);
rssMostBytes = Math.max(rssMostBytes, process.memoryUsage.rss());

// A socket that was destroyed closes in the next round of the event loop.
await eventually(() => fetcher.openSockets === 0).catch(() => undefined);
const report: CrowdReport = {
  codes,
  overdueMs: ascending(overdueMs),
  healthyBeforeMs: ascending(healthyBefore),
  healthyMeanwhileMs: ascending(healthyMeanwhile),
  rssBeforeBytes,
  rssMostBytes,
  openSockets: fetcher.openSockets,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
await fetcher.close();
