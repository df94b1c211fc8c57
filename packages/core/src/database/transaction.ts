// Several statements that hold together, on one connection of a pool.
//
//   BEGIN -> settings -> the work -> COMMIT
//                            \-- failed -> ROLLBACK, or the connection is cut

import type pg from 'pg';
import { rolledBack } from './one-transaction-each.ts';
import { loadSql } from './sql.ts';

const sessionSettingsSql = loadSql('session-settings');

export interface TransactionOptions {
  /** The server ends a statement that takes longer. */
  readonly statementTimeoutMs: number;
}

/**
 * Runs the work in a transaction, READ COMMITTED. Its settings are its own, as a pooler in transaction mode needs. What the
 * work throws has undone all of it; where the connection is lost amid COMMIT, nobody can tell whether it was done.
 */
export async function inTransaction<Result>(
  pool: pg.Pool,
  { statementTimeoutMs }: TransactionOptions,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  // Its statements reject as well, and those are heard; without a listener the process would end.
  const ignore = () => undefined;
  client.on('error', ignore);
  try {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    await client.query(sessionSettingsSql, [`${statementTimeoutMs}ms`, true]);
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(!(await rolledBack(client, error)));
    throw error;
  } finally {
    client.off('error', ignore);
  }
}
