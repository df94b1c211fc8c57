// Queries through a pooler in transaction mode. It gives us another server connection for each transaction, so whatever
// outlives one lands on a connection that others use: settings made on connect, prepared statements. Here every statement
// has a transaction of its own, with its settings made for that transaction only, and no name.
//
//   BEGIN and settings (one simple query) -> the statement -> COMMIT
//                                                 \-- failed -> ROLLBACK, or the connection is cut

import pg from 'pg';
import { EverytickError } from '../domain/error.ts';

/** What takes the place of `pool.query`. `settings` are statements that make settings local to a transaction. */
export function inTransactionsOfTheirOwn(pool: pg.Pool, settings: readonly string[]): pg.Pool['query'] {
  const begin = ['BEGIN', ...settings].join(';\n');

  const query = async (given: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> => {
    const { name: _, ...statement }: pg.QueryConfig = typeof given === 'string' ? { text: given } : given;
    const client = await pool.connect();
    // Its statements reject as well, and those are heard; without a listener the process would end.
    const ignore = () => undefined;
    client.on('error', ignore);
    try {
      await client.query(begin);
      const result = await client.query(statement, values);
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      client.release(!(await rolledBack(client, error)));
      throw error;
    } finally {
      client.off('error', ignore);
    }
  };
  return query as pg.Pool['query'];
}

/**
 * Only after an error that the server itself reported, or that is ours, can the connection be trusted, and only once it has
 * rolled back.
 */
export async function rolledBack(client: pg.PoolClient, error: unknown): Promise<boolean> {
  if (!(error instanceof pg.DatabaseError || error instanceof EverytickError)) return false;
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
