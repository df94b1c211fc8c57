// Connection pools as Everytick wants them: named, bounded, and never silent about a lost connection.

import pg from 'pg';
import type { Pooler } from '../config/database.ts';
import { tracePool } from '../tracing/statement-spans.ts';
import { inTransactionsOfTheirOwn } from './one-transaction-each.ts';
import { loadSql } from './sql.ts';

const sessionSettingsSql = loadSql('session-settings');
const hotSessionSettingsSql = loadSql('session-settings-hot');

const DEFAULT_STATEMENT_TIMEOUT_MS = 30_000;

export interface PoolOptions {
  readonly connectionString: string;
  /** What that leads to; `none` unless given. */
  readonly pooler?: Pooler;
  /** Shown in `pg_stat_activity`, so that an operator sees which process holds a connection. */
  readonly applicationName: string;
  readonly max: number;
  /** Hears of connections that died while nobody used them. The pool replaces them by itself. */
  readonly onIdleError?: (error: Error) => void;
  /** For those who claim and finish: plans do not follow the statistics. */
  readonly hot?: boolean;
  /** The server ends a statement that takes longer. */
  readonly statementTimeoutMs?: number;
}

/**
 * Statements given to the pool itself run with the settings of session-settings.sql. Behind a transaction pooler those
 * given to a client of it (`connect()`) do not: a transaction of several statements makes its own.
 */
export function openPool(options: PoolOptions): pg.Pool {
  const statementTimeoutMs = options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS;
  const transactionPooler = options.pooler === 'transaction';
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Also enforced here, for a server that went away without closing the connection.
    query_timeout: statementTimeoutMs + 5_000,
    ...(!transactionPooler && {
      onConnect: async (client) => {
        await client.query(sessionSettingsSql, [`${statementTimeoutMs}ms`, false]);
        if (options.hot) await client.query(hotSessionSettingsSql, [false]);
      },
    }),
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  if (transactionPooler) {
    const settings = [sessionSettingsSql.replace('$1', `'${statementTimeoutMs}ms'`).replaceAll('$2', 'true')];
    if (options.hot) settings.push(hotSessionSettingsSql.replaceAll('$1', 'true'));
    pool.query = inTransactionsOfTheirOwn(pool, settings);
  }
  tracePool(pool, { clientsOnly: transactionPooler });
  return pool;
}
