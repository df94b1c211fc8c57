// Who may use the API: making, listing, ending and recognizing tokens. A token is shown once, when it is made; what is kept
// is its hash.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';
import { hashOfToken, looksLikeToken, makeToken } from './token-secret.ts';

const createSql = loadSql('token-create');
const listSql = loadSql('tokens-list');
const revokeSql = loadSql('token-revoke');
const verifySql = loadSql('token-verify');
const anyValidSql = loadSql('tokens-any-valid');

/** `write` includes `read`. */
export const tokenScopes = ['read', 'write'] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** A hundred years: whoever wants more wants `never`. */
const longestMs = 100 * 366 * 86_400_000;
const longestName = 200;

export interface TokenSpec {
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  /** From now on; null: it is valid until it is revoked. */
  readonly validForMs: number | null;
}

export interface StoredToken {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly state: 'valid' | 'expired' | 'revoked';
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** Up to a minute earlier than it was. Null: never. */
  readonly lastUsedAt: Date | null;
}

export interface CreatedToken extends StoredToken {
  /** The only time that it is seen. */
  readonly token: string;
}

/** Whom a token that came with a request stands for. */
export interface VerifiedToken {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  /** Null: it does not expire. */
  readonly expiresInMs: number | null;
}

/** Throws `token_invalid` and `token_name_taken`. */
export async function createToken(database: Queryable, spec: TokenSpec): Promise<CreatedToken> {
  const name = spec.name.trim();
  const problems = [nameProblem(name), scopesProblem(spec.scopes), validityProblem(spec.validForMs)];
  const told = problems.filter((problem) => problem !== null);
  if (told.length > 0) throw new EverytickError('token_invalid', told.join('\n'));
  const token = makeToken();
  const scopes = tokenScopes.filter((scope) => spec.scopes.includes(scope));
  const { rows } = await database.query(createSql, [name, hashOfToken(token), scopes, spec.validForMs]);
  const [row] = rows;
  if (row === undefined) {
    throw new EverytickError(
      'token_name_taken',
      `there is a token '${name}' already; revoke it, or choose another name`,
    );
  }
  return { ...tokenOfRow(row), token };
}

export async function listTokens(database: Queryable): Promise<StoredToken[]> {
  const { rows } = await database.query(listSql);
  return rows.map(tokenOfRow);
}

/** Ends it now; coordinators follow within seconds. Throws `token_not_found`. */
export async function revokeToken(database: Queryable, name: string): Promise<StoredToken> {
  const { rows } = await database.query(revokeSql, [name]);
  const [row] = rows;
  if (row === undefined) throw new EverytickError('token_not_found', `there is no token '${name}' that can be revoked`);
  return tokenOfRow(row);
}

/** Null: it is none, or it has expired or been revoked. */
export async function verifyToken(database: Queryable, token: string): Promise<VerifiedToken | null> {
  if (!looksLikeToken(token)) return null;
  const { rows } = await database.query(verifySql, [hashOfToken(token)]);
  const [row] = rows;
  return row === undefined ? null : { id: row.id, name: row.name, scopes: row.scopes, expiresInMs: row.expires_in_ms };
}

export async function hasValidToken(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ any_valid: boolean }>(anyValidSql);
  return rows[0]?.any_valid ?? false;
}

function nameProblem(name: string): string | null {
  if (name === '') return 'the name of a token is empty; say who uses it';
  if (name.length > longestName) return `the name has ${name.length} characters; allowed are ${longestName}`;
  return /\p{Cc}/u.test(name) || !name.isWellFormed()
    ? 'the name contains control characters; allowed is one line of text'
    : null;
}

function scopesProblem(scopes: readonly string[]): string | null {
  const allowed = `allowed are ${tokenScopes.join(' and ')}`;
  if (scopes.length === 0) return `what may it be used for? Give a scope; ${allowed}`;
  const unknown = scopes.find((scope) => !(tokenScopes as readonly string[]).includes(scope));
  return unknown === undefined ? null : `'${unknown}' is no scope; ${allowed}`;
}

function validityProblem(validForMs: number | null): string | null {
  if (validForMs === null || (validForMs >= 1_000 && validForMs <= longestMs)) return null;
  return 'a token is valid for at least 1s and at most 100 years, or for ever';
}

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
function tokenOfRow(row: any): StoredToken {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    state: row.state,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}
