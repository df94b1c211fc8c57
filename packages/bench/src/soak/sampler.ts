// What a system under load looks like every few seconds: memory, sizes of tables, what a check costs, how late checks are.

import { setTimeout as delay } from 'node:timers/promises';
import { scrape, type TestProcess } from '@everytick/testing';
import { cpuSecondsOf, cpuSecondsOfTree } from '../load/cpu-time.ts';
import { residentMb } from '../load/resident-memory.ts';
import type { System } from '../load/system.ts';
import { rounded } from '../report.ts';
import { newestLateness } from './newest-lateness.ts';

/** Since the sample before; sizes in MB (10^6 bytes). */
export interface Sample {
  readonly [name: string]: number;
  readonly second: number;
  readonly checks: number;
  readonly missed: number;
  readonly lateness_p50_ms: number;
  readonly lateness_p99_ms: number;
  readonly lateness_max_ms: number;
  readonly worker_rss_mb: number;
  readonly worker_heap_mb: number;
  readonly coordinator_rss_mb: number;
  readonly coordinator_heap_mb: number;
  readonly leases_heap_mb: number;
  readonly leases_index_mb: number;
  readonly leases_dead_tuples: number;
  readonly leases_vacuums: number;
  readonly ledger_mb: number;
  readonly database_mb: number;
  readonly worker_us: number;
  readonly coordinator_us: number;
  readonly postgres_us: number;
}

export interface Sampler {
  readonly samples: readonly Sample[];
  /** Takes a last sample. */
  stop(): Promise<void>;
}

/** Results of younger ticks may still be under way. */
const SETTLED_MS = 3_000;

export function startSampler(system: System, everyS: number, onSample: (sample: Sample) => void): Sampler {
  const samples: Sample[] = [];
  const stopping = new AbortController();
  const beganAt = performance.now();
  const lateness = newestLateness(system.server.pool, new Date(Date.now() - SETTLED_MS));
  let before = cpuOf(system);
  const take = async () => {
    const second = Math.round((performance.now() - beganAt) / 1_000);
    const after = cpuOf(system);
    const late = await lateness.read(new Date(Date.now() - SETTLED_MS));
    const us = (who: keyof typeof after) => rounded(((after[who] - before[who]) * 1e6) / late.checks, 1);
    const sample: Sample = {
      second,
      checks: late.checks,
      missed: late.missed,
      lateness_p50_ms: rounded(late.p50Ms, 2),
      lateness_p99_ms: rounded(late.p99Ms, 2),
      lateness_max_ms: rounded(late.maxMs, 2),
      ...(await memoryOf(system)),
      ...(await sizesOf(system)),
      worker_us: us('worker'),
      coordinator_us: us('coordinator'),
      postgres_us: us('postgres'),
    };
    before = after;
    samples.push(sample);
    onSample(sample);
  };
  const sampling = (async () => {
    for (let number = 1; !stopping.signal.aborted; number++) {
      const dueIn = beganAt + number * everyS * 1_000 - performance.now();
      await delay(Math.max(0, dueIn), undefined, { signal: stopping.signal }).catch(() => undefined);
      if (!stopping.signal.aborted) await take();
    }
  })();
  // What went wrong is heard when it is stopped.
  sampling.catch(() => undefined);
  return {
    samples,
    async stop() {
      stopping.abort();
      await sampling;
      if (samples.length === 0) await take();
    },
  };
}

function cpuOf({ workers, coordinator, server }: System) {
  return {
    worker: workers.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0),
    coordinator: cpuSecondsOf(coordinator.pid),
    postgres: cpuSecondsOfTree(server.pid),
  };
}

/** Of several workers, the largest. */
async function memoryOf({ workers, coordinator }: System) {
  const heaps = await Promise.all(workers.map(heapMb));
  return {
    worker_rss_mb: rounded(Math.max(...workers.map(({ pid }) => residentMb(pid))), 1),
    worker_heap_mb: Math.max(...heaps),
    coordinator_rss_mb: rounded(residentMb(coordinator.pid), 1),
    coordinator_heap_mb: await heapMb(coordinator),
  };
}

async function heapMb(process: TestProcess): Promise<number> {
  const line = await process.waitForOutput(/\{[^\n]*"serving \/metrics[^\n]*\}/);
  const { value } = await scrape(JSON.parse(line).url);
  return rounded((value('nodejs_heap_size_used_bytes') ?? Number.NaN) / 1e6, 1);
}

async function sizesOf({ server }: System) {
  const { rows } = await server.pool.query<Record<string, number>>(
    `SELECT pg_table_size('leases') / 1e6::float8 AS leases_heap_mb,
            pg_indexes_size('leases') / 1e6::float8 AS leases_index_mb,
            n_dead_tup::float8 AS leases_dead_tuples,
            (autovacuum_count + vacuum_count)::float8 AS leases_vacuums,
            (SELECT sum(pg_total_relation_size(relid)) / 1e6::float8 FROM pg_partition_tree('check_results') WHERE isleaf)
              AS ledger_mb,
            pg_database_size(current_database()) / 1e6::float8 AS database_mb
     FROM pg_stat_user_tables WHERE relname = 'leases'`,
  );
  const size = (name: string) => rounded(Number(rows[0]?.[name] ?? Number.NaN), 2);
  return {
    leases_heap_mb: size('leases_heap_mb'),
    leases_index_mb: size('leases_index_mb'),
    leases_dead_tuples: size('leases_dead_tuples'),
    leases_vacuums: size('leases_vacuums'),
    ledger_mb: size('ledger_mb'),
    database_mb: size('database_mb'),
  };
}
