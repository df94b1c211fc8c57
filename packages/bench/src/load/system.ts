// The whole system as separate processes over loopback: PostgreSQL, a coordinator, workers.

import { eventually, everytick, type TestProcess } from '@everytick/testing';
import { type BenchPostgres, startBenchPostgres } from './bench-postgres.ts';
import type { BenchSite } from './bench-site.ts';

export interface SystemOptions {
  readonly site: BenchSite;
  readonly workers: number;
  /** Of PostgreSQL, beside those that all benchmarks have. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of workers and coordinator, beside those that are needed. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface System extends AsyncDisposable {
  readonly server: BenchPostgres;
  readonly coordinator: TestProcess;
  readonly workers: readonly TestProcess[];
  /** Adds targets of the site and resolves when they are on the schedule. */
  addTargets(count: number, intervalS: number): Promise<void>;
  /** Pauses all targets or resumes them, and resolves when the schedule has followed. */
  pause(paused: boolean): Promise<void>;
}

/** Generous: everything may start on two busy cores at once. */
const START_TIMEOUT_MS = 60_000;

export async function startSystem({ site, workers, settings = {}, env = {} }: SystemOptions): Promise<System> {
  await using starting = new AsyncDisposableStack();
  const server = starting.use(await startBenchPostgres({ settings }));
  const all = { EVERYTICK_DATABASE_URL: server.url, EVERYTICK_LOG_FORMAT: 'json', ...env };
  const coordinator = starting.use(await everytick(['coordinator'], { env: all }));
  await coordinator.waitForOutput('"leading"', START_TIMEOUT_MS);
  const running: TestProcess[] = [];
  for (let number = 1; number <= workers; number++) {
    const own = {
      EVERYTICK_WORKER_NAME: `worker-${number}`,
      // As an operator has it who checks sites with certificates of their own authority.
      ...(site.caFile !== undefined && { NODE_EXTRA_CA_CERTS: site.caFile }),
    };
    const worker = starting.use(await everytick(['worker'], { env: { ...all, ...own } }));
    await worker.waitForOutput('"worker running"', START_TIMEOUT_MS);
    running.push(worker);
  }
  const stack = starting.move();
  const leases = async () =>
    (await server.pool.query<{ n: number }>('SELECT count(*)::integer AS n FROM leases')).rows[0]?.n;
  return {
    server,
    coordinator,
    workers: running,
    async addTargets(count, intervalS) {
      await server.pool.query(
        `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, match_pattern)
         SELECT 'target ' || i, ($1::text[])[1 + i % cardinality($1::text[])] || '/' || i, $2::integer, least(5000, $2::integer * 500), $4
         FROM generate_series(1, $3::integer) AS i`,
        [site.origins, intervalS, count, site.pattern],
      );
      await eventually(async () => (await leases()) === count, { timeoutMs: START_TIMEOUT_MS });
    },
    async pause(paused) {
      await server.pool.query('UPDATE monitored_targets SET paused = $1', [paused]);
      const left = 'SELECT FROM leases WHERE (skip_code IS NOT NULL) <> $1 OR $1 AND open_tick IS NOT NULL LIMIT 1';
      await eventually(async () => (await server.pool.query(left, [paused])).rowCount === 0, {
        timeoutMs: START_TIMEOUT_MS,
      });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
