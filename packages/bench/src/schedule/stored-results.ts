// Where the others store their results: a table about as wide as our ledger, with a key like it, filled by one statement for a
// batch.

import type pg from 'pg';

export interface Run {
  readonly id: number;
  /** When it was due, in milliseconds since 1970. */
  readonly atMs: number;
}

export async function createResultsTable(pool: pg.Pool): Promise<void> {
  await pool.query(
    `CREATE TABLE results (
       target_id integer NOT NULL,
       scheduled_at timestamptz NOT NULL,
       started_at timestamptz NOT NULL,
       outcome smallint NOT NULL,
       http_status smallint,
       response_time_us integer,
       connect_us integer,
       first_byte_us integer,
       download_us integer,
       body_bytes integer,
       PRIMARY KEY (target_id, scheduled_at)
     )`,
  );
}

/** $1 ids, $2 moments in milliseconds, $3 response times. */
export const insertResultsSql = `
  INSERT INTO results
  SELECT id, to_timestamp(at_ms / 1000), to_timestamp((at_ms + 1) / 1000), 1, 200, us, 10, 20, 30, 1200
  FROM unnest($1::integer[], $2::float8[], $3::integer[]) AS run (id, at_ms, us)`;

export function columnsOf(runs: readonly Run[]): [number[], number[], number[]] {
  return [runs.map(({ id }) => id), runs.map(({ atMs }) => atMs), runs.map(({ id }) => 1_000 + (id % 1_000))];
}

export async function countResults(pool: pg.Pool): Promise<{ rows: number; duplicates: number }> {
  const { rows } = await pool.query<{ rows: number; duplicates: number }>(
    `SELECT count(*)::integer AS rows, (count(*) - count(DISTINCT (target_id, scheduled_at)))::integer AS duplicates
     FROM results`,
  );
  return rows[0] ?? { rows: 0, duplicates: 0 };
}

/** Work that was first due yesterday, spread over its interval: due at all times, and always in order. */
export function firstRuns(from: number, count: number, intervalS: number): Run[] {
  const yesterdayMs = Math.floor(Date.now() / 1_000) * 1_000 - 86_400_000;
  return Array.from({ length: count }, (_, index) => {
    const id = from + index;
    return { id, atMs: yesterdayMs + ((id * 7_919) % (intervalS * 1_000)) };
  });
}
