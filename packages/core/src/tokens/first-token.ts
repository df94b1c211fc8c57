// The token that an installation begins with: made before there is a database, and given to the coordinators by a setting.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { hashOfToken } from './token-secret.ts';

const ensureSql = loadSql('token-ensure');
const stateSql = loadSql('token-state');

/** Under which it is listed, and revoked. */
export const firstTokenName = 'first';

/** `name_taken`: another token that is not revoked has the name. Only after `added` and `valid` it can be used. */
export type FirstTokenState = 'added' | 'valid' | 'expired' | 'revoked' | 'name_taken';

/**
 * Sees to it that the token is there, with all scopes. Never brings one back that was revoked, and never takes the place of
 * another; so it can be repeated, and done by several at once.
 */
export async function ensureFirstToken(database: Queryable, token: string): Promise<FirstTokenState> {
  const hash = hashOfToken(token);
  const { rows: added } = await database.query<{ state: FirstTokenState }>(ensureSql, [
    firstTokenName,
    hash,
    ['read', 'write'],
  ]);
  if (added[0] !== undefined) return added[0].state;
  const { rows: found } = await database.query<{ state: FirstTokenState }>(stateSql, [hash]);
  return found[0]?.state ?? 'name_taken';
}
