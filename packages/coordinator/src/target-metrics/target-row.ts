// What is known now of each target and location: the rows of target-metrics.sql, in the texts that PostgreSQL writes. Most of
// them go into the answer as they are, so nothing is made of them on the way.

import { loadSql, type Queryable } from '@everytick/core';
import type { CustomTypesConfig, QueryArrayConfig } from 'pg';

const targetMetricsSql = loadSql('target-metrics');

/** Beside the target's timeout: until a result that is made has been committed, and for a check that began late. */
const RECORDED_WITHIN_S = 5;

/** Where each column stands in a row. Durations are in microseconds, moments in seconds since 1970. */
export const column = {
  /** Of all targets, without the limit; the same in every row. */
  pairs: 0,
  name: 1,
  url: 2,
  location: 3,
  group: 4,
  /** JSON; null where there are none. */
  labels: 5,
  /** Of the newest tick, carried out or not; null where nothing is known of the last ticks. */
  newestOutcome: 6,
  /** From here on of the newest result that was carried out; null where none of the last two ticks was. */
  outcome: 7,
  startedAt: 8,
  status: 9,
  responseTime: 10,
  dns: 11,
  connect: 12,
  tls: 13,
  /** From the connection being ready until the headers of the response have arrived. */
  processing: 14,
  download: 15,
  bodyBytes: 16,
  protocol: 17,
  redirects: 18,
  errorCode: 19,
  /** 4 or 6; null where no connection stood. */
  ipFamily: 20,
  certificateExpiresAt: 21,
} as const;

/** Indexed by `column`. */
export type TargetRow = readonly (string | null)[];

export interface TargetRows {
  readonly rows: readonly TargetRow[];
  /** Pairs of target and location that the limit left out. */
  readonly leftOut: number;
}

const asWritten: CustomTypesConfig = { getTypeParser: () => (text: string | Buffer) => text };

/** At most `limit` pairs of target and location. */
export async function readTargetRows(database: Queryable, limit: number): Promise<TargetRows> {
  const statement: QueryArrayConfig = {
    text: targetMetricsSql,
    values: [limit, RECORDED_WITHIN_S],
    rowMode: 'array',
    types: asWritten,
  };
  const { rows } = await database.query<(string | null)[]>(statement);
  return { rows, leftOut: Number(rows[0]?.[column.pairs] ?? 0) - rows.length };
}
