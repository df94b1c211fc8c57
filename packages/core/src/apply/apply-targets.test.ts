import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addTargets } from '../targets/stored-targets.ts';
import { pauseTargets } from '../targets/target-life.ts';
import { parseTargetSpec, type TargetSpec, type TargetSpecInput } from '../targets/target-spec.ts';
import { applyTargets } from './apply-targets.ts';
import type { PlanOptions } from './plan.ts';
import { planTargets } from './plan-targets.ts';
import type { TargetDeclaration, TargetSet } from './target-set.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('TRUNCATE monitored_targets, target_changes, leases, schedules CASCADE');
});

const nothing: PlanOptions = { prune: false, adopt: false };
const prune: PlanOptions = { prune: true, adopt: false };
const adopt: PlanOptions = { prune: false, adopt: true };

function spec(given: Omit<TargetSpecInput, 'url'> & { readonly url?: string } = {}): TargetSpec {
  return parseTargetSpec(
    { url: 'https://shop.example/', ...given },
    { compilePattern: (pattern) => new RegExp(pattern) },
  );
}

const declare = (given: Parameters<typeof spec>[0], paused: boolean | null = null): TargetDeclaration => {
  return { spec: spec(given), paused };
};
const setOf = (source: string | null, ...declarations: TargetDeclaration[]): TargetSet => ({ source, declarations });
const apply = (set: TargetSet, options = nothing) => applyTargets(database.pool, set, options);
const plan = (set: TargetSet, options = nothing) => planTargets(database.pool, set, options);

const stored = async () => {
  const { rows } = await database.query<{ name: string; source: string | null; paused: boolean; every: number }>(
    'SELECT name, source, paused, interval_s AS every FROM monitored_targets WHERE deleted_at IS NULL ORDER BY name',
  );
  return rows;
};
const namesOf = async () => (await stored()).map(({ name }) => name);
const versions = async () => (await database.query('SELECT id, xmin FROM monitored_targets ORDER BY id')).rows;
const changesToSync = async () => (await database.query('SELECT target_id FROM target_changes')).rowCount;

describe('applying a set', () => {
  it('adds what is not there, and says which ids it has', async () => {
    const { changes, unchanged } = await apply(
      setOf(
        'shop',
        declare({ name: 'a', group: 'web', labels: { team: 'x' }, locations: ['berlin', 'default'] }),
        declare({ name: 'b' }, true),
      ),
    );
    expect(changes.map(({ action, name }) => [action, name])).toEqual([
      ['add', 'a'],
      ['add', 'b'],
    ]);
    expect(changes.every(({ id }) => Number(id) > 0)).toBe(true);
    expect(unchanged).toBe(0);
    expect(await stored()).toEqual([
      { name: 'a', source: 'shop', paused: false, every: 60 },
      { name: 'b', source: 'shop', paused: true, every: 60 },
    ]);
    const { rows } = await database.query(
      'SELECT name FROM locations WHERE id = ANY (SELECT unnest(location_ids) FROM monitored_targets) ORDER BY id',
    );
    expect(rows.map(({ name }) => name)).toEqual(['default', 'berlin']);
  });

  it('touches nothing the second time', async () => {
    const set = setOf(
      'shop',
      declare({ name: 'a', headers: { b: 'c', a: 'd' }, locations: ['paris', 'default'] }),
      declare({ name: 'b' }, false),
    );
    await apply(set);
    await database.query('DELETE FROM target_changes');
    const before = await versions();
    expect(await apply(set, prune)).toEqual({ source: 'shop', changes: [], unchanged: 2, undeclared: [] });
    expect(await versions()).toEqual(before);
    expect(await changesToSync()).toBe(0);
  });

  it('changes what differs and nothing else, and says what that is', async () => {
    await apply(
      setOf(
        'shop',
        declare({ name: 'same' }),
        declare({ name: 'other', labels: { team: 'a', tier: 1 }, headers: { accept: 'x' } }),
      ),
    );
    await database.query('DELETE FROM target_changes');
    const { changes, unchanged } = await apply(
      setOf(
        'shop',
        declare({ name: 'same' }),
        declare(
          {
            name: 'other',
            url: 'https://b.example/',
            every: '10s',
            match: 'x',
            labels: { team: 'b' },
            group: 'g',
            method: 'PUT',
            headers: { 'X-Key.2': { env: 'A' } },
            expect: { status: [200], body_size: { min: 3 } },
          },
          true,
        ),
      ),
    );
    expect(unchanged).toBe(1);
    expect(changes.map(({ name, changed }) => [name, [...changed].sort()])).toEqual([
      [
        'other',
        [
          'every',
          'expect.body_size.min',
          'expect.status',
          'group',
          'headers.X-Key.2',
          'headers.accept',
          'labels.team',
          'labels.tier',
          'match',
          'method',
          'paused',
          'timeout',
          'url',
        ],
      ],
    ]);
    expect(await changesToSync()).toBe(1);
  });

  it('leaves pausing to people where the set does not speak of it', async () => {
    const set = setOf('shop', declare({ name: 'a' }));
    await apply(set);
    await pauseTargets(database.pool, ['a']);
    expect((await apply(set)).changes).toEqual([]);
    expect((await apply(setOf('shop', declare({ name: 'a' }, false)))).changes[0]?.changed).toEqual(['paused']);
    expect((await stored())[0]?.paused).toBe(false);
  });

  it('removes what it does not declare only when told to, and only its own', async () => {
    await addTargets(database.pool, [spec({ name: 'by hand' })]);
    await apply(setOf('blog', declare({ name: 'blog' })));
    await apply(setOf('shop', declare({ name: 'a' }), declare({ name: 'b' })));
    const stays = { changes: [], undeclared: ['b'] };
    expect(await apply(setOf('shop', declare({ name: 'a' })))).toMatchObject(stays);
    expect(await plan(setOf('shop', declare({ name: 'a' })))).toMatchObject(stays);
    expect((await plan(setOf(null, declare({ name: 'by hand' })))).undeclared).toEqual([]);
    const { changes, undeclared } = await apply(setOf('shop', declare({ name: 'a' })), prune);
    expect(undeclared).toEqual([]);
    expect(changes).toMatchObject([{ action: 'remove', name: 'b', after: null, before: { source: 'shop' } }]);
    expect(await namesOf()).toEqual(['a', 'blog', 'by hand']);
  });

  it('can add again what was removed', async () => {
    await apply(setOf('shop', declare({ name: 'a' })));
    await apply(setOf('shop'), prune);
    const { changes } = await apply(setOf('shop', declare({ name: 'a' })));
    expect(changes).toMatchObject([{ action: 'add', name: 'a' }]);
  });

  it('needs a source for removing', async () => {
    await expect(apply(setOf(null), prune)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/--source NAME/),
    });
    await expect(plan(setOf(null), prune)).rejects.toMatchObject({ code: 'usage' });
  });

  it('without a source declares targets as if they were added by hand', async () => {
    await addTargets(database.pool, [spec({ name: 'a' })]);
    const { changes } = await apply(setOf(null, declare({ name: 'a', every: '5s' }), declare({ name: 'b' })));
    expect(changes.map(({ action, changed }) => [action, changed])).toEqual([
      ['change', ['every', 'timeout']],
      ['add', []],
    ]);
  });

  it('refuses a name that is declared twice', async () => {
    await expect(apply(setOf('shop', declare({ name: 'a' }), declare({ name: 'a' })))).rejects.toMatchObject({
      code: 'target_name_taken',
    });
  });
});

