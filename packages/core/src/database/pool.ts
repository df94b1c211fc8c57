// Connection pools as Everytick wants them: named, bounded, and never silent about a lost connection.

import pg from 'pg';

export interface PoolOptions {
  readonly connectionString: string;
  /** Shown in `pg_stat_activity`, so that an operator sees which process holds a connection. */
  readonly applicationName: string;
  readonly max: number;
  /** Hears of connections that died while nobody used them. The pool replaces them by itself. */
  readonly onIdleError?: (error: Error) => void;
  /** The server ends a statement that takes longer. */
  readonly statementTimeoutMs?: number;
}

export function openPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Also enforced here, for a server that went away without closing the connection.
    query_timeout: (options.statementTimeoutMs ?? 30_000) + 5_000,
    // As statements after connecting and not as start-up parameters: poolers refuse unknown start-up parameters.
    onConnect: async (client) => {
      await client.query(
        `SET statement_timeout = ${options.statementTimeoutMs ?? 30_000}; SET idle_in_transaction_session_timeout = '60s'`,
      );
    },
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  return pool;
}
