import { setTimeout as delay } from 'node:timers/promises';
import { addTestTargets, createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { buildRollups } from './build-rollups.ts';
import { rebuildRollups } from './rebuild-rollups.ts';
import { readRollupsStatus } from './rollups-status.ts';

const options = { statementTimeoutMs: 30_000 };
const HOUR_MS = 3_600_000;

let database: TestDatabase;
let ids: number[];
let yesterday: number;
beforeEach(async () => {
  database = await createTestDatabase();
  ids = await addTestTargets(database, [{ intervalS: 600 }, { intervalS: 600 }]);
  yesterday = Math.floor(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS - 24 * HOUR_MS;
  await database.query(
    `UPDATE schedules SET first_tick = tick_at_or_before(target_id, 600, '${new Date(yesterday - HOUR_MS).toISOString()}'),
       schedule_from = tick_at_or_before(target_id, 600, '${new Date(yesterday - HOUR_MS).toISOString()}') - interval '1 ms';
     UPDATE leases AS l SET schedule_from = s.schedule_from, first_tick = s.first_tick,
       next_fire_at = tick_at_or_before(l.target_id, 600, now()) + interval '600 s'
     FROM schedules AS s WHERE s.target_id = l.target_id;
     INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us)
     SELECT tick, target_id, 1, 'up', 1000
     FROM leases CROSS JOIN generate_series(first_tick, next_fire_at - interval '600 s', interval '600 s') AS tick;
     DELETE FROM target_changes; DELETE FROM rollups_owed`,
  );
  while (!(await buildRollups(database.pool, options)).done);
});
afterEach(() => database.drop());

const at = (hours: number) => new Date(yesterday + hours * HOUR_MS);
const down = async (where: string, values: unknown[] = []) =>
  (
    await database.query(
      `SELECT target_id, sum(down_ticks)::integer AS down FROM ${where} GROUP BY 1 ORDER BY 1`,
      values,
    )
  ).rows;
const turnDown = () =>
  database.query("UPDATE check_results SET outcome = 'down' WHERE scheduled_at >= $1 AND scheduled_at < $2", [
    at(3),
    at(6),
  ]);

test('hours and days are built again from a ledger that was changed', async () => {
  await turnDown();
  const seen: number[] = [];
  const rebuilt = await rebuildRollups(database.pool, {
    ...options,
    from: new Date(at(3).getTime() + 1_000),
    to: new Date(at(5).getTime() + 1),
    onProgress: ({ hoursDone }) => seen.push(hoursDone),
  });
  expect(rebuilt).toEqual({ from: at(3), to: at(6), hours: 6, days: 2, leftOut: 0 });
  expect(seen).toEqual([0, 1, 2, 3]);
  expect(await down('rollups_hourly')).toEqual(ids.map((id) => ({ target_id: id, down: 18 })));
  expect(await down('rollups_daily')).toEqual(ids.map((id) => ({ target_id: id, down: 18 })));
});

test('of some targets alone, where it is asked for', async () => {
  await turnDown();
  const [first, second] = ids;
  await rebuildRollups(database.pool, { ...options, from: at(0), to: at(24), targetIds: [second as number] });
  expect(await down('rollups_hourly')).toEqual([
    { target_id: first, down: 0 },
    { target_id: second, down: 18 },
  ]);
});

test('a period whose ledger is gone is refused, with what there is, and nothing is changed', async () => {
  await turnDown();
  // What held when an hour began is up to 37 hours back.
  await database.query('UPDATE rollups_progress SET raw_from = $1', [at(-35)]);
  const rebuild = (from: Date) => rebuildRollups(database.pool, { ...options, from, to: at(6) });
  await expect(rebuild(at(1))).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(`for hours from ${at(2).toISOString()} on`),
  });
  expect((await down('rollups_hourly'))[0]).toMatchObject({ down: 0 });
  await expect(rebuildRollups(database.pool, { ...options, from: at(72), to: at(90) })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('they are built until'),
  });
});

test('hours whose beginning needs what retention has dropped stay as they are', async () => {
  const hours = async () => (await database.query('SELECT * FROM rollups_hourly ORDER BY target_id, hour')).rows;
  const before = await hours();
  await database.query('DELETE FROM check_results WHERE scheduled_at < $1', [at(2)]);
  await database.query('UPDATE rollups_progress SET raw_from = $1', [at(2)]);
  // As a schedule that was changed late has it.
  await database.query('INSERT INTO rollups_owed VALUES ($1, 1, $2)', [ids[0], at(1)]);
  while (!(await buildRollups(database.pool, options)).done);
  expect(await hours()).toEqual(before);
});

test('a day that the leader is at is built again all the same', async () => {
  await database.query(
    `UPDATE rollups_progress SET days_until = days_until - 1, day_target_id = ${ids[0]};
     DELETE FROM rollups_daily WHERE target_id > ${ids[0]} AND day = (SELECT days_until FROM rollups_progress)`,
  );
  await turnDown();
  await rebuildRollups(database.pool, { ...options, from: at(0), to: at(24) });
  while (!(await buildRollups(database.pool, options)).done);
  expect(await down('rollups_daily')).toEqual(ids.map((id) => ({ target_id: id, down: 18 })));
});

test('who is not settled is left as it is, and told', async () => {
  await turnDown();
  const [first, second] = ids;
  await database.query('INSERT INTO target_changes (target_id) VALUES ($1)', [first]);
  const rebuilt = await rebuildRollups(database.pool, { ...options, from: at(3), to: at(6) });
  expect(rebuilt).toMatchObject({ hours: 3, leftOut: 3 });
  expect(await down('rollups_hourly')).toEqual([
    { target_id: first, down: 0 },
    { target_id: second, down: 18 },
  ]);
});

test('it takes its turn after somebody who builds for longer than one attempt waits', async () => {
  await turnDown();
  const leader = await database.pool.connect();
  await leader.query('BEGIN; LOCK TABLE rollups_progress IN EXCLUSIVE MODE');
  const rebuilding = rebuildRollups(database.pool, { ...options, from: at(3), to: at(6) });
  await delay(3_500);
  await leader.query('COMMIT');
  leader.release();
  expect(await rebuilding).toMatchObject({ hours: 6, leftOut: 0 });
});

test('the status says how far rollups are built, who is behind, and what is kept', async () => {
  const status = await readRollupsStatus(database.pool);
  expect(status).toMatchObject({
    lagging: 0,
    laggingSince: null,
    defaultPartitions: 0,
    daysUntil: at(24).toISOString().slice(0, 10),
  });
  expect(status.hoursUntil?.getTime()).toBeGreaterThanOrEqual(at(24).getTime());
  expect(status.rawSince?.getTime()).toBeLessThan(at(0).getTime());
  expect(status.rebuildableSince).toEqual(status.rawSince);
  expect(status.rawBytes).toBeGreaterThan(status.hourlyBytes / 100);
  expect(status.hourlySince).toMatch(/^\d{4}-\d{2}-01$/);
  expect(status.dailySince).toMatch(/^\d{4}-01-01$/);
  await database.query('INSERT INTO rollups_owed VALUES ($1, 1, $2)', [ids[0], at(4)]);
  expect(await readRollupsStatus(database.pool)).toMatchObject({ lagging: 1, laggingSince: at(4) });
});
