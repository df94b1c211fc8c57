import { addTestTargets, createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import pg from 'pg';
import { readFleetStatus, readVacuumHolders } from './fleet-status.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

test('targets are counted by state, deleted ones not at all, and locations beside them', async () => {
  const [paused, deleted] = await addTestTargets(database, Array(5).fill({}));
  await database.query('UPDATE monitored_targets SET paused = true WHERE id = ANY ($1)', [[paused, deleted]]);
  await database.query('UPDATE monitored_targets SET deleted_at = now() WHERE id = $1', [deleted]);
  await database.query("INSERT INTO locations (name) VALUES ('oslo'), ('bergen')");
  expect(await readFleetStatus(database.pool)).toMatchObject({ activeTargets: 3, pausedTargets: 1, locations: 3 });
});

test('partitions ahead are those of the days after today, up to the first that is not there', async () => {
  const ahead = async () => (await readFleetStatus(database.pool)).partitionsAheadDays;
  const today = "(now() AT TIME ZONE 'UTC')::date";
  expect(await ahead()).toBe(0);
  await database.query(`SELECT ensure_check_results_partitions(${today} - 3, ${today})`);
  expect(await ahead()).toBe(0);
  await database.query(`SELECT ensure_check_results_partitions(${today} + 1, ${today} + 5)`);
  expect(await ahead()).toBe(5);
  const { rows } = await database.query<{ name: string }>(
    `SELECT 'check_results_' || to_char(${today} + 3, 'YYYYMMDD') AS name`,
  );
  await database.query(`DROP TABLE ${rows[0]?.name}`);
  expect(await ahead()).toBe(2);
});

describe('who holds back vacuum', () => {
  /** A session with a snapshot that it keeps. */
  async function hold(url: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, application_name: 'an analyst' });
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM monitored_targets');
    return client;
  }

  it('is a session with an open transaction, for as long as it is', async () => {
    expect(await readVacuumHolders(database.pool)).toEqual([]);
    const analyst = await hold(database.url);
    const [first, ...others] = await readVacuumHolders(database.pool);
    expect(others).toEqual([]);
    const [second] = await readVacuumHolders(database.pool);
    expect(second).toEqual({ ...first, ageS: expect.any(Number) });
    expect(second?.ageS).toBeGreaterThan(first?.ageS ?? Number.NaN);
    await analyst.query('COMMIT');
    expect(await readVacuumHolders(database.pool)).toEqual([]);
    await analyst.end();
  });

  it('is a session of another role too, but an ordinary role may not see since when', async () => {
    const role = `ordinary_${database.name}`;
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'open'`);
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'open'];
    const ordinary = new pg.Pool({ connectionString: url.href, max: 1 });
    const analyst = await hold(database.url);
    try {
      const holder = { holder: expect.stringMatching(/^session \d+$/), mark: expect.stringMatching(/^\d+$/) };
      expect(await readVacuumHolders(ordinary)).toEqual([{ ...holder, ageS: null }]);
      await database.query(`GRANT pg_read_all_stats TO ${role}`);
      expect(await readVacuumHolders(ordinary)).toEqual([{ ...holder, ageS: expect.any(Number) }]);
    } finally {
      await analyst.end();
      await ordinary.end();
      await database.query(`DROP ROLE ${role}`);
    }
  });
});
