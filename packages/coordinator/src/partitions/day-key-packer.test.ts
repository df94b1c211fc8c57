import { type Logger, silentLogger } from '@everytick/core';
import { createTestDatabase, eventually, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { DayKeyPacker } from './day-key-packer.ts';

let database: TestDatabase;
const clients: pg.Client[] = [];

async function connect(): Promise<pg.Client> {
  const opened = new pg.Client({ connectionString: database.url });
  opened.on('error', () => undefined);
  clients.push(opened);
  await opened.connect();
  return opened;
}

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((each) => each.end().catch(() => undefined)));
  await database.drop();
});

/** Results of two days that are over; returns the names of their partitions, the older one first. */
async function fill(): Promise<[string, string]> {
  await database.query('SELECT ensure_check_results_partitions(current_date - 3, current_date + 1)');
  await database.query(
    `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome)
     SELECT ((now() AT TIME ZONE 'UTC')::date - day) AT TIME ZONE 'UTC' + tick * interval '1 minute', target, 1, 'up'
     FROM generate_series(2, 3) AS day, generate_series(1, 600) AS tick, generate_series(1, 10) AS target`,
  );
  const { rows } = await database.query<{ name: string }>(
    `SELECT 'check_results_' || to_char((now() AT TIME ZONE 'UTC')::date - day, 'YYYYMMDD') AS name
     FROM unnest(ARRAY[3, 2]) AS day`,
  );
  return [rows[0]?.name ?? '', rows[1]?.name ?? ''];
}

/** A transaction of somebody's that all others have to wait for. */
async function openReader(): Promise<pg.Client> {
  const reader = await connect();
  await reader.query('SET statement_timeout = 0; BEGIN');
  await reader.query('SELECT count(*) FROM check_results');
  return reader;
}

function packer(logger: Logger = silentLogger()): DayKeyPacker {
  return new DayKeyPacker({ connectionString: database.url, logger });
}

function recordWarnings(): { logger: Logger; warnings: Record<string, unknown>[] } {
  const warnings: Record<string, unknown>[] = [];
  const logger = { ...silentLogger(), warn: (said: Record<string, unknown>) => void warnings.push(said) };
  return { logger: logger as unknown as Logger, warnings };
}

/** Turns as a leader takes them, without the pauses. */
async function packAll(of: DayKeyPacker, lost = new AbortController().signal): Promise<void> {
  while ((await of.turn({ lost })) <= 5_000);
}

/** Partitions whose key was made anew. */
async function packed(): Promise<string[]> {
  const { rows } = await database.query<{ day: string }>(
    `SELECT indrelid::regclass::text AS day FROM pg_index
     WHERE obj_description(indexrelid, 'pg_class') = 'made anew after its day' ORDER BY 1`,
  );
  return rows.map(({ day }) => day);
}

async function unusedIndexes(): Promise<number> {
  const { rows } = await database.query(
    "SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE NOT indisvalid AND relkind = 'i'",
  );
  return rows.length;
}

/** How many sessions of that name wait for others, in a statement that began so long ago. */
async function waiting(applicationName: string, forAsLongAs = '0'): Promise<number> {
  const { rows } = await database.query(
    `SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Lock'
       AND query_start < now() - $2::interval`,
    [applicationName, forAsLongAs],
  );
  return rows.length;
}

const PACKING = 'everytick coordinator packing';

async function sessions(): Promise<number> {
  const { rows } = await database.query(
    'SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
    [PACKING],
  );
  return rows.length;
}

it.each(['statement_timeout', 'lock_timeout'])('the %s of the database is not about it', async (setting) => {
  const days = await fill();
  await database.query(`ALTER DATABASE ${database.name} SET ${setting} = '400ms'`);
  const reader = await openReader();
  const { logger, warnings } = recordWarnings();
  const packing = packAll(packer(logger));
  await eventually(async () => (await waiting(PACKING, '800ms')) > 0);
  await reader.query('COMMIT');
  await packing;
  expect(await packed()).toEqual(expect.arrayContaining(days));
  expect(warnings).toEqual([]);
  expect(await unusedIndexes()).toBe(0);
});

it('a key that cannot be made anew holds up none of the others, and is left alone for a while', async () => {
  const [bad, good] = await fill();
  await database.query(
    `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
       IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.${bad}_pkey') THEN
         RAISE 'not this one';
       END IF;
     END $$;
     CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('ALTER INDEX') EXECUTE FUNCTION refuse()`,
  );
  const { logger, warnings } = recordWarnings();
  const ours = packer(logger);
  await packAll(ours);
  expect(await packed()).toContain(good);
  expect(await packed()).not.toContain(bad);
  expect(warnings).toMatchObject([{ index: `${bad}_pkey`, againInS: 60 }]);
  // It comes back for that one as soon as it is due.
  const pauseMs = await ours.turn({ lost: new AbortController().signal });
  expect(pauseMs).toBeGreaterThan(5_000);
  expect(pauseMs).toBeLessThanOrEqual(60_000);
  expect(warnings).toHaveLength(1);
});

it('asks again later and later while there is no connection', async () => {
  const { logger, warnings } = recordWarnings();
  const refused = new DayKeyPacker({ connectionString: `${database.url}_that_is_not_there`, logger });
  const turn = async () => Math.round((await refused.turn({ lost: new AbortController().signal })) / 1_000);
  expect([await turn(), await turn(), await turn()]).toEqual([60, 120, 240]);
  expect(warnings).toHaveLength(3);
});

it('however often leadership changes while others hold it up, one session packs, and it ends with its leader', async () => {
  const days = await fill();
  const reader = await openReader();
  for (let leader = 0; leader < 3; leader++) {
    const lost = new AbortController();
    const turn = packAll(packer(), lost.signal);
    await eventually(async () => (await waiting(PACKING)) > 0);
    // Another leader, who believes that the first one is no more.
    expect(await packer().turn({ lost: new AbortController().signal })).toBe(60_000);
    expect(await sessions()).toBe(1);
    lost.abort();
    await turn.catch(() => undefined);
    await eventually(async () => (await sessions()) === 0);
  }
  await reader.query('COMMIT');
  await packAll(packer());
  expect(await packed()).toEqual(expect.arrayContaining(days));
  expect(await unusedIndexes()).toBe(0);
}, 20_000);

it('leaves a day alone that an operator makes anew at the time, and neither of them fails', async () => {
  const [day, another] = await fill();
  const reader = await openReader();
  const operator = await connect();
  await operator.query("SET application_name = 'operator'");
  const operating = operator.query(`REINDEX TABLE CONCURRENTLY ${day}`);
  await eventually(async () => (await waiting('operator')) > 0);
  const before = await unusedIndexes();
  expect(before).toBeGreaterThan(0);

  const { logger, warnings } = recordWarnings();
  const ours = packer(logger);
  const packing = packAll(ours);
  // It goes on with the other one, and waits there.
  await eventually(async () => (await waiting(PACKING)) > 0);
  const { rows } = await database.query<{ statement: string }>(
    'SELECT query AS statement FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
    [PACKING],
  );
  expect(rows[0]?.statement).not.toContain(day);
  expect(await unusedIndexes()).toBeGreaterThanOrEqual(before);
  await reader.query('COMMIT');
  await operating;
  await packing;
  await packAll(ours);
  expect(await packed()).toEqual(expect.arrayContaining([day, another]));
  expect(warnings).toEqual([]);
  expect(await unusedIndexes()).toBe(0);
  await eventually(async () => {
    const stats = await database.query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(stats.rows[0]?.deadlocks).toBe('0');
  });
}, 20_000);
