import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addTargets, listTargets, removeTargets } from './stored-targets.ts';
import { pauseTargets, restoreTargets, resumeTargets } from './target-life.ts';
import { parseTargetSpec } from './target-spec.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.query('TRUNCATE monitored_targets, target_changes, leases, schedules RESTART IDENTITY'));

const add = (...names: string[]) =>
  addTargets(
    database.pool,
    names.map((name) => parseTargetSpec({ name, url: 'https://a.example' }, { compilePattern: () => undefined })),
  );

async function present(): Promise<string[]> {
  return (await listTargets(database.pool)).map(({ id, name, paused }) => `${id} ${name}${paused ? ' paused' : ''}`);
}

describe('pausing and resuming', () => {
  test('takes names and ids, and says which were so already', async () => {
    await add('shop', 'blog', 'docs');
    await pauseTargets(database.pool, ['blog']);
    expect(await pauseTargets(database.pool, ['shop', '2'])).toEqual([
      { id: 1, name: 'shop', changed: true },
      { id: 2, name: 'blog', changed: false },
    ]);
    expect(await present()).toEqual(['2 blog paused', '3 docs', '1 shop paused']);
    expect(await resumeTargets(database.pool, ['shop', 'docs'])).toEqual([
      { id: 1, name: 'shop', changed: true },
      { id: 3, name: 'docs', changed: false },
    ]);
    expect(await present()).toEqual(['2 blog paused', '3 docs', '1 shop']);
  });

  test('leaves what is so already untouched', async () => {
    await add('shop');
    await pauseTargets(database.pool, ['shop']);
    await database.query('TRUNCATE target_changes');
    await pauseTargets(database.pool, ['shop', '1']);
    expect((await database.query('SELECT FROM target_changes')).rowCount).toBe(0);
  });

  test('changes none of them if one is unknown or removed, and says which', async () => {
    await add('shop', 'gone');
    await removeTargets(database.pool, ['gone']);
    await expect(pauseTargets(database.pool, ['shop', 'shpo', 'gone'])).rejects.toMatchObject({
      code: 'target_not_found',
      message: "there is no target 'shpo', 'gone'; nothing was changed",
    });
    expect(await present()).toEqual(['1 shop']);
  });
});

describe('restoring', () => {
  test('brings back by name or id, paused if it was', async () => {
    await add('shop', 'blog');
    await pauseTargets(database.pool, ['blog']);
    await removeTargets(database.pool, ['shop', 'blog']);
    expect(await restoreTargets(database.pool, ['shop', '2', 'blog'])).toEqual([
      { id: 1, name: 'shop', paused: false },
      { id: 2, name: 'blog', paused: true },
    ]);
    expect(await present()).toEqual(['2 blog paused', '1 shop']);
  });

  test('takes the one of a name that was removed last', async () => {
    await add('shop');
    await removeTargets(database.pool, ['shop']);
    await add('shop');
    await removeTargets(database.pool, ['shop']);
    await restoreTargets(database.pool, ['shop']);
    expect(await present()).toEqual(['2 shop']);
  });

  test('restores none of them if one is not removed, or never was there', async () => {
    await add('shop', 'gone');
    await removeTargets(database.pool, ['gone']);
    await expect(restoreTargets(database.pool, ['gone', 'shop', 'shpo'])).rejects.toMatchObject({
      code: 'target_not_found',
      message: "there is no removed target 'shpo'; target 'shop' is not removed; nothing was restored",
    });
    expect(await present()).toEqual(['1 shop']);
  });

  test('restores none of them if a name has been taken meanwhile', async () => {
    await add('shop', 'gone');
    await removeTargets(database.pool, ['shop', 'gone']);
    await add('shop');
    await expect(restoreTargets(database.pool, ['gone', 'shop'])).rejects.toMatchObject({
      code: 'target_name_taken',
      message: expect.stringContaining("'shop' (id 1) cannot come back: id 3 is called so too"),
    });
    expect(await present()).toEqual(['3 shop']);
  });

  test('restores none of two of the same name', async () => {
    await add('shop');
    await removeTargets(database.pool, ['shop']);
    await add('shop');
    await removeTargets(database.pool, ['shop']);
    await expect(restoreTargets(database.pool, ['1', '2'])).rejects.toMatchObject({ code: 'target_name_taken' });
    expect(await present()).toEqual([]);
  });

  test('says so to who comes too late for a name', async () => {
    await add('shop');
    await removeTargets(database.pool, ['shop']);
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
                          VALUES ('shop', 'https://b.example', 10, 1000)`);
      const restored = expect(restoreTargets(database.pool, ['shop'])).rejects.toMatchObject({
        code: 'target_name_taken',
      });
      await client.query('COMMIT');
      await restored;
    } finally {
      client.release();
    }
  });
});
