// `bench api`: how long the answers take that people wait for, with a ledger of some days and results still coming in.

import { migrate } from '@everytick/cli/migrate';
import { listTargetPage, openPool } from '@everytick/core';
import { everytick, startOwnPostgres } from '@everytick/testing';
import type { Report } from '../report.ts';
import { generateLedger, keepWriting } from './generated-ledger.ts';
import { questionsOf, timed } from './questions.ts';

export interface ApiBenchOptions {
  readonly targets: number;
  readonly days: number;
  readonly intervalS: number;
  /** Of each kind, by each way. */
  readonly requests: number;
  readonly onProgress: (line: string) => void;
}

export async function apiBench(options: ApiBenchOptions): Promise<Report> {
  const { targets, days, intervalS, requests, onProgress } = options;
  await using server = await startOwnPostgres({ settings: { max_wal_size: '4GB' } });
  await migrate({ databaseUrl: server.url });
  await generateLedger(server.url, { targets, days, intervalS }, onProgress);
  const results = Math.floor((days * 86_400) / intervalS) * targets;
  return {
    bench: 'api',
    parameters: { targets, days, interval_s: intervalS, results, requests },
    rows: await askBothWays(server.url, options),
  };
}

/** Asks while results go on coming in, each question by core and by HTTP. */
export async function askBothWays(
  url: string,
  { targets, days, requests, onProgress }: ApiBenchOptions,
): Promise<Report['rows']> {
  await using _ = await keepWriting(url);
  const pool = openPool({ connectionString: url, applicationName: 'bench api', max: 2 });
  await using _pool = { [Symbol.asyncDispose]: () => pool.end() };
  await using coordinator = await everytick(['coordinator'], {
    env: { EVERYTICK_DATABASE_URL: url, EVERYTICK_LOG_FORMAT: 'json', EVERYTICK_API_RATE_LIMIT: '1000000' },
  });
  const served = JSON.parse(await coordinator.waitForOutput(/\{[^\n]*"serving the API"[^\n]*\}/)) as { url: string };

  const first = await listTargetPage(pool, { limit: 50 });
  const from = new Date(Date.now() - days * 86_400_000);
  const rows: Record<string, number | string>[] = [];
  for (const { name, inCore, path } of questionsOf({ targets, from, nextCursor: first.nextCursor ?? '' })) {
    onProgress(name);
    const core = await timed(requests, (turn) => inCore(pool, turn));
    const http = await timed(requests, async (turn) => {
      // Not the targets that have just been asked for.
      const response = await fetch(`${served.url}${path(requests + turn)}`);
      const body = await response.text();
      if (!response.ok) throw new Error(`${path(turn)} was answered with ${response.status}: ${body}`);
    });
    rows.push({
      question: name,
      core_p50_ms: core.p50,
      core_p95_ms: core.p95,
      core_max_ms: core.max,
      http_p50_ms: http.p50,
      http_p95_ms: http.p95,
      http_max_ms: http.max,
    });
  }
  return rows;
}
