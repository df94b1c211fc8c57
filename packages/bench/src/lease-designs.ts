// `bench lease-designs`: the two ways to keep a lease that DESIGN weighs, claim and finish as fast as the database can,
// one against the other in the same run.

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '@everytick/cli/migrate';
import { startOwnPostgres } from '@everytick/testing';
import pg from 'pg';
import { median } from './median.ts';
import type { Report } from './report.ts';

const DESIGNS = ['expiry-in-due-time', 'claim-moves-on'] as const;

export interface LeaseDesignOptions {
  readonly leases: number;
  readonly batch: number;
  readonly connections: number;
  readonly runs: number;
  readonly onProgress: (line: string) => void;
}

interface Run {
  readonly checksPerSecond: number;
  readonly hotPercent: number;
  readonly walBytesPerCheck: number;
  readonly indexMiB: number;
}

export async function leaseDesigns(options: LeaseDesignOptions): Promise<Report> {
  // As a production server is: durable, with the memory of a small machine.
  await using server = await startOwnPostgres({
    settings: { shared_buffers: '1GB', max_wal_size: '4GB', fsync: 'on' },
  });
  await migrate({ databaseUrl: server.url });
  const runs = new Map<string, Run[]>(DESIGNS.map((design) => [design, []]));
  for (let run = 1; run <= options.runs; run++) {
    for (const design of DESIGNS) {
      const result = await measure(server.url, design, options);
      runs.get(design)?.push(result);
      options.onProgress(`run ${run}, ${design}: ${Math.round(result.checksPerSecond)} checks/s`);
    }
  }
  const rows = DESIGNS.map((design) => {
    const all = runs.get(design) ?? [];
    return {
      design,
      checks_per_second: Math.round(median(all.map((run) => run.checksPerSecond))),
      hot_percent: Math.round(median(all.map((run) => run.hotPercent))),
      wal_bytes_per_check: Math.round(median(all.map((run) => run.walBytesPerCheck))),
      index_mib: Math.round(median(all.map((run) => run.indexMiB))),
    };
  });
  const { leases, batch, connections } = options;
  return { bench: 'lease-designs', parameters: { leases, batch, connections, runs: options.runs }, rows };
}

async function measure(url: string, design: string, options: LeaseDesignOptions): Promise<Run> {
  const sections = readSections(design);
  const pool = new pg.Pool({ connectionString: url, max: options.connections + 1 });
  try {
    await pool.query('DROP TABLE IF EXISTS lease_design, lease_design_size; TRUNCATE check_results');
    await pool.query(`CREATE TABLE lease_design_size AS SELECT ${options.leases} AS leases`);
    await pool.query(sections.get('setup') ?? '');
    await pool.query('SELECT ensure_check_results_partitions(current_date - 1, current_date + 1)');
    await pool.query('VACUUM ANALYZE lease_design');
    await pool.query('CHECKPOINT');

    const before = await pool.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
    // Nine tenths: the last few claims would find the end of the queue.
    const target = Math.floor(options.leases * 0.9);
    let done = 0;
    const stop = new AbortController();
    const startedAt = performance.now();
    const sweep = sections.get('sweep');
    const sweeping = sweep === undefined ? Promise.resolve() : sweepUntil(pool, sweep, stop.signal);
    await Promise.all(
      Array.from({ length: options.connections }, async () => {
        while (done < target) {
          const claim = await pool.query<[number, number]>({
            name: 'claim',
            text: sections.get('claim') ?? '',
            values: [options.batch],
            rowMode: 'array',
          });
          const sorted = claim.rows.sort(([a], [b]) => a - b);
          const finish = await pool.query({
            name: 'finish',
            text: sections.get('finish') ?? '',
            values: [sorted.map(([id]) => id), sorted.map(([, epoch]) => epoch)],
          });
          done += finish.rows.length;
        }
      }),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    stop.abort();
    await sweeping;
    await pool.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await pool.query<{ hot: number; wal: number; index: number }>(
      `SELECT (100.0 * n_tup_hot_upd / nullif(n_tup_upd, 0))::float8 AS hot,
              pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1)::float8 AS wal,
              pg_indexes_size('lease_design')::float8 / 1048576 AS index
       FROM pg_stat_user_tables WHERE relname = 'lease_design'`,
      [before.rows[0]?.lsn],
    );
    const after = rows[0] ?? { hot: 0, wal: 0, index: 0 };
    return {
      checksPerSecond: done / seconds,
      hotPercent: after.hot,
      walBytesPerCheck: after.wal / done,
      indexMiB: after.index,
    };
  } finally {
    await pool.end();
  }
}

async function sweepUntil(pool: pg.Pool, sql: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pool.query(sql);
    await delay(2_000, undefined, { signal }).catch(() => undefined);
  }
}

/** The statements of a design: each follows a line `-- name`. */
function readSections(design: string): Map<string, string> {
  const text = readFileSync(new URL(`../sql/${design}.sql`, import.meta.url), 'utf8');
  const sections = new Map<string, string>();
  for (const match of text.matchAll(
    /^-- (setup|claim|finish|sweep)\n([\s\S]*?)(?=^-- (?:setup|claim|finish|sweep)\n|(?![\s\S]))/gm,
  )) {
    sections.set(match[1] ?? '', match[2] ?? '');
  }
  return sections;
}
