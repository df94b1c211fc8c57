import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { addTestTargets, ledgerGaps } from './schedule.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('the check for gaps in the ledger finds a tick that is absent, and a run that is too long', async () => {
  const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }]);
  await database.query(
    `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome)
     SELECT tick_at_or_before($1, 10, now()) - i * interval '10 s', $1, 1, 'up' FROM generate_series(0, 4) AS i`,
    [id],
  );
  await database.query('UPDATE leases SET next_fire_at = tick_following($1, 10, tick_at_or_before($1, 10, now()))', [
    id,
  ]);
  expect(await ledgerGaps(database)).toEqual([]);
  await database.query(
    "UPDATE check_results SET ticks = 2 WHERE scheduled_at = tick_at_or_before($1, 10, now()) - interval '20 s'",
    [id],
  );
  expect(await ledgerGaps(database)).toEqual([{ targetId: id, expected: 5, recorded: 6 }]);
  await database.query(
    "DELETE FROM check_results WHERE scheduled_at = tick_at_or_before($1, 10, now()) - interval '20 s'",
    [id],
  );
  expect(await ledgerGaps(database)).toEqual([{ targetId: id, expected: 5, recorded: 4 }]);
});
