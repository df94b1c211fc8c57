// Connection pools as Everytick wants them: named, bounded, and never silent about a lost connection.

import pg from 'pg';
import { loadSql } from './sql.ts';

const sessionSettingsSql = loadSql('session-settings');
const hotSessionSettingsSql = loadSql('session-settings-hot');

const DEFAULT_STATEMENT_TIMEOUT_MS = 30_000;

export interface PoolOptions {
  readonly connectionString: string;
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

export function openPool(options: PoolOptions): pg.Pool {
  const statementTimeoutMs = options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS;
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Also enforced here, for a server that went away without closing the connection.
    query_timeout: statementTimeoutMs + 5_000,
    onConnect: async (client) => {
      await client.query(sessionSettingsSql, [`${statementTimeoutMs}ms`]);
      if (options.hot) await client.query(hotSessionSettingsSql);
    },
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  return pool;
}
