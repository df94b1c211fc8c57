import { readCoordinatorConfig, silentLogger } from '@everytick/core';
import { addTestTargets, createTestDatabase, eventually, scrape, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CoordinatorProcess } from '../coordinator-process.ts';

let database: TestDatabase;
const coordinators: CoordinatorProcess[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await Promise.all(coordinators.map((coordinator) => coordinator.stop()));
  await database.drop();
});

/** It serves its status, and does nothing yet. */
async function serve() {
  const env = { EVERYTICK_DATABASE_URL: database.url, EVERYTICK_API: 'off', EVERYTICK_VERIFY_INTERVAL_S: '1' };
  const coordinator = new CoordinatorProcess(readCoordinatorConfig(env), silentLogger(), {
    compilePattern: (pattern) => new RegExp(pattern),
  });
  coordinators.push(coordinator);
  const url = await coordinator.serve((error) => {
    throw error;
  });
  const value = async (series: string) => (await scrape(url)).value(`everytick_${series}`);
  return { coordinator, value };
}

async function start() {
  const { coordinator, value } = await serve();
  coordinator.run();
  return value;
}

test('of a listener it says nothing before it listens', async () => {
  const { coordinator, value } = await serve();
  expect(await value('listener_connected')).toBeUndefined();
  coordinator.run();
  await eventually(async () => expect(await value('listener_connected')).toBe(1));
  await coordinator.stop();
  coordinators.pop();
});

const ofLeader = [
  'locations',
  'targets{state="active"}',
  'partitions_ahead_days',
  'location_due_ticks{location="default"}',
  'location_workers{location="default"}',
  'database_oldest_xmin_age_seconds',
  'ledger_ticks_expected',
  'rollups_built_timestamp_seconds',
  'rollups_lagging',
  'ledger_oldest_day_timestamp_seconds',
  'default_partitions',
  'storage_bytes{table="check_results"}',
  'ledger_ticks_recorded{outcome="up"}',
];

test('the leader alone speaks for all, and says nothing any more when it has lost the lead', async () => {
  await addTestTargets(database, [{ intervalS: 3_600 }, { intervalS: 3_600 }]);
  await database.query("UPDATE leases SET next_fire_at = now() - interval '1 s'");
  // Nobody claims, and without a worker the ticks would be written as missed.
  await database.query(
    "INSERT INTO workers (name, location_id, seen_at) VALUES ('idle', 1, now() + interval '1 hour')",
  );
  const first = await start();
  for (const series of ofLeader) {
    await eventually(async () => expect([series, await first(series)]).toEqual([series, expect.any(Number)]));
  }
  expect(await first('leader')).toBe(1);
  expect(await first('leadership_changes_total')).toBe(1);
  expect(await first('targets{state="active"}')).toBe(2);
  await eventually(async () => expect(await first('partitions_ahead_days')).toBe(7));
  expect(await first('location_due_ticks{location="default"}')).toBe(2);

  const second = await start();
  await eventually(async () => expect(await second('listener_connected')).toBe(1));
  await eventually(async () => expect(await second('event_loop_delay_seconds')).toBeGreaterThanOrEqual(0));
  expect(await second('schema_migration_pending')).toBe(0);
  expect(await second('leadership_changes_total')).toBe(0);
  for (const series of ofLeader) expect([series, await second(series)]).toEqual([series, undefined]);

  // The first one may be quicker to take the lead again.
  await eventually(
    async () => {
      if ((await second('leader')) === 1) return true;
      const { rows } = await database.query<{ pid: number }>(
        `SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE datname = current_database() AND locktype = 'advisory' AND granted
           AND application_name = 'everytick coordinator leadership'`,
      );
      if ((await first('leader')) === 1) await database.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      return false;
    },
    { timeoutMs: 15_000 },
  );
  await eventually(async () => expect(await first('leader')).toBe(0));
  expect(await second('leadership_changes_total')).toBe(1);
  for (const series of ofLeader) {
    await eventually(async () => expect([series, await first(series)]).toEqual([series, undefined]));
    await eventually(async () => expect([series, await second(series)]).toEqual([series, expect.any(Number)]));
  }
}, 30_000);
