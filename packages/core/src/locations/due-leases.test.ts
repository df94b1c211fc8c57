import { addTestTargets, createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countDueLeases } from './due-leases.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('leases that are due and unclaimed are counted by location, as far as one wants', async () => {
  await database.query("INSERT INTO locations (name) VALUES ('oslo')");
  const [claimed, paused, later] = await addTestTargets(database, Array(6).fill({ intervalS: 60 }));
  await database.query("UPDATE leases SET next_fire_at = now() - interval '1 minute'");
  const claim = "next_fire_at = now() + interval '1 minute', open_tick = now(), leased_until = now() + interval '9 s'";
  await database.query(`UPDATE leases SET ${claim} WHERE target_id = $1`, [claimed]);
  await database.query('UPDATE leases SET next_fire_at = NULL WHERE target_id = $1', [paused]);
  await database.query("UPDATE leases SET next_fire_at = now() + interval '1 minute' WHERE target_id = $1", [later]);
  const due = (atMost: number) => countDueLeases(database.pool, atMost);
  expect(await due(100)).toEqual(new Map(Object.entries({ default: 3, oslo: 0 })));
  expect(await due(2)).toEqual(new Map(Object.entries({ default: 2, oslo: 0 })));
});
