import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { workerList } from '../api/place-resource.ts';
import { listWorkers } from './worker-status.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('workers are those that are there and those of the last day', async () => {
  await database.query(`
    INSERT INTO locations (id, name) VALUES (2, 'oslo');
    INSERT INTO workers (name, location_id, started_at, seen_at, stopped_at) VALUES
      ('there', 1, now() - interval '3 days', now(), NULL),
      ('lost', 1, now() - interval '3 days', now() - interval '16 s', NULL),
      ('stopped', 2, now() - interval '3 days', now(), now()),
      ('forgotten', 2, now() - interval '3 days', now() - interval '25 hours', NULL)`);
  const workers = await listWorkers(database.pool);
  expect(workers.map(({ name, location, alive }) => [name, location, alive])).toEqual([
    ['lost', 'default', false],
    ['there', 'default', true],
    ['stopped', 'oslo', false],
  ]);
  workerList.strict().parse({ workers });
});
