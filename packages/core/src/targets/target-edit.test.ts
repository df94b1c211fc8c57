import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addTargets, listTargets, removeTargets } from './stored-targets.ts';
import { editTarget, parseTargetChanges, type TargetChanges } from './target-edit.ts';
import { parseTargetSpec, type TargetSpec } from './target-spec.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('TRUNCATE monitored_targets, target_changes, leases, schedules RESTART IDENTITY');
  const given = { url: 'https://shop.example', every: '30s', timeout: '5s', match: 'cart', ...original.options };
  await addTargets(
    database.pool,
    ['shop', 'blog'].map((name) => parseTargetSpec({ ...given, name }, { compilePattern: () => undefined })),
  );
  await database.query('TRUNCATE target_changes');
});

const edit = (changes: TargetChanges, nameOrId = 'shop') =>
  editTarget(database.pool, nameOrId, changes, { every: '--every', timeout: '--timeout' });

async function shop() {
  const target = (await listTargets(database.pool)).find(({ id }) => id === 1);
  const { name, url, intervalS, timeoutMs, matchPattern, locations, options } = target ?? {};
  return { name, url, intervalS, timeoutMs, matchPattern, locations, options };
}

const original = {
  name: 'shop',
  url: 'https://shop.example/',
  intervalS: 30,
  timeoutMs: 5_000,
  matchPattern: 'cart',
  locations: ['default'],
  options: { headers: { 'X-Shop': '1' }, expect: { status: ['200'] } },
};

describe('editing a target', () => {
  test.each<[string, TargetChanges]>([
    ['the name', { name: 'store' }],
    ['the URL', { url: 'https://store.example/' }],
    ['the interval', { intervalS: 6 }],
    ['the timeout', { timeoutMs: 29_800 }],
    ['interval and timeout', { intervalS: 2, timeoutMs: 1_800 }],
    ['the pattern', { matchPattern: 'basket' }],
    ['the pattern to none', { matchPattern: null }],
    ['the locations', { locations: ['default', 'oslo'] }],
  ])('changes %s and nothing else', async (_, changes) => {
    const edited = await edit(changes);
    expect(edited).toMatchObject({ id: 1, before: original, after: { ...original, ...changes } });
    expect(edited.changed).toEqual(Object.keys(changes));
    expect(await shop()).toEqual({ ...original, ...changes });
  });

  test('puts each option that is given in the place of what is there, takes away what is null, and keeps the rest', async () => {
    const rules = { compilePattern: () => undefined };
    const given = parseTargetChanges({ expect: { body: [{ matches: 'x' }] }, method: 'put', dns: null }, rules);
    const { changed } = await edit(given);
    expect(changed).toEqual(['options']);
    const { headers } = original.options;
    expect(await shop()).toEqual({
      ...original,
      options: { headers, expect: { body: [{ matches: 'x' }] }, method: 'PUT' },
    });
    await edit(parseTargetChanges({ headers: null, expect: {}, method: 'GET' }, rules));
    expect((await shop()).options).toEqual({});
    expect((await database.query('SELECT FROM monitored_targets WHERE options IS NULL')).rowCount).toBe(1);
  });

  test('refuses options that do not go with what the target has', async () => {
    await edit({ options: { http_version: '2', expect: { down_above: '3s' } } });
    await expect(edit({ url: 'http://shop.example/' })).rejects.toThrow(
      /^http_version, which 'shop' has, is 2, which needs an https URL.*\. Nothing was changed\.$/,
    );
    await expect(edit({ timeoutMs: 2_000 })).rejects.toThrow(
      /^expect.down_above, which 'shop' has, is 3s, and has to be less/,
    );
    await expect(edit({ options: { body: 'x' } })).rejects.toThrow(
      /^body: .* did you mean method POST\? Nothing was changed\.$/,
    );
  });

  test('changes a target that was stored before passwords in URLs were refused', async () => {
    await database.query(`UPDATE monitored_targets SET url = 'https://me:hunter2@shop.example/' WHERE id = 1`);
    await edit({ intervalS: 60 });
    expect(await shop()).toMatchObject({ url: 'https://me:hunter2@shop.example/', intervalS: 60 });
  });

  test('that is so already touches nothing', async () => {
    expect((await edit({ ...original })).changed).toEqual([]);
    expect((await database.query('SELECT FROM target_changes')).rowCount).toBe(0);
  });

  test('to an interval that the stored timeout does not go with says so and changes nothing', async () => {
    await expect(edit({ name: 'store', intervalS: 5 })).rejects.toMatchObject({
      code: 'target_invalid',
      message: expect.stringMatching(
        /^--every: 5s does not go with the timeout that 'shop' has: 5s is too long .* at most 4800ms .*; give --timeout as well\. Nothing was changed\.$/,
      ),
    });
    await expect(edit({ timeoutMs: 30_000 })).rejects.toThrow(/^--timeout: 30s is too long for an interval of 30s/);
    expect(await shop()).toEqual(original);
  });

  test('to a name that is taken changes nothing', async () => {
    await expect(edit({ name: 'blog', intervalS: 60 })).rejects.toMatchObject({
      code: 'target_name_taken',
      message: expect.stringContaining("'blog'"),
    });
    expect(await shop()).toEqual(original);
  });

  test('that has been removed, or never was, says so', async () => {
    await removeTargets(database.pool, ['blog']);
    for (const name of ['blog', 'shpo']) {
      await expect(edit({ intervalS: 60 }, name)).rejects.toMatchObject({ code: 'target_not_found' });
    }
  });

  test('while somebody else edits another field keeps both, unless they do not go together', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await editTarget(client, 'shop', { timeoutMs: 20_000, options: { method: 'POST' } });
      const [url, interval] = [edit({ url: 'https://b.example/' }), edit({ intervalS: 10 })];
      const body = edit({ options: { body: 'x' } });
      const refused = expect(interval).rejects.toMatchObject({ code: 'target_invalid' });
      // A body needs the method that the other one is about to give.
      await expect(body).rejects.toThrow('body');
      await client.query('COMMIT');
      await url;
      await refused;
    } finally {
      client.release();
    }
    expect(await shop()).toEqual({
      ...original,
      url: 'https://b.example/',
      timeoutMs: 20_000,
      options: { ...original.options, method: 'POST' },
    });
  });
});

