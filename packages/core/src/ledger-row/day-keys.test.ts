import { addTestTargets, createTestDatabase, eventually, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { packOldestDayKey } from './day-keys.ts';

let database: TestDatabase;
let client: pg.Client;
const clients: pg.Client[] = [];

async function connect(): Promise<pg.Client> {
  const opened = new pg.Client({ connectionString: database.url });
  opened.on('error', () => undefined);
  await opened.connect();
  clients.push(opened);
  return opened;
}

beforeEach(async () => {
  database = await createTestDatabase();
  client = await connect();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((each) => each.end().catch(() => undefined)));
  await database.drop();
});

/** Rows as they come in: one of each target, and then the next of each. */
async function fill(daysAgo: number): Promise<string> {
  await database.query('SELECT ensure_check_results_partitions(current_date - 3, current_date + 1)');
  await database.query(
    `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome)
     SELECT ((now() AT TIME ZONE 'UTC')::date - $1::integer) AT TIME ZONE 'UTC' + tick * interval '1 minute', target, 1, 'up'
     FROM generate_series(1, 600) AS tick, generate_series(1, 40) AS target
     ORDER BY tick, hashint4(target)`,
    [daysAgo],
  );
  const { rows } = await database.query<{ name: string }>(
    `SELECT 'check_results_' || to_char((now() AT TIME ZONE 'UTC')::date - $1::integer, 'YYYYMMDD') || '_pkey' AS name`,
    [daysAgo],
  );
  return rows[0]?.name ?? '';
}

async function sizeOf(index: string): Promise<number> {
  const { rows } = await database.query<{ size: number }>('SELECT pg_relation_size($1::regclass)::integer AS size', [
    index,
  ]);
  return rows[0]?.size ?? 0;
}

it('the keys of days that are over are made anew once, oldest first, and that of today is left alone', async () => {
  const [today, yesterday, before] = [await fill(0), await fill(1), await fill(2)];
  await database.query("UPDATE leases SET next_fire_at = now() + interval '1 hour'");
  const loose = await sizeOf(yesterday);
  // The day before those is there as well, and empty.
  const packed: (string | null)[] = [];
  for (let name = await packOldestDayKey(client); name !== null; name = await packOldestDayKey(client))
    packed.push(name);
  // Within an hour of midnight yesterday is not over yet.
  expect(packed.slice(0, 2)).toEqual([expect.any(String), before]);
  expect(packed).not.toContain(today);
  const { rows } = await database.query<{ hour: number }>(
    "SELECT extract(hour FROM now() AT TIME ZONE 'UTC')::integer AS hour",
  );
  if ((rows[0]?.hour ?? 0) > 0) {
    expect(packed).toEqual([expect.any(String), before, yesterday]);
    expect(await sizeOf(yesterday)).toBeLessThan(loose * 0.75);
  }
});

it('a day of which something is owed is not over', async () => {
  const yesterday = await fill(1);
  await addTestTargets(database, [{}]);
  await database.query("UPDATE leases SET next_fire_at = now() - interval '36 hours'");
  const packed: (string | null)[] = [];
  for (let name = await packOldestDayKey(client); name !== null; name = await packOldestDayKey(client))
    packed.push(name);
  expect(packed).not.toContain(yesterday);
});

it('nobody waits for it: it waits for older transactions, and rows come in meanwhile', async () => {
  const before = await fill(2);
  const reader = await connect();
  await reader.query('BEGIN');
  await reader.query('SELECT count(*) FROM check_results');
  const packing = (async () => {
    while ((await packOldestDayKey(client)) !== before);
  })();
  await eventually(async () => {
    const { rows } = await database.query(
      "SELECT FROM pg_stat_activity WHERE query LIKE 'REINDEX%' AND wait_event_type = 'Lock'",
    );
    return rows.length > 0;
  });
  await database.query(
    `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome)
     SELECT ((now() AT TIME ZONE 'UTC')::date - 2) AT TIME ZONE 'UTC' + interval '23 hours', 41, 1, 'up'`,
  );
  await reader.query('COMMIT');
  await packing;
  const { rows } = await database.query('SELECT FROM check_results WHERE target_id = 41');
  expect(rows).toHaveLength(1);
});

it('what was left behind by one that was cut off is taken away, and it is made anew after all', async () => {
  const before = await fill(2);
  const reader = await connect();
  await reader.query('BEGIN');
  await reader.query('SELECT count(*) FROM check_results');
  const cut = await connect();
  const failed = (async () => {
    for (;;) await packOldestDayKey(cut);
  })().catch((error: Error) => error);
  await eventually(async () => {
    const { rows } = await database.query<{ pid: number }>(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'REINDEX%' AND wait_event_type = 'Lock'",
    );
    return rows.length > 0;
  });
  expect(await failed).toBeInstanceOf(Error);
  await reader.query('COMMIT');
  const invalid = async () => (await database.query('SELECT FROM pg_index WHERE NOT indisvalid')).rows.length;
  expect(await invalid()).toBe(1);
  const packed: (string | null)[] = [];
  for (let name = await packOldestDayKey(client); name !== null; name = await packOldestDayKey(client))
    packed.push(name);
  expect(packed).toContain(before);
  expect(await invalid()).toBe(0);
});
