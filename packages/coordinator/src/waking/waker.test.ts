import { loadSql } from '@everytick/core';
import { addTestTargets, createTestDatabase, eventually, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { LeaderSession } from '../leadership/leadership.ts';
import { Waker } from './waker.ts';

let database: TestDatabase;
let client: pg.Client;
let listener: pg.Client;
const heard: unknown[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(loadSql('leader-session'));
  await client.query("SET idle_session_timeout = '0'");
  listener = new pg.Client({ connectionString: database.url });
  await listener.connect();
  heard.length = 0;
  listener.on('notification', ({ payload }) => heard.push(JSON.parse(payload ?? 'null')));
  await listener.query('LISTEN everytick_due');
});
afterEach(async () => {
  await Promise.all([client.end(), listener.end()]);
  await database.drop();
});

/** Something is due at the location of the schema's, and at as many others as it says, each with a worker. */
async function due(others: number): Promise<number[]> {
  await database.query("INSERT INTO locations (name) SELECT 'place-' || n FROM generate_series(1, $1::integer) AS n", [
    others,
  ]);
  await database.query("INSERT INTO workers (name, location_id) SELECT 'worker', id FROM locations");
  const [id] = await addTestTargets(database, [{}]);
  await database.query(
    'UPDATE monitored_targets SET location_ids = ARRAY(SELECT id FROM locations ORDER BY id) WHERE id = $1',
    [id],
  );
  await database.query(loadSql('leases-sync'), [[id]]);
  await database.query('UPDATE leases SET next_fire_at = now()');
  const { rows } = await database.query<{ id: number }>('SELECT id FROM locations ORDER BY id');
  return rows.map((row) => row.id);
}

async function wake(): Promise<void> {
  let notified = 0;
  await new Waker(() => notified++).turn(new LeaderSession(client, new AbortController()));
  expect(notified).toBe(1);
  await eventually(() => heard.length > 0);
}

it('says at which locations something is due', async () => {
  const locations = await due(20);
  await wake();
  expect(heard).toHaveLength(1);
  const said = heard[0] as { locations: number[] };
  expect(said.locations.toSorted((a, b) => a - b)).toEqual(locations);
});

it('wakes everybody where there are more locations than a notification holds', async () => {
  const locations = await due(2_000);
  expect(JSON.stringify({ locations }).length).toBeGreaterThan(8_000);
  await wake();
  expect(heard).toEqual([{}]);
});
