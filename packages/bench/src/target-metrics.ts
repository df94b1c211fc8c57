// `bench target-metrics`: how long a whole answer of /metrics/targets takes over loopback, while results go on coming in, and
// what else its coordinator cannot do meanwhile.

import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '@everytick/cli/migrate';
import { eventually, everytick, startOwnPostgres } from '@everytick/testing';
import pg from 'pg';
import { Agent, request } from 'undici';
import { generateLedger, keepWriting } from './api/generated-ledger.ts';
import { median } from './median.ts';
import type { Report } from './report.ts';

/** Answers before those that are measured: Node compiles what it runs often, which a leader that is asked every minute has behind it. */
const WARM_UP = 3;

export interface TargetMetricsBenchOptions {
  readonly targets: number;
  readonly days: number;
  readonly intervalS: number;
  /** Answers of each kind; the table has their medians, and the worst of all of them. */
  readonly runs: number;
  /** Whether to wait until the leader has nothing more to do with the ledger that it was given. */
  readonly settled: boolean;
  readonly onProgress: (line: string) => void;
}

export async function targetMetricsBench(options: TargetMetricsBenchOptions): Promise<Report> {
  const { targets, days, intervalS, runs, onProgress } = options;
  await using server = await startOwnPostgres({ settings: { max_wal_size: '4GB' } });
  await migrate({ databaseUrl: server.url });
  await generateLedger(server.url, { targets, days, intervalS }, onProgress);
  return {
    bench: 'target-metrics',
    parameters: { targets, days, interval_s: intervalS, runs },
    rows: await scrapeBothWays(server.url, options),
  };
}

async function scrapeBothWays(
  url: string,
  { targets, runs, settled, onProgress }: TargetMetricsBenchOptions,
): Promise<Report['rows']> {
  await using _ = await keepWriting(url);
  await using coordinator = await everytick(['coordinator'], {
    env: {
      EVERYTICK_DATABASE_URL: url,
      EVERYTICK_API: 'off',
      EVERYTICK_TARGET_METRICS: 'on',
      EVERYTICK_TARGET_METRICS_LIMIT: String(targets),
    },
  });
  const { url: status } = JSON.parse(await coordinator.waitForOutput(/\{[^\n]*"serving \/metrics[^\n]*\}/));
  await coordinator.waitForOutput('"leading"');
  const agent = new Agent();
  await using _agent = { [Symbol.asyncDispose]: () => agent.close() };
  const ask = (path: string, encoding = 'identity') =>
    request(`${status}${path}`, { dispatcher: agent, headers: { 'accept-encoding': encoding } });

  // The first turns of a leader are as much work as the answers are.
  await eventually(async () => sampleOf(await textOf(ask('/metrics')), 'everytick_ledger_ticks_expected') > 0, {
    timeoutMs: 60_000,
  });
  // So is building the hours of the days that the ledger was given at once, making their keys anew, and vacuuming.
  const builtLately = Date.now() / 1_000 - 2 * 3_600;
  if (settled)
    await eventually(
      async () => sampleOf(await textOf(ask('/metrics')), 'everytick_rollups_built_timestamp_seconds') > builtLately,
      { timeoutMs: 600_000 },
    )
      .then(() => quietFor(url, 10_000))
      .catch(() =>
        onProgress(
          'figures are of a leader that has more to do than usual: it is still not done with the ledger that it was given',
        ),
      );
  const rows: Record<string, number | string>[] = [];
  for (const encoding of ['gzip', 'identity']) {
    onProgress(encoding);
    const figures = { all: [] as number[], read: [] as number[], health: [] as number[], loop: [] as number[] };
    let bytes = 0;
    let firstMs = 0;
    for (let run = -WARM_UP; run < runs; run++) {
      await using health = askHealth(ask);
      const askedAt = performance.now();
      const { statusCode, body } = await ask('/metrics/targets', encoding);
      bytes = 0;
      for await (const chunk of body) bytes += chunk.length;
      const tookMs = performance.now() - askedAt;
      if (statusCode !== 200) throw new Error(`/metrics/targets answered ${statusCode}`);
      if (run === -WARM_UP) firstMs = tookMs;
      if (run < 0) continue;
      figures.all.push(tookMs);
      figures.health.push(await health.worstMs());
      figures.loop.push(sampleOf(await textOf(ask('/metrics')), 'everytick_event_loop_delay_seconds') * 1_000);
    }
    const account = await textOf(ask('/metrics/targets'));
    rows.push({
      encoding,
      pairs: sampleOf(account, 'everytick_target_metrics_targets'),
      lines: account.split('\n').length,
      mb: Number((bytes / 1e6).toFixed(1)),
      first_ms: Math.round(firstMs),
      p50_ms: Math.round(median(figures.all)),
      max_ms: Math.round(Math.max(...figures.all)),
      read_ms: Math.round(sampleOf(account, 'everytick_target_metrics_duration_seconds') * 1_000),
      // The 99th percentile of the last second, of samples 50 ms apart.
      loop_lag_p50_ms: Math.round(median(figures.loop)),
      loop_lag_max_ms: Math.round(Math.max(...figures.loop)),
      healthz_max_ms: Math.round(Math.max(...figures.health)),
    });
  }
  return rows;
}

/** Asks /healthz a hundred times a second until it is told to stop. */
function askHealth(ask: (path: string) => ReturnType<typeof request>) {
  let worstMs = 0;
  let stopping = false;
  const asking = (async () => {
    while (!stopping) {
      const askedAt = performance.now();
      await textOf(ask('/healthz'));
      worstMs = Math.max(worstMs, performance.now() - askedAt);
      await delay(10);
    }
  })();
  const stop = async () => {
    stopping = true;
    await asking;
    return worstMs;
  };
  return { worstMs: stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

/** Until no statement and no autovacuum has taken longer than a second for some time. */
async function quietFor(url: string, quietMs: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let quietSince = performance.now();
    await eventually(
      async () => {
        const { rowCount } = await client.query(
          `SELECT FROM pg_stat_activity
           WHERE state = 'active' AND query_start < now() - interval '1 s' AND pid <> pg_backend_pid()
             AND backend_type IN ('client backend', 'autovacuum worker')`,
        );
        if (rowCount !== 0) quietSince = performance.now();
        return performance.now() - quietSince > quietMs;
      },
      { timeoutMs: 600_000 },
    );
  } finally {
    await client.end();
  }
}

async function textOf(response: ReturnType<typeof request>): Promise<string> {
  return (await response).body.text();
}

/** Of a gauge without labels. */
function sampleOf(metrics: string, name: string): number {
  const at = metrics.indexOf(`\n${name} `);
  return at < 0 ? Number.NaN : Number(metrics.slice(at + name.length + 2, metrics.indexOf('\n', at + 1)));
}
