import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addTargets, listTargets, removeTargets } from '../targets/stored-targets.ts';
import { parseTargetSpec } from '../targets/target-spec.ts';
import { addMaintenance, endMaintenance, listMaintenance, type MaintenanceSpec } from './maintenance-windows.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query(
    'TRUNCATE monitored_targets, target_changes, leases, schedules, maintenance_windows RESTART IDENTITY',
  );
  await addTargets(
    database.pool,
    ['shop', 'blog', 'docs'].map((name) =>
      parseTargetSpec({ name, url: 'https://a.example' }, { compilePattern: () => undefined }),
    ),
  );
  await database.query('TRUNCATE target_changes');
});

const hour = 3_600_000;
const fromNow = (ms: number) => new Date(Date.now() + ms);

const add = (spec: Partial<MaintenanceSpec> = {}) =>
  addMaintenance(database.pool, { targets: 'all', from: 'now', end: { afterMs: hour }, reason: null, ...spec });

async function changedTargets(): Promise<number[]> {
  const { rows } = await database.query<{ target_id: number }>('DELETE FROM target_changes RETURNING target_id');
  return rows.map((row) => row.target_id).sort();
}

describe('adding a maintenance window', () => {
  test('of some targets, by name or id, from now on', async () => {
    const added = await add({ targets: ['shop', '3', 'docs'], reason: ' new version ' });
    expect(added).toMatchObject({
      id: 1,
      state: 'running',
      targets: [
        { id: 1, name: 'shop' },
        { id: 3, name: 'docs' },
      ],
      reason: 'new version',
    });
    expect(added.endsAt.getTime() - added.startsAt.getTime()).toBe(hour);
    expect(await listMaintenance(database.pool)).toEqual([{ ...added, targets: added.targets?.toReversed() }]);
    expect(await changedTargets()).toEqual([1, 3]);
    const listed = await listTargets(database.pool);
    expect(listed.filter((target) => target.inMaintenance).map(({ name }) => name)).toEqual(['docs', 'shop']);
  });

  test('of all targets, between two moments', async () => {
    const [from, at] = [fromNow(hour), fromNow(2 * hour)];
    const added = await add({ from, end: { at } });
    expect(added).toMatchObject({ state: 'planned', targets: null, startsAt: from, endsAt: at, reason: null });
    expect(await changedTargets()).toEqual([1, 2, 3]);
    expect((await listTargets(database.pool)).some((target) => target.inMaintenance)).toBe(false);
  });

  test('that has begun already is possible, one that is over already is not', async () => {
    expect(await add({ from: fromNow(-hour), end: { afterMs: 2 * hour } })).toMatchObject({ state: 'running' });
    await expect(add({ from: fromNow(-2 * hour) })).rejects.toMatchObject({
      code: 'maintenance_invalid',
      message: expect.stringContaining("by the database's clock"),
    });
    expect(await listMaintenance(database.pool)).toHaveLength(1);
  });

  test.each<[string, Partial<MaintenanceSpec>, string]>([
    ['an end before its beginning', { end: { at: fromNow(-hour) } }, 'would end at'],
    ['no length', { end: { afterMs: 0 } }, 'would last 0s'],
    ['a length of years', { end: { afterMs: 367 * 24 * hour } }, 'allowed are 1s to 366d'],
    ['no targets', { targets: [] }, 'of which targets?'],
    ['an empty reason', { reason: ' ' }, 'allowed are 1 to 200'],
    ['a reason that is a novel', { reason: 'x'.repeat(201) }, 'has 201 characters'],
    ['a reason of control characters', { reason: '\u001b[2J' }, 'control characters'],
  ])('with %s is refused', async (_, spec, message) => {
    await expect(add(spec)).rejects.toMatchObject({
      code: 'maintenance_invalid',
      message: expect.stringContaining(message),
    });
    expect(await listMaintenance(database.pool)).toEqual([]);
  });

  test('of an unknown target is refused as a whole', async () => {
    await removeTargets(database.pool, ['docs']);
    await expect(add({ targets: ['shop', 'shpo', 'docs'] })).rejects.toMatchObject({
      code: 'target_not_found',
      message: "there is no target 'shpo', 'docs'; nothing was changed",
    });
    expect(await listMaintenance(database.pool)).toEqual([]);
  });
});

describe('listing maintenance windows', () => {
  test('shows what is planned, running, and over for less than seven days', async () => {
    await database.query(`
      INSERT INTO maintenance_windows (target_ids, starts_at, ends_at)
      SELECT ids, now() + starts, now() + ends
      FROM (VALUES ('{2}'::integer[], interval '1 hour', interval '2 hours'), (NULL, '-1 hour', '1 hour'),
                   (NULL, '-8 days', '-6 days'), (NULL, '-9 days', '-8 days')) AS w (ids, starts, ends)`);
    await removeTargets(database.pool, ['blog']);
    const found = await listMaintenance(database.pool);
    expect(found.map(({ id, state }) => [id, state])).toEqual([
      [3, 'over'],
      [2, 'running'],
      [1, 'planned'],
    ]);
    expect(found[2]?.targets).toEqual([{ id: 2, name: 'blog' }]);
  });
});

describe('ending maintenance windows', () => {
  test('ends what is running, and deletes what is planned', async () => {
    await add();
    await add({ from: fromNow(hour), targets: ['shop'] });
    await changedTargets();
    expect(await endMaintenance(database.pool, ['2', '1', '2'])).toEqual([
      { id: 2, was: 'planned' },
      { id: 1, was: 'running' },
    ]);
    expect(await listMaintenance(database.pool)).toEqual([expect.objectContaining({ id: 1, state: 'over' })]);
    expect(await changedTargets()).toEqual([1, 2, 3]);
  });

  test('ends none of them if one is over, or no window', async () => {
    await add();
    await add();
    await endMaintenance(database.pool, ['1']);
    await expect(endMaintenance(database.pool, ['2', '1'])).rejects.toMatchObject({
      code: 'maintenance_over',
      message: expect.stringMatching(/^maintenance window 1 has been over since .*; nothing was changed$/),
    });
    for (const unknown of ['3', '0', 'shop', '99999999999']) {
      await expect(endMaintenance(database.pool, ['2', unknown])).rejects.toMatchObject({
        code: 'maintenance_not_found',
        message: expect.stringContaining(`'${unknown}'`),
      });
    }
    expect((await listMaintenance(database.pool)).map(({ state }) => state)).toEqual(['over', 'running']);
  });
});
