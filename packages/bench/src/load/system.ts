// The whole system as separate processes over loopback: PostgreSQL, a coordinator, workers.

import { eventually, type TestProcess } from '@everytick/testing';
import { type BenchPostgres, startBenchPostgres } from './bench-postgres.ts';
import type { BenchSite } from './bench-site.ts';
import { startProgram } from './deployed-program.ts';

export interface SystemOptions {
  readonly site: BenchSite;
  readonly workers: number;
  /** Of PostgreSQL, beside those that all benchmarks have. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of workers and coordinator, beside those that are needed. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface System extends AsyncDisposable {
  readonly site: BenchSite;
  readonly server: BenchPostgres;
  readonly coordinator: TestProcess;
  readonly workers: readonly TestProcess[];
  /** One more. */
  startWorker(): Promise<void>;
  /**
   * So many targets of the site are checked from now on: those that are too many are paused, those that are absent are
   * added. Resolves when the schedule has followed. The first ticks of those that begin all come within a second.
   */
  setTargets(count: number, intervalS: number): Promise<void>;
}

/** Generous: everything may start on two busy cores at once. */
const START_TIMEOUT_MS = 60_000;

export async function startSystem({ site, workers, settings = {}, env = {} }: SystemOptions): Promise<System> {
  await using starting = new AsyncDisposableStack();
  const server = starting.use(await startBenchPostgres({ settings }));
  const all = { EVERYTICK_DATABASE_URL: server.url, EVERYTICK_LOG_FORMAT: 'json', ...env };
  const coordinator = starting.use(await startProgram(['coordinator'], { env: all }));
  await coordinator.waitForOutput('"leading"', START_TIMEOUT_MS);
  const running: TestProcess[] = [];
  const startWorker = async (stack: AsyncDisposableStack) => {
    const own = {
      EVERYTICK_WORKER_NAME: `worker-${running.length + 1}`,
      // As an operator has it who checks sites with certificates of their own authority.
      ...(site.caFile !== undefined && { NODE_EXTRA_CA_CERTS: site.caFile }),
    };
    const worker = stack.use(await startProgram(['worker'], { env: { ...all, ...own } }));
    await worker.waitForOutput('"worker running"', START_TIMEOUT_MS);
    running.push(worker);
  };
  while (running.length < workers) await startWorker(starting);
  const stack = starting.move();
  return {
    site,
    server,
    coordinator,
    workers: running,
    startWorker: () => startWorker(stack),
    async setTargets(count, intervalS) {
      await server.pool.query('UPDATE monitored_targets SET paused = id > $1 WHERE paused <> (id > $1)', [count]);
      await server.pool.query(
        `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, match_pattern)
         SELECT 'target ' || i, ($1::text[])[1 + i % cardinality($1::text[])] || '/' || i, $2::integer,
                least(5000, $2::integer * 500), $4
         FROM generate_series((SELECT count(*) FROM monitored_targets) + 1, $3::integer) AS i`,
        [site.origins, intervalS, count, site.pattern],
      );
      const onSchedule = 'SELECT count(*)::integer AS n FROM leases WHERE skip_code IS NULL';
      await eventually(async () => (await server.pool.query<{ n: number }>(onSchedule)).rows[0]?.n === count, {
        timeoutMs: START_TIMEOUT_MS,
      });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
