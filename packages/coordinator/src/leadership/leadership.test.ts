import { silentLogger } from '@everytick/core';
import { createTestDatabase, eventually, type TestDatabase } from '@everytick/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LeaderSession, Leadership } from './leadership.ts';

let database: TestDatabase;
const started: Leadership[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(async () => {
  await Promise.all(started.splice(0).map((leadership) => leadership.close()));
});

function candidate(name: string, lead?: (session: LeaderSession) => Promise<void>): Leadership {
  const untilLost = (session: LeaderSession) =>
    new Promise<void>((resolve) => session.lost.addEventListener('abort', () => resolve()));
  const leadership = new Leadership({
    connectionString: database.url,
    applicationName: name,
    lead: lead ?? untilLost,
    logger: silentLogger(),
  });
  leadership.start();
  started.push(leadership);
  return leadership;
}

const kill = (name: string) =>
  database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [name]);

describe('leadership', () => {
  it('falls to one candidate, and to the other when the first steps down', async () => {
    const first = candidate('first');
    await eventually(() => first.leading);
    const second = candidate('second');
    await first.close();
    expect(first.leading).toBe(false);
    await eventually(() => second.leading);
  });

  it('passes on within five seconds when the connection of the leader is killed', async () => {
    const first = candidate('first');
    await eventually(() => first.leading);
    const second = candidate('second');
    await eventually(async () => {
      const { rows } = await database.query("SELECT FROM pg_stat_activity WHERE application_name = 'second'");
      return rows.length > 0;
    });
    await first.close();
    await eventually(() => second.leading, { timeoutMs: 5_000 });
  });

  it('is noticed to be lost by the one who had it, and tried for again', async () => {
    let times = 0;
    const leadership = candidate('only', (session) => {
      times++;
      return new Promise<void>((resolve) => session.lost.addEventListener('abort', () => resolve()));
    });
    await eventually(() => leadership.leading);
    await kill('only');
    await eventually(() => times === 2);
  });

  it('lets nobody act who has lost it', async () => {
    let session: LeaderSession | undefined;
    candidate('only', (given) => {
      session ??= given;
      return new Promise<void>((resolve) => given.lost.addEventListener('abort', () => resolve()));
    });
    await eventually(() => session !== undefined);
    await kill('only');
    await eventually(() => session?.lost.aborted === true);
    await expect(session?.use((client) => client.query('SELECT 1'))).rejects.toThrow();
  });

  it('keeps the statements of one duty out of the transaction of another', async () => {
    const seen: string[] = [];
    candidate('only', async (session) => {
      const transaction = session.use(async (client) => {
        await client.query('BEGIN');
        seen.push('begin');
        await client.query('SELECT pg_sleep(0.1)');
        await client.query('COMMIT');
        seen.push('commit');
      });
      const other = session.use((client) => client.query('SELECT 1').then(() => seen.push('other')));
      await Promise.all([transaction, other]);
    });
    await eventually(() => expect(seen.slice(0, 3)).toEqual(['begin', 'commit', 'other']));
  });
});
