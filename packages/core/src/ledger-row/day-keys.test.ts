import { addTestTargets, createTestDatabase, eventually, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { beginPacking, dropDayKey, leftOverDayKeys, looseDayKeys, packDayKey } from './day-keys.ts';

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
  expect(await beginPacking(client)).toBe(true);
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

/** Takes away what is left over, makes all keys anew that are due, and returns their names. */
async function packAll(): Promise<string[]> {
  for (const name of await leftOverDayKeys(client)) await dropDayKey(client, name);
  const names = await looseDayKeys(client);
  for (const name of names) await packDayKey(client, name);
  expect(await looseDayKeys(client)).toEqual([]);
  return names;
}

/** The sessions that make an index anew and wait for others. */
async function heldUp(): Promise<number[]> {
  const { rows } = await database.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND query LIKE 'REINDEX%' AND wait_event_type = 'Lock'`,
  );
  return rows.map(({ pid }) => pid);
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
  const packed = await packAll();
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
  const packed = await packAll();
  expect(packed).not.toContain(yesterday);
});

it('nobody waits for it: it waits for older transactions, and rows come in meanwhile', async () => {
  const before = await fill(2);
  const reader = await connect();
  await reader.query('BEGIN');
  await reader.query('SELECT count(*) FROM check_results');
  const packing = packAll();
  await eventually(async () => (await heldUp()).length > 0);
  await database.query(
    `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome)
     SELECT ((now() AT TIME ZONE 'UTC')::date - 2) AT TIME ZONE 'UTC' + interval '23 hours', 41, 1, 'up'`,
  );
  await reader.query('COMMIT');
  expect(await packing).toContain(before);
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
    for (const name of await looseDayKeys(cut)) await packDayKey(cut, name);
  })().catch((error: Error) => error);
  const [pid] = await eventually(async () => {
    const pids = await heldUp();
    return pids.length > 0 && pids;
  });
  await database.query('SELECT pg_terminate_backend($1)', [pid]);
  expect(await failed).toBeInstanceOf(Error);
  await reader.query('COMMIT');
  const invalid = async () => (await database.query('SELECT FROM pg_index WHERE NOT indisvalid')).rows.length;
  expect(await invalid()).toBe(1);
  // Its session is about to be gone, and makes nothing any more.
  await eventually(async () => (await leftOverDayKeys(client)).length === 1);
  const packed = await packAll();
  expect(packed).toContain(before);
  expect(await invalid()).toBe(0);
});

it('one session packs at a time, until it ends', async () => {
  const another = await connect();
  expect(await beginPacking(another)).toBe(false);
  await client.end();
  await eventually(() => beginPacking(another));
});

describe('while somebody else makes indexes of a day anew', () => {
  /** An operator who waits for a transaction of another; ends when that is committed. */
  async function operate(statement: (day: string) => string): Promise<{ day: string; finish: () => Promise<void> }> {
    const day = (await fill(2)).replace(/_pkey$/, '');
    const reader = await connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM check_results');
    const operator = await connect();
    const operating = operator.query(statement(day));
    await eventually(async () => (await heldUp()).length > 0);
    const finish = async () => {
      await reader.query('COMMIT');
      await operating;
    };
    return { day, finish };
  }

  it.each([
    ['one index', (day: string) => `REINDEX INDEX CONCURRENTLY ${day}_pkey`],
    ['all of them, those of long texts last', (day: string) => `REINDEX TABLE CONCURRENTLY ${day}`],
  ])('that day is left alone: %s', async (_which, statement) => {
    const { day, finish } = await operate(statement);
    const { rows } = await database.query('SELECT FROM pg_index WHERE NOT indisvalid');
    expect(rows.length).toBeGreaterThan(0);
    expect(await leftOverDayKeys(client)).toEqual([]);
    const loose = await looseDayKeys(client);
    expect(loose).not.toContain(`${day}_pkey`);
    // The one before is empty, and somebody else's affair is not.
    expect(loose.length).toBeGreaterThan(0);
    await finish();
    expect(await looseDayKeys(client)).toContain(`${day}_pkey`);
  });

  it('all days are left alone where the role is not told which one it is', async () => {
    const role = `packing_${database.name}`;
    await database.query(`CREATE ROLE ${role}; GRANT SELECT ON leases TO ${role}`);
    try {
      const { day, finish } = await operate((name) => `REINDEX INDEX CONCURRENTLY ${name}_pkey`);
      await client.query(`SET ROLE ${role}`);
      expect(await leftOverDayKeys(client)).toEqual([]);
      expect(await looseDayKeys(client)).toEqual([]);
      await finish();
      expect(await looseDayKeys(client)).toContain(`${day}_pkey`);
    } finally {
      await client.query('RESET ROLE');
      await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});
