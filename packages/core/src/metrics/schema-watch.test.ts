import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { requiredMigration } from '../database/schema-version.ts';
import { SchemaWatch } from './schema-watch.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('whether a migration is pending is what the database said last, and unknown before it has said anything', async () => {
  let away = true;
  const sometimes = {
    query: (...args: unknown[]) =>
      away
        ? Promise.reject(new Error('connection refused'))
        : (database.pool.query as (...args: unknown[]) => Promise<unknown>)(...args),
  } as unknown as pg.Pool;
  const watch = new SchemaWatch(sometimes);
  await expect(watch.check()).rejects.toThrow('connection refused');
  expect(watch.pending).toBeUndefined();

  away = false;
  await watch.check();
  expect(watch.pending).toBe(false);

  await database.query('DELETE FROM everytick_migrations WHERE name >= $1', [requiredMigration]);
  await expect(watch.check()).rejects.toThrow('run "everytick migrate"');
  expect(watch.pending).toBe(true);

  away = true;
  await expect(watch.check()).rejects.toThrow('connection refused');
  expect(watch.pending).toBe(true);
});

test('it is asked at once, and no more once it is stopped', () => {
  const asked: unknown[] = [];
  const watch = new SchemaWatch({
    query: (query: unknown) => {
      asked.push(query);
      return Promise.resolve({ rows: [[true, requiredMigration]] });
    },
  } as unknown as pg.Pool);
  watch.start();
  watch.stop();
  expect(asked).toHaveLength(1);
});
