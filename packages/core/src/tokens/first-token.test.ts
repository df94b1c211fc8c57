import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { openPool } from '../database/pool.ts';
import { ensureFirstToken } from './first-token.ts';
import { makeToken } from './token-secret.ts';
import { createToken, listTokens, revokeToken, verifyToken } from './tokens.ts';

let scratch: TestDatabase;
let database: pg.Pool;
beforeAll(async () => {
  scratch = await createTestDatabase();
  database = openPool({ connectionString: scratch.url, applicationName: 'tokens under test', max: 4 });
});
afterAll(async () => {
  await database.end();
  await scratch.drop();
});
beforeEach(async () => {
  await database.query('TRUNCATE api_tokens');
});

describe('the first token', () => {
  it('is added once, with all rights and for ever, however many begin at once', async () => {
    const token = makeToken();
    const states = await Promise.all(Array.from({ length: 8 }, () => ensureFirstToken(database, token)));
    expect(states.sort()).toEqual(['added', ...Array(7).fill('valid')]);
    expect(await verifyToken(database, token)).toMatchObject({
      name: 'first',
      scopes: ['read', 'write'],
      expiresInMs: null,
    });
    expect(await listTokens(database)).toHaveLength(1);
  });

  it('is not brought back once it is revoked', async () => {
    const token = makeToken();
    await ensureFirstToken(database, token);
    await revokeToken(database, 'first');
    expect(await ensureFirstToken(database, token)).toBe('revoked');
    expect(await verifyToken(database, token)).toBeNull();
    expect(await ensureFirstToken(database, makeToken())).toBe('added');
  });

  it('does not take the place of another of its name', async () => {
    const { token } = await createToken(database, { name: 'first', scopes: ['read'], validForMs: null });
    const other = makeToken();
    expect(await ensureFirstToken(database, other)).toBe('name_taken');
    expect(await verifyToken(database, other)).toBeNull();
    expect(await verifyToken(database, token)).toMatchObject({ scopes: ['read'] });
  });
});
