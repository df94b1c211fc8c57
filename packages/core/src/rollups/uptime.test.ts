import { addTestTargets, createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { uptimePage, uptimeResource } from '../api/uptime-resource.ts';
import { buildRollups } from './build-rollups.ts';
import { type UptimeQuery, uptimeOf } from './uptime.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let database: TestDatabase;
let now: number;
beforeEach(async () => {
  database = await createTestDatabase();
  now = Number((await database.query("SELECT date_part('epoch', now()) * 1000 AS now")).rows[0]?.['now']);
});
afterEach(() => database.drop());

/** Checked every minute for two days, all of them up, but for the hours (of those ago) that are named. */
async function target(outcomesByHoursAgo: Readonly<Record<number, string>> = {}): Promise<number> {
  const [id] = (await addTestTargets(database, [{ intervalS: 60 }])) as [number];
  await database.query(
    `UPDATE schedules SET first_tick = tick_at_or_before(target_id, 60, now() - interval '2 days'),
       schedule_from = tick_at_or_before(target_id, 60, now() - interval '2 days') - interval '1 ms' WHERE target_id = ${id};
     UPDATE leases AS l SET schedule_from = s.schedule_from, first_tick = s.first_tick,
       next_fire_at = tick_at_or_before(l.target_id, 60, now()) + interval '1 min'
     FROM schedules AS s WHERE s.target_id = l.target_id AND l.target_id = ${id};
     INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us)
     SELECT tick, target_id, 1,
            coalesce('${JSON.stringify(outcomesByHoursAgo)}'::jsonb ->> (floor(date_part('epoch', date_bin('1 hour', now(), to_timestamp(0))
              - date_bin('1 hour', tick, to_timestamp(0))) / 3600))::text, 'up')::check_outcome, 1000
     FROM leases CROSS JOIN generate_series(first_tick, next_fire_at - interval '1 min', interval '1 min') AS tick WHERE target_id = ${id};
     DELETE FROM target_changes; DELETE FROM rollups_owed`,
  );
  return id;
}

async function build(): Promise<void> {
  while (!(await buildRollups(database.pool, { statementTimeoutMs: 30_000 })).done);
}

async function uptime(id: number, query: Omit<UptimeQuery, 'targetIds'> = {}) {
  const [found] = await uptimeOf(database.pool, { targetIds: [id], ...query });
  if (found === undefined) throw new Error('there is no target');
  expect(uptimeResource.strict().parse(found)).toEqual(found);
  return found;
}

const lastHours = (hours: number) => new Date(Math.floor(now / HOUR_MS) * HOUR_MS - hours * HOUR_MS);

test('it is the same whether hours and days are built or not', async () => {
  const id = await target({ 3: 'down', 5: 'degraded', 30: 'missed', 31: 'skipped' });
  const period = { from: lastHours(46), to: lastHours(0) };
  const before = await uptime(id, period);
  await build();
  expect((await database.query('SELECT FROM rollups_daily')).rowCount).toBeGreaterThan(0);
  const { since, ...after } = await uptime(id, period);
  expect(after).toEqual({ ...before, since: undefined });
  expect(since).toBe(period.from.toISOString());
  expect(after.ticks).toEqual({ up: 42 * 60, degraded: 60, down: 60, missed: 60, skipped: 60 });
  const { down, unobserved, skipped } = after.duration_ms;
  expect([down, unobserved, skipped]).toEqual([HOUR_MS, HOUR_MS, HOUR_MS]);
  expect(Object.values(after.duration_ms).reduce((sum, ms) => sum + ms, 0)).toBe(46 * HOUR_MS);
  expect(after.uptime).toBeCloseTo(43 / 44, 10);
  expect(after.coverage).toBeCloseTo(44 / 45, 10);
  expect(after.response_time_ms).toMatchObject({ mean: 1, max: 1 });
  expect(Math.abs((after.response_time_ms?.p99 ?? 0) - 1)).toBeLessThan(0.02);
});

test('it goes up to now, and counts what is being checked to nobody', async () => {
  const id = await target();
  await build();
  const found = await uptime(id);
  expect(Date.parse(found.to)).toBeGreaterThanOrEqual(now - 1);
  expect(found.uptime).toBe(1);
  expect(found.coverage).toBe(1);
  await database.query(
    "UPDATE leases SET open_tick = next_fire_at - interval '1 min', leased_until = now() + interval '1 min'",
  );
  await database.query('DELETE FROM check_results WHERE scheduled_at = (SELECT open_tick FROM leases)');
  expect(await uptime(id)).toMatchObject({ uptime: 1, coverage: 1 });
});

test('time that nobody has claimed is not observed, long before it is written as missed; that of a paused target is skipped', async () => {
  const id = await target();
  // Nothing is built: half an hour ago may be an hour that is over, of which nothing can be owed any more once it is built.
  await database.query(
    "UPDATE leases SET next_fire_at = tick_at_or_before(target_id, 60, now() - interval '30 min'); DELETE FROM check_results WHERE scheduled_at >= (SELECT next_fire_at FROM leases)",
  );
  const unclaimed = await uptime(id);
  expect(unclaimed.duration_ms.unobserved).toBeGreaterThan(29 * 60_000);
  expect(unclaimed.uptime).toBe(1);
  expect(unclaimed.coverage).toBeLessThan(1);
  await database.query("UPDATE leases SET skip_from = next_fire_at, skip_code = 'paused', next_fire_at = NULL");
  const paused = await uptime(id);
  expect(paused.duration_ms.skipped).toBeGreaterThan(29 * 60_000);
  expect(paused.ticks.skipped).toBeGreaterThanOrEqual(30);
  expect(paused).toMatchObject({ uptime: 1, coverage: 1 });
});

test('its beginning is rounded down to the hour, and to the day where hours are gone; its end to the hour where results are gone', async () => {
  const id = await target();
  await build();
  const from = new Date(lastHours(20).getTime() + 1_234_000);
  expect((await uptime(id, { from })).from).toBe(lastHours(20).toISOString());
  await database.query("UPDATE rollups_progress SET hourly_from = (now() AT TIME ZONE 'UTC')::date + 1");
  expect((await uptime(id, { from })).from).toBe(new Date(Math.floor(from.getTime() / DAY_MS) * DAY_MS).toISOString());
  await database.query("UPDATE rollups_progress SET hourly_from = '-infinity', raw_from = $1", [lastHours(4)]);
  const to = new Date(lastHours(9).getTime() + 600_000);
  expect((await uptime(id, { from, to })).to).toBe(lastHours(9).toISOString());
  const later = new Date(lastHours(3).getTime() + 600_000);
  expect((await uptime(id, { from, to: later })).to).toBe(later.toISOString());
});

test.each([
  ['and results, too', 'now()'],
  ['and results are not', "'-infinity'"],
])('an end within a day whose hours are gone, %s, is moved to the beginning of that day', async (_, rawFrom) => {
  const id = await target();
  await build();
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  const period = { from: new Date(midnight - DAY_MS), to: new Date(midnight - DAY_MS / 2) };
  const sum = (found: Awaited<ReturnType<typeof uptime>>) =>
    Object.values(found.duration_ms).reduce((ms, each) => ms + each, 0);
  expect(sum(await uptime(id, period))).toBe(DAY_MS / 2);
  await database.query(
    `UPDATE rollups_progress SET hourly_from = (now() AT TIME ZONE 'UTC')::date, raw_from = ${rawFrom}`,
  );
  await database.query("DELETE FROM rollups_hourly WHERE hour < date_bin('1 day', now(), to_timestamp(0))");
  await expect(uptime(id, period)).rejects.toMatchObject({ code: 'usage' });
  const longer = await uptime(id, { ...period, from: new Date(midnight - 2 * DAY_MS) });
  expect(longer.to).toBe(period.from.toISOString());
  expect(sum(longer)).toBeGreaterThan(0);
});

test('without a beginning it is of 30 days by the clock of the database, whatever this machine believes', async () => {
  const id = await target();
  const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 40 * DAY_MS);
  try {
    expect(Date.parse((await uptime(id)).from)).toBe(lastHours(30 * 24).getTime());
    const to = lastHours(24);
    expect(Date.parse((await uptime(id, { to })).from)).toBe(lastHours(31 * 24).getTime());
  } finally {
    clock.mockRestore();
  }
});

