import { createTestDatabase, measuredSql, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addTargets, findTarget, listTargets, removeTargets, upsertTargets } from './stored-targets.ts';
import { parseTargetSpec, type TargetSpec } from './target-spec.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query(
    'TRUNCATE monitored_targets, target_changes, leases, schedules, check_results, maintenance_windows RESTART IDENTITY',
  );
  await database.query('DELETE FROM locations WHERE id <> 1');
});

function spec(name: string, changes: Partial<TargetSpec> = {}): TargetSpec {
  return {
    name,
    url: `https://${name}.example/`,
    intervalS: 10,
    timeoutMs: 5_000,
    matchPattern: null,
    group: null,
    labels: {},
    locations: ['default'],
    options: {},
    ...changes,
  };
}

async function names(): Promise<string[]> {
  return (await listTargets(database.pool)).map((target) => target.name);
}

describe('the schema and the validation of targets', () => {
  const given = (interval: string, timeout: string) =>
    parseTargetSpec({ url: 'https://a.example', every: interval, timeout }, { compilePattern: () => undefined });

  test.each([
    ['1s', '100ms', '99ms'],
    ['1s', '800ms', '801ms'],
    ['5s', '4800ms', '4801ms'],
    ['1d', '120s', '120001ms'],
  ])('have the same bounds: every %s with a timeout of %s, and not %s', async (interval, allowed, refused) => {
    const within = given(interval, allowed);
    await addTargets(database.pool, [within]);
    expect(() => given(interval, refused)).toThrow('timeout');
    const timeoutMs = Number.parseInt(refused, 10);
    await expect(addTargets(database.pool, [{ ...within, name: 'beyond', timeoutMs }])).rejects.toThrow('timeout_ms');
  });
});

describe('adding targets', () => {
  test('stores what was given', async () => {
    const added = await addTargets(database.pool, [spec('shop', { matchPattern: 'cart' }), spec('blog')]);
    expect(added.map(({ name }) => name)).toEqual(['shop', 'blog']);
    expect((await listTargets(database.pool))[1]).toEqual({
      ...spec('shop', { matchPattern: 'cart' }),
      id: added[0]?.id,
      paused: false,
      inMaintenance: false,
      source: null,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
      deletedAt: null,
      lastResult: null,
    });
  });

  test('keeps options as they are, and none as NULL', async () => {
    const options = { method: 'HEAD', expect: { json: [{ path: '$.a', equals: null }] } };
    await addTargets(database.pool, [spec('plain'), spec('special', { options })]);
    expect((await listTargets(database.pool)).map((target) => target.options)).toEqual([{}, options]);
    const { rows } = await database.query('SELECT FROM monitored_targets WHERE options IS NULL');
    expect(rows).toHaveLength(1);
  });

  test('makes the locations that nobody has named before, and each once', async () => {
    await addTargets(database.pool, [
      spec('shop', { locations: ['frankfurt', 'default'] }),
      spec('blog', { locations: ['oslo', 'frankfurt'] }),
    ]);
    const [blog, shop] = await listTargets(database.pool);
    expect(shop?.locations).toEqual(['default', 'frankfurt']);
    expect([...(blog?.locations ?? [])].sort()).toEqual(['frankfurt', 'oslo']);
    expect((await database.query('SELECT FROM locations')).rowCount).toBe(3);
  });

  test('makes no location for targets that cannot be added', async () => {
    await addTargets(database.pool, [spec('shop')]);
    await expect(addTargets(database.pool, [spec('shop', { locations: ['oslo'] })])).rejects.toThrow('shop');
    expect((await database.query('SELECT FROM locations')).rowCount).toBe(1);
  });

  test('lets two who name the same new location at once both have it', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await addTargets(client, [spec('first', { locations: ['oslo'] })]);
      const second = addTargets(database.pool, [spec('second', { locations: ['oslo'] })]);
      await client.query('COMMIT');
      await second;
    } finally {
      client.release();
    }
    const { rows } = await database.query('SELECT DISTINCT location_ids FROM monitored_targets');
    expect(rows).toHaveLength(1);
  });

  test('adds none of them if one name is taken, and says which', async () => {
    await addTargets(database.pool, [spec('shop')]);
    await expect(addTargets(database.pool, [spec('new'), spec('shop')])).rejects.toMatchObject({
      code: 'target_name_taken',
      message: expect.stringContaining("'shop'"),
    });
    expect(await names()).toEqual(['shop']);
  });

  test('adds none of them if a name is given twice', async () => {
    await expect(addTargets(database.pool, [spec('a'), spec('a')])).rejects.toMatchObject({
      code: 'target_name_taken',
    });
    expect(await names()).toEqual([]);
  });

  test('says the same to the loser of two who add at once', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await addTargets(client, [spec('shop')]);
      const second = addTargets(database.pool, [spec('shop')]);
      const loses = expect(second).rejects.toMatchObject({
        code: 'target_name_taken',
        message: expect.stringContaining("'shop'"),
      });
      await client.query('COMMIT');
      await loses;
    } finally {
      client.release();
    }
  });

  test('may use the name of a removed target again', async () => {
    await addTargets(database.pool, [spec('shop')]);
    await removeTargets(database.pool, ['shop']);
    await addTargets(database.pool, [spec('shop')]);
    expect(await names()).toEqual(['shop']);
  });
});

