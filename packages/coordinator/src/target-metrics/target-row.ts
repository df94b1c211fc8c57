// What is known now of each target and location: the rows of target-metrics.sql, in the texts that PostgreSQL writes, with what was
// measured unpacked. Most of it goes into the answer as it is.

import { Buffer } from 'node:buffer';
import { isIPv6 } from 'node:net';
import { loadSql, measurementsOf, type Queryable } from '@everytick/core';
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

/** A row of the statement: as a TargetRow, up to `newestOutcome`, and what was measured still packed. */
export type PackedRow = readonly (string | null)[];

export interface TargetRows {
  readonly rows: readonly PackedRow[];
  /** Pairs of target and location that the limit left out. */
  readonly leftOut: number;
}

const asWritten: CustomTypesConfig = { getTypeParser: () => (text: string | Buffer) => text };

/** The columns of the statement from `responseTime` on. */
type Measured = [
  responseTime: string | null,
  errorCode: string | null,
  scheduledAtMs: string | null,
  packed: string | null,
];

/**
 * A row of the statement as a row of the answer: SQL unpacks too, but takes 20 us for what takes 1 here. That is 10 ms for 10,000
 * of them: who has many of them unpacks them in pieces.
 */
export function unpacked(row: PackedRow): TargetRow {
  const [responseTime, errorCode, scheduledAtMs, packed] = row.slice(column.startedAt) as Measured;
  const context = {
    scheduledAtMs: Number(scheduledAtMs),
    responseTimeUs: responseTime === null ? null : Number(responseTime),
  };
  const m = measurementsOf(packed === null ? null : Buffer.from(packed.slice('\\x'.length), 'hex'), context);
  const startedAt = m?.latenessUs == null ? null : (context.scheduledAtMs + m.latenessUs / 1_000) / 1_000;
  const { phases } = m ?? {};
  return [
    ...row.slice(0, column.startedAt),
    startedAt === null ? null : startedAt.toFixed(6),
    text(m?.httpStatus),
    responseTime,
    text(phases?.dnsUs),
    text(phases?.connectUs),
    text(phases?.tlsUs),
    phases === undefined ? null : text((phases.requestUs ?? 0) + (phases.firstByteUs ?? 0)),
    text(phases?.downloadUs),
    text(m?.bodyBytes),
    m?.protocol ?? null,
    text(m?.redirects),
    errorCode,
    m?.remoteAddress == null ? null : isIPv6(m.remoteAddress) ? '6' : '4',
    text(m?.certificateExpiresAtS),
  ];
}

function text(number: number | null | undefined): string | null {
  return number == null ? null : String(number);
}

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
