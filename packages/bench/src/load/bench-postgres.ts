// The PostgreSQL server of a benchmark: durable, with the memory of a small machine, as one in production is.

import { migrate } from '@everytick/cli/migrate';
import { type OwnPostgres, startOwnPostgres } from '@everytick/testing';
import pg from 'pg';

export const benchPostgresSettings = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  shared_buffers: '512MB',
  max_wal_size: '4GB',
} as const;

/** As one parameter of a report. */
export const benchPostgresWords = Object.entries(benchPostgresSettings)
  .map(([name, value]) => `${name} ${value}`)
  .join(', ');

export interface BenchPostgres extends OwnPostgres {
  /** The server's main process, of which all others are children. */
  readonly pid: number;
  /** One connection for the benchmark itself, to make what it needs and to read what came of it. */
  readonly pool: pg.Pool;
}

/** Migrated unless told otherwise. */
export async function startBenchPostgres({
  settings = {},
  migrated = true,
}: {
  settings?: Readonly<Record<string, string>>;
  migrated?: boolean;
} = {}): Promise<BenchPostgres> {
  const server = await startOwnPostgres({ settings: { ...benchPostgresSettings, ...settings } });
  if (migrated) await migrate({ databaseUrl: server.url });
  const pool = new pg.Pool({ connectionString: server.url, max: 1, application_name: 'everytick bench' });
  const { rows } = await pool.query<{ pid: number }>(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer AS pid`,
  );
  return {
    ...server,
    pid: rows[0]?.pid ?? Number.NaN,
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await server.remove();
    },
  };
}