describe('upserting targets', () => {
  test('adds what is new, changes what differs, and leaves the rest untouched', async () => {
    await addTargets(database.pool, [spec('same'), spec('other')]);
    await database.query('TRUNCATE target_changes');
    const upserted = await upsertTargets(database.pool, [
      spec('same'),
      spec('other', { matchPattern: 'x' }),
      spec('new'),
    ]);
    expect(upserted.map(({ name, change }) => [name, change])).toEqual([
      ['same', 'unchanged'],
      ['other', 'changed'],
      ['new', 'added'],
    ]);
    const { rows } = await database.query(
      'SELECT name FROM target_changes JOIN monitored_targets ON id = target_id ORDER BY 1',
    );
    expect(rows.map((row) => row['name'])).toEqual(['new', 'other']);
  });

  test('takes other locations for a change, and another order of the same ones for none', async () => {
    await addTargets(database.pool, [spec('a'), spec('b', { locations: ['default', 'oslo'] })]);
    const upserted = await upsertTargets(database.pool, [
      spec('a', { locations: ['default', 'bergen'] }),
      spec('b', { locations: ['oslo', 'default'] }),
    ]);
    expect(upserted.map(({ change }) => change)).toEqual(['changed', 'unchanged']);
    expect((await listTargets(database.pool))[0]?.locations).toEqual(['default', 'bergen']);
  });

  test('takes other options for a change, and another order of the same ones for none', async () => {
    const options = { method: 'HEAD', redirects: { max: 3 } };
    await addTargets(
      database.pool,
      ['less', 'more', 'other', 'same'].map((name) => spec(name, { options: name === 'more' ? {} : options })),
    );
    const upserted = await upsertTargets(database.pool, [
      spec('less'),
      spec('more', { options }),
      spec('other', { options: { ...options, redirects: { max: 4 } } }),
      spec('same', { options: { redirects: { max: 3 }, method: 'HEAD' } }),
    ]);
    expect(upserted.map(({ change }) => change)).toEqual(['changed', 'changed', 'changed', 'unchanged']);
    expect((await listTargets(database.pool)).map((target) => target.options)).toEqual([
      {},
      options,
      { method: 'HEAD', redirects: { max: 4 } },
      options,
    ]);
  });

  test('gives the ids under which all of them are stored', async () => {
    await addTargets(database.pool, [spec('same')]);
    const upserted = await upsertTargets(database.pool, [spec('same'), spec('new')]);
    const listed = await listTargets(database.pool);
    expect(new Map(upserted.map(({ name, id }) => [name, id]))).toEqual(
      new Map(listed.map(({ name, id }) => [name, id])),
    );
  });
});

describe('listing targets', () => {
  test('shows the newest result of each', async () => {
    await addTargets(database.pool, [spec('shop'), spec('blog')]);
    await database.query(`SELECT ensure_check_results_partitions('2026-01-01', '2026-01-02')`);
    await database.query(`
      INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us, error_code, measured)
      SELECT at, 1, 1, outcome::check_outcome, us, code, ${measuredSql({ started_at: 'at', http_status: 'status' }, 'at', 'us')}
      FROM (VALUES (timestamptz '2026-01-01 23:59:50Z', 200, 'up', 1000, NULL),
                   ('2026-01-02 00:00:00Z', 500, 'down', 2000, 'status_unexpected')) AS seen (at, status, outcome, us, code)`);
    const [blog, shop] = await listTargets(database.pool);
    expect(blog?.lastResult).toBeNull();
    expect(shop?.lastResult).toEqual({
      location: 'default',
      scheduledAt: new Date('2026-01-02T00:00:00Z'),
      startedAt: new Date('2026-01-02T00:00:00Z'),
      outcome: 'down',
      httpStatus: 500,
      responseTimeUs: 2_000,
      errorCode: 'status_unexpected',
      errorDetail: null,
      ticks: 1,
    });
  });
});

describe('listing removed targets', () => {
  test('shows when each was removed, and no present one', async () => {
    await addTargets(database.pool, [spec('shop'), spec('blog')]);
    await removeTargets(database.pool, ['shop']);
    const removed = await listTargets(database.pool, { deleted: true });
    expect(removed).toEqual([expect.objectContaining({ name: 'shop', deletedAt: expect.any(Date) })]);
    expect(await names()).toEqual(['blog']);
  });
});

describe('removing targets', () => {
  test('takes names and ids', async () => {
    const [, blog] = await addTargets(database.pool, [spec('shop'), spec('blog')]);
    await removeTargets(database.pool, ['shop', String(blog?.id)]);
    expect(await names()).toEqual([]);
  });

  test('takes a name before an id', async () => {
    await addTargets(database.pool, [spec('one'), spec('1')]);
    expect((await removeTargets(database.pool, ['1'])).map(({ name }) => name)).toEqual(['1']);
    expect(await names()).toEqual(['one']);
  });

  test('removes none of them if one is unknown, and says which', async () => {
    await addTargets(database.pool, [spec('shop')]);
    await expect(removeTargets(database.pool, ['shop', 'shpo'])).rejects.toMatchObject({
      code: 'target_not_found',
      message: expect.stringContaining("'shpo'"),
    });
    expect(await names()).toEqual(['shop']);
  });

  test('leaves a target that can still be found for its ledger', async () => {
    const [shop] = await addTargets(database.pool, [spec('shop')]);
    await removeTargets(database.pool, ['shop']);
    expect(await findTarget(database.pool, 'shop')).toEqual(shop);
    await expect(removeTargets(database.pool, ['shop'])).rejects.toMatchObject({ code: 'target_not_found' });
  });
});