test('of what is skipped and not written yet, only what is of the period counts', async () => {
  const id = await target();
  await database.query(
    `DELETE FROM check_results WHERE scheduled_at >= now() - interval '10 hours';
     UPDATE leases SET skip_from = tick_at_or_before(target_id, 60, now() - interval '10 hours') + interval '1 min',
                       skip_code = 'paused', next_fire_at = NULL`,
  );
  await build();
  const found = await uptime(id, { from: lastHours(2), to: lastHours(0) });
  expect(found.ticks).toEqual({ up: 0, degraded: 0, down: 0, missed: 0, skipped: 120 });
  expect(found.duration_ms).toMatchObject({ skipped: 2 * HOUR_MS, unobserved: 0 });
});

test('a pause is a pause, though the tick before it is still owed', async () => {
  const id = await target();
  await database.query(
    `DELETE FROM check_results WHERE scheduled_at >= now() - interval '5 hours';
     UPDATE leases SET open_tick = tick_at_or_before(target_id, 60, now() - interval '5 hours') + interval '1 min',
                       leased_until = now() - interval '4 hours',
                       skip_from = tick_at_or_before(target_id, 60, now() - interval '5 hours') + interval '2 min',
                       skip_code = 'paused', next_fire_at = NULL`,
  );
  const { duration_ms, ticks } = await uptime(id, { from: lastHours(6) });
  expect(duration_ms.unobserved).toBe(60_000);
  expect(duration_ms.skipped).toBeGreaterThan(4.9 * HOUR_MS);
  expect(ticks.skipped).toBeGreaterThan(4.9 * 60);
});

test('where there are no data, there is no uptime, and it says where data begin', async () => {
  const id = await target();
  await build();
  const { since, from } = await uptime(id, { from: lastHours(24 * 30) });
  expect(Date.parse(since ?? '') - Date.parse(from)).toBeGreaterThan(25 * DAY_MS);
  expect(await uptime(id, { from: lastHours(24 * 30), to: lastHours(24 * 20) })).toMatchObject({
    uptime: null,
    coverage: null,
    since: null,
    response_time_ms: null,
  });
  expect(await uptime(id, { location: 'oslo' })).toMatchObject({ uptime: null, location: 'oslo' });
});

test('several targets are answered in the order that they are asked for, and a period that is empty is refused', async () => {
  const [first, second] = [await target(), await target({ 2: 'down' })];
  const found = await uptimeOf(database.pool, { targetIds: [second, 4_711, first, 2 ** 40] });
  expect(found.map(({ target_id }) => target_id)).toEqual([second, first]);
  expect(found[0]?.uptime).toBeLessThan(1);
  expect(found[1]?.uptime).toBe(1);
  expect(uptimePage.parse({ targets: found, next_cursor: null }).targets).toHaveLength(2);
  await expect(uptimeOf(database.pool, { targetIds: [first], from: new Date('2999-01-01Z') })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('the period is empty'),
  });
});
