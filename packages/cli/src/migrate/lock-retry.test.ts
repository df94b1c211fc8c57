// Migrations against sessions that hold what they need.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmptyDatabase, eventually, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrate } from './migrate.ts';

let database: TestDatabase;
let dir: string;
let progress: string[];

beforeEach(async () => {
  database = await createEmptyDatabase();
  dir = await mkdtemp(join(tmpdir(), 'everytick-migrations-'));
  progress = [];
  await write('0001_one.sql', 'CREATE TABLE one (id integer); INSERT INTO one VALUES (1);');
  await run();
});
afterEach(async () => {
  await database.drop();
  await rm(dir, { recursive: true });
});

const write = (name: string, sql: string) => writeFile(join(dir, name), sql);
const run = (attempts = 50) =>
  migrate({
    databaseUrl: database.url,
    migrationsDir: dir,
    patience: { lockTimeoutMs: 50, attempts, pauseMs: 10, longestPauseMs: 10 },
    onProgress: (line) => progress.push(line),
  });

/** A transaction that has read the table, and ends when it is told to. */
async function openReader(): Promise<AsyncDisposable> {
  const client = await database.pool.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM one');
  return {
    async [Symbol.asyncDispose]() {
      await client.query('COMMIT');
      client.release();
    },
  };
}

describe('a migration that does not get its lock', () => {
  it('lets go, says so, and is applied when the lock is free', async () => {
    await write('0002_two.sql', 'CREATE TABLE two (); ALTER TABLE one ADD COLUMN name text;');
    await write('0003_three.sql', 'CREATE TABLE three ();');
    const reader = await openReader();
    const migrated = run();
    migrated.catch(() => undefined);
    await eventually(() => progress.filter((line) => line.startsWith('0002_two is put off')).length >= 2);
    // It is not queued for the lock all the time: others get through between two attempts.
    await database.query('INSERT INTO one VALUES (2)');
    await reader[Symbol.asyncDispose]();
    expect(await migrated).toMatchObject({ applied: ['0002_two', '0003_three'], alreadyApplied: 1 });
    expect(progress).toContain('0002_two is put off: another session holds a lock that it needs; 49 more attempts');
  });

  it('fails after its last attempt, and has changed nothing', async () => {
    await write('0002_two.sql', 'CREATE TABLE two (); ALTER TABLE one ADD COLUMN name text;');
    await using _ = await openReader();
    await expect(run(3)).rejects.toMatchObject({
      code: 'migration_failed',
      message: 'a migration failed: canceling statement due to lock timeout',
    });
    expect(progress.filter((line) => line === 'applying 0002_two')).toHaveLength(3);
    await expect(database.query('SELECT FROM two')).rejects.toThrow('does not exist');
  });

  it('is not tried again where the file is at fault', async () => {
    await write('0002_two.sql', 'SELECT 1 / 0;');
    await expect(run()).rejects.toThrow('division by zero');
    expect(progress.filter((line) => line === 'applying 0002_two')).toHaveLength(1);
  });

  it('may wait longer, or shorter, by its own lock_timeout', async () => {
    await write('0002_two.sql', "SET LOCAL lock_timeout = '1ms'; LOCK TABLE one;");
    await write('0003_three.sql', "DO $$ BEGIN ASSERT current_setting('lock_timeout') = '50ms'; END $$;");
    expect(await run()).toMatchObject({ applied: ['0002_two', '0003_three'] });
  });
});

describe('an index that is built concurrently', () => {
  const build = '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_id ON one (id);';
  const isValid = async () => {
    const { rows } = await database.query<{ valid: boolean }>(
      "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('one_id')",
    );
    return rows[0]?.valid;
  };

  it('waits for older transactions longer than a lock is waited for, while rows are written', async () => {
    await write('0002_index.sql', build);
    const reader = await openReader();
    const migrated = run(1);
    await eventually(async () => {
      const { rows } = await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query ~ 'CONCURRENTLY'
         AND wait_event_type = 'Lock' AND now() > query_start + interval '150 milliseconds'`,
      );
      return rows.length === 1;
    });
    await database.query('INSERT INTO one SELECT generate_series(2, 100)');
    await reader[Symbol.asyncDispose]();
    expect(await migrated).toMatchObject({ applied: ['0002_index'], invalidIndexes: [] });
    expect(await isValid()).toBe(true);
  });

  it('is dropped and built again where an attempt left it invalid', async () => {
    await write('0002_index.sql', build);
    await database.query('INSERT INTO one VALUES (1)');
    await expect(run()).rejects.toThrow('could not create unique index "one_id"');
    expect(await isValid()).toBe(false);
    await database.query('DELETE FROM one WHERE ctid = (SELECT min(ctid) FROM one)');
    expect(await run()).toMatchObject({ applied: ['0002_index'], invalidIndexes: [] });
    expect(progress).toContain('dropping the index one_id, which an attempt to build it has left invalid');
    expect(await isValid()).toBe(true);
  });

  it('is recorded, not built again, where the migrator was interrupted right behind it', async () => {
    await write('0002_index.sql', build);
    expect(await run()).toMatchObject({ applied: ['0002_index'] });
    await database.query("DELETE FROM everytick_migrations WHERE name = '0002_index'");
    await run();
    const { rows } = await database.query("SELECT FROM everytick_migrations WHERE name = '0002_index'");
    expect(rows).toHaveLength(1);
  });
});
