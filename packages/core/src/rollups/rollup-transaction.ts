// A transaction that builds rollups. One at a time, in one snapshot: whoever builds the same hour at the same moment, a second leader
// or a rebuild, waits and then sees what the first has done.
//
//   BEGIN, lock -> settings -> the work -> COMMIT
//                                  \-- failed -> ROLLBACK, or the connection is cut

import type pg from 'pg';
import { rolledBack } from '../database/one-transaction-each.ts';
import { loadSql } from '../database/sql.ts';

const beginSql = loadSql('rollups-begin');
const settingsSql = loadSql('rollups-settings');

export interface RollupTransactionOptions {
  /** The server ends a statement that takes longer. */
  readonly statementTimeoutMs: number;
  /** The connection is cut when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** Rejects with SQLSTATE 55P03 where somebody else builds for longer than some seconds. */
export async function inRollupTransaction<Result>(
  pool: pg.Pool,
  { statementTimeoutMs, signal }: RollupTransactionOptions,
  work: (client: pg.ClientBase) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const client = await pool.connect();
  // A connection that breaks says so to the statement under way as well.
  const ignore = () => undefined;
  client.on('error', ignore);
  const giveUp = () =>
    void (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    await client.query(beginSql);
    await client.query(settingsSql, [`${statementTimeoutMs}ms`]);
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(!(await rolledBack(client, error)));
    throw error;
  } finally {
    client.off('error', ignore);
    signal?.removeEventListener('abort', giveUp);
  }
}