describe('targets of another source', () => {
  it('stand in the way of a set that declares their names', async () => {
    const others = Array.from({ length: 13 }, (_, index) => declare({ name: `target ${index + 10}` }));
    await apply(setOf('blog', ...others));
    const before = await versions();
    const set = setOf('shop', declare({ name: 'new' }), ...others);
    for (const attempt of [apply, plan]) {
      await expect(attempt(set)).rejects.toMatchObject({
        code: 'target_source_conflict',
        message: expect.stringMatching(/^'target 10' belongs to the source 'blog'\n(.*\n){9}and 3 more\n.*--adopt/),
      });
    }
    await expect(apply(setOf(null, ...others))).rejects.toMatchObject({ code: 'target_source_conflict' });
    expect(await versions()).toEqual(before);
  });

  it('are taken over by a set that adopts them', async () => {
    await apply(setOf('blog', declare({ name: 'a' }), declare({ name: 'b' })));
    const { changes } = await apply(setOf('shop', declare({ name: 'a' })), adopt);
    expect(changes).toMatchObject([
      { action: 'change', changed: ['source'], before: { source: 'blog' }, after: { source: 'shop' } },
    ]);
    expect((await apply(setOf(null, declare({ name: 'b' })), adopt)).changes).toMatchObject([{ changed: ['source'] }]);
    expect((await stored()).map(({ source }) => source)).toEqual(['shop', null]);
  });

  it('are something else than targets made by hand, which a source takes over', async () => {
    await addTargets(database.pool, [spec({ name: 'a' })]);
    const { changes } = await apply(setOf('shop', declare({ name: 'a' })));
    expect(changes).toMatchObject([
      { action: 'change', changed: ['source'], before: { source: null }, after: { source: 'shop' } },
    ]);
  });
});

describe('a plan', () => {
  it('is what apply does then, and changes nothing itself', async () => {
    await apply(setOf('shop', declare({ name: 'a' }), declare({ name: 'b' })));
    const before = await versions();
    const set = setOf('shop', declare({ name: 'b', every: '10s' }), declare({ name: 'c' }));
    const planned = await plan(set, prune);
    expect(await versions()).toEqual(before);
    const { changes } = await apply(set, prune);
    expect(changes.map((change) => ({ ...change, id: change.action === 'add' ? null : change.id }))).toEqual(
      planned.changes,
    );
    expect(planned.changes.map(({ action }) => action)).toEqual(['remove', 'change', 'add']);
    expect(await plan(set, prune)).toEqual({ source: 'shop', changes: [], unchanged: 2, undeclared: [] });
  });
});
