// Where PostgreSQL's time went, by statement: pg_stat_statements.

import type pg from 'pg';
import { rounded } from '../report.ts';
import type { TimeSpent } from './top-functions.ts';

/** It has its price, so that only a run that is profiled has it. */
export const statementSettings = { shared_preload_libraries: 'pg_stat_statements', track_io_timing: 'on' } as const;

export async function forgetStatements(pool: pg.Pool): Promise<void> {
  await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await pool.query('SELECT pg_stat_statements_reset()');
}

export type Statement = Readonly<Record<string, number | string>>;

/** Since they were forgotten, all that pg_stat_statements knows, most time first. */
export async function readStatements(pool: pg.Pool): Promise<Statement[]> {
  const { rows } = await pool.query<Statement>(
    `SELECT calls::float8, rows::float8, total_exec_time AS exec_ms, total_plan_time AS plan_ms, mean_exec_time AS mean_ms,
            max_exec_time AS max_ms, shared_blks_hit::float8, shared_blks_read::float8, shared_blks_dirtied::float8,
            wal_records::float8, wal_fpi::float8, wal_bytes::float8, query
     FROM pg_stat_statements
     WHERE query NOT LIKE '%pg_stat_statements%'
     ORDER BY total_exec_time + total_plan_time DESC`,
  );
  return rows;
}

/** Time here is that of the clock: waiting for locks and for the disk is in it, parsing and sending rows is not. */
export function topStatements(statements: readonly Statement[], checks: number, count: number): TimeSpent[] {
  const number = (statement: Statement, name: string) => Number(statement[name]);
  return statements.slice(0, count).map((statement) => ({
    us_per_check: rounded(((number(statement, 'exec_ms') + number(statement, 'plan_ms')) * 1_000) / checks, 2),
    calls: number(statement, 'calls'),
    rows_per_call: rounded(number(statement, 'rows') / number(statement, 'calls'), 1),
    mean_ms: rounded(number(statement, 'mean_ms'), 3),
    blocks_per_check: rounded(
      (number(statement, 'shared_blks_hit') + number(statement, 'shared_blks_read')) / checks,
      2,
    ),
    wal_bytes_per_check: rounded(number(statement, 'wal_bytes') / checks, 1),
    statement: beginningOf(String(statement['query'])),
  }));
}

const SHOWN_LENGTH = 70;

/** Without comments and line breaks. */
function beginningOf(query: string): string {
  const words = query.replaceAll(/--.*$/gm, '').replaceAll(/\s+/g, ' ').trim();
  return words.length > SHOWN_LENGTH ? `${words.slice(0, SHOWN_LENGTH)}...` : words;
}