test('30 changes of one target at once all succeed, and none undoes another', async () => {
  const keys = Array.from({ length: 30 }, (_, index) => `key${index}`);
  const addLabel =
    (key: string) =>
    ({ labels }: TargetSpec) => ({ labels: { ...labels, [key]: 'x' } });
  await Promise.all(keys.map((key) => editTarget(database.pool, 'shop', addLabel(key))));
  const [target] = (await listTargets(database.pool)).filter(({ name }) => name === 'shop');
  expect(Object.keys(target?.labels ?? {}).sort()).toEqual([...keys].sort());
}, 60_000);

test('a change of a version that is not there any more is refused', async () => {
  const { rows } = await database.query<{ version: string }>(
    "SELECT xmin::text AS version FROM monitored_targets WHERE name = 'shop'",
  );
  const version = rows[0]?.version ?? '';
  await editTarget(database.pool, 'shop', { intervalS: 40 }, {}, version);
  await expect(editTarget(database.pool, 'shop', { intervalS: 50 }, {}, version)).rejects.toMatchObject({
    code: 'target_changed',
  });
  expect(await shop()).toMatchObject({ intervalS: 40 });
});

describe('what is given to change a target', () => {
  const parse = (given: object) =>
    parseTargetChanges(given, { compilePattern: (pattern) => new RegExp(pattern) }, { url: '--url' });

  test('has the same rules as what is given to add one, and no defaults', () => {
    expect(parse({})).toEqual({});
    expect(parse({ every: '5m', match: null })).toEqual({ intervalS: 300, matchPattern: null });
    const wrong = { name: ' ', url: 'x', every: 0, timeout: 'y', match: '(', locations: ['Oslo'] };
    expect(() => parse(wrong)).toThrow(/^name: .*\n--url: .*\nevery: .*\ntimeout: .*\nmatch: .*\nlocations: .*$/);
  });
});
