// How late the newest checks were, read from the end of the ledger: a scan of all of it every few seconds would be the larger
// part of the load after an hour. Partitions only grow, so what is new lies in their last blocks (a TID range scan).

import type pg from 'pg';

export interface Lateness {
  readonly checks: number;
  readonly missed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface NewestLateness {
  /** Of the ticks from the end of the last period to `until`. Results of the last seconds may be absent: leave them time. */
  read(until: Date): Promise<Lateness>;
}

/** Results come in another order than their ticks. So many readings ago is early enough to look from. */
const READINGS_BACK = 3;

type Blocks = ReadonlyMap<string, number>;

export function newestLateness(pool: pg.Pool, from: Date): NewestLateness {
  const history: Blocks[] = [];
  let since = from;
  return {
    async read(until) {
      const blocks = await blocksOf(pool);
      const begin: Blocks = history.at(-READINGS_BACK) ?? new Map();
      const parts = [...blocks].filter(([partition, count]) => count > (begin.get(partition) ?? 0));
      const newest = parts.map(
        ([partition]) =>
          `SELECT scheduled_at, measured, outcome, ticks FROM ${partition} WHERE ctid >= '(${Math.max(0, (begin.get(partition) ?? 0) - 1)},0)'`,
      );
      history.push(blocks);
      const period = [since, until];
      since = until;
      if (newest.length === 0) return { checks: 0, missed: 0, p50Ms: Number.NaN, p99Ms: Number.NaN, maxMs: Number.NaN };
      const { rows } = await pool.query<{
        checks: number;
        missed: number;
        of_most: number[] | null;
        max: number | null;
      }>(
        `SELECT count(lateness)::integer AS checks,
                coalesce(sum(ticks) FILTER (WHERE outcome = 'missed'), 0)::integer AS missed,
                percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY lateness) AS of_most,
                max(lateness)::float8 AS max
         FROM (SELECT *, lateness_us_of(measured) / 1000::float8 AS lateness
               FROM (${newest.join(' UNION ALL ')}) AS part) AS result
         WHERE scheduled_at >= $1 AND scheduled_at < $2`,
        period,
      );
      const [row] = rows;
      const [p50Ms = Number.NaN, p99Ms = Number.NaN] = row?.of_most ?? [];
      return { checks: row?.checks ?? 0, missed: row?.missed ?? 0, p50Ms, p99Ms, maxMs: row?.max ?? Number.NaN };
    },
  };
}

async function blocksOf(pool: pg.Pool): Promise<Blocks> {
  const { rows } = await pool.query<{ partition: string; blocks: number }>(
    `SELECT relid::regclass::text AS partition, (pg_relation_size(relid) / 8192)::integer AS blocks
     FROM pg_partition_tree('check_results') WHERE isleaf`,
  );
  return new Map(rows.map(({ partition, blocks }) => [partition, blocks]));
}
