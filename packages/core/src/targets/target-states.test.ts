// One definition of a target's state, whichever way it is asked for.

import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { targetResourceOf } from '../api/target-resource.ts';
import type { ListedTarget } from './listed-target.ts';
import { listTargets } from './stored-targets.ts';
import type { TargetFilter } from './target-filter.ts';
import { overviewOfTargets } from './target-overview.ts';
import { getTarget, listTargetPage } from './target-pages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  // What each of four locations says last: all at the same instant, or else some seconds or hours before.
  await database.query(`
      SELECT ensure_check_results_partitions(current_date - 1, current_date + 1);
      INSERT INTO locations (id, name) VALUES (2, 'oslo'), (3, 'lima'), (4, 'quito');
      INSERT INTO monitored_targets (id, name, url, interval_s, timeout_ms, group_name, location_ids) OVERRIDING SYSTEM VALUE
      SELECT id, 'several ' || id, 'http://several.example/', 60, 1000, 'several', location_ids
      FROM (VALUES (101, '{1,2}'::smallint[]), (102, '{1,2}'), (103, '{1,2,3}'), (104, '{1,2,3,4}'), (105, '{2,3}'), (106, '{2,3}'),
        (107, '{1}'), (108, '{1,2}')) AS t (id, location_ids);
      -- Most of the targets are others, so that those of the group are few.
      INSERT INTO monitored_targets (name, url, interval_s, timeout_ms) SELECT 'other ' || i, 'http://a.example/', 60, 1000 FROM generate_series(1, 40) AS i;
      INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks)
      SELECT date_trunc('minute', now()) - ago::interval, id, place, outcome::check_outcome, ticks
      FROM (VALUES
        (101, 1, '1 min', 'up', 1), (101, 2, '1 min', 'down', 1), (101, 1, '2 min', 'down', 1), (101, 2, '2 min', 'up', 1),
        -- Nobody runs the second location: one row for the last half hour.
        (102, 1, '1 min', 'up', 1), (102, 2, '30 min', 'missed', 30),
        (103, 1, '1 min', 'degraded', 1), (103, 2, '1 min', 'missed', 1), (103, 3, '1 min', 'up', 1),
        (104, 1, '2 min', 'down', 1), (104, 2, '1 min', 'down', 1), (104, 3, '1 min', 'down', 1), (104, 4, '1 min', 'up', 1),
        -- The location that it is down from is no longer one of its own.
        (105, 1, '1 min', 'down', 1), (105, 2, '1 min', 'up', 1), (105, 3, '1 min', 'skipped', 1),
        (106, 2, '5 hours', 'down', 1), (106, 3, '1 min', 'up', 1),
        (107, 1, '1 min', 'up', 1), (107, 1, '2 min', 'down', 1),
        (108, 1, '1 min', 'up', 1)
      ) AS r (id, place, ago, outcome, ticks)`);
});
afterAll(() => database.drop());

const ids = async (filter: TargetFilter) =>
  (await listTargetPage(database.pool, { limit: 100, ...filter })).targets.map(({ id }) => id);

/** The state of each, and the location that decides it. */
const decided = {
  101: ['down', 'oslo'],
  102: ['missed', 'oslo'],
  103: ['degraded', 'default'],
  104: ['down', 'oslo'],
  105: ['up', 'oslo'],
  106: ['down', 'oslo'],
  107: ['up', 'default'],
  108: ['up', 'default'],
} as const;

test('the state of a target is the worst that its locations say last, and the result is the one that decides', async () => {
  const shown = (targets: readonly ListedTarget[]) =>
    Object.fromEntries(
      targets.map((target) => [target.id, [targetResourceOf(target).state, target.lastResult?.location]]),
    );
  expect(shown((await listTargetPage(database.pool, { group: 'several', limit: 100 })).targets)).toEqual(decided);
  expect(shown((await listTargets(database.pool)).filter(({ id }) => id > 100))).toEqual(decided);
  const each = await Promise.all(Object.keys(decided).map((id) => getTarget(database.pool, Number(id))));
  expect(shown(each.flatMap((target) => target ?? []))).toEqual(decided);
});

test.each([
  ['all are looked at together', {}],
  ['each is looked up by itself', { group: 'several' }],
])('the filter and the overview go by the same states, where %s', async (_, filter: TargetFilter) => {
  for (const state of ['up', 'degraded', 'down', 'missed', 'skipped'] as const) {
    const expected = Object.entries(decided).flatMap(([id, [outcome]]) => (outcome === state ? [Number(id)] : []));
    expect((await ids({ ...filter, states: [state] })).filter((id) => id > 100)).toEqual(expected);
    const counted = (await overviewOfTargets(database.pool, filter)).by_state[state];
    expect(counted).toBe((await ids({ ...filter, states: [state] })).length);
  }
});
