// Doing something to a target only if it is as somebody has seen it.

import type pg from 'pg';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { inTransaction } from '../database/transaction.ts';
import { EverytickError } from '../domain/error.ts';

const holdSql = loadSql('target-hold');
const statementTimeoutMs = 10_000;

/**
 * All or nothing. Throws `target_changed` if none of `versions` is the target's own, and what `act` throws, which has to say
 * so itself where there is no such target.
 */
export function ofVersion<Result>(
  pool: pg.Pool,
  id: number,
  versions: readonly string[],
  act: (database: Queryable) => Promise<Result>,
): Promise<Result> {
  return inTransaction(pool, { statementTimeoutMs }, async (client) => {
    const { rows } = await client.query<{ name: string; version: string }>(holdSql, [id]);
    const [target] = rows;
    if (target !== undefined && !versions.includes(target.version)) {
      throw new EverytickError(
        'target_changed',
        `'${target.name}' has been changed since it was read; nothing was changed`,
      );
    }
    return act(client);
  });
}
