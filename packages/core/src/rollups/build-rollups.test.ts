import { addTestTargets, createTestDatabase, syncLeases, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { buildRollups } from './build-rollups.ts';

const options = { statementTimeoutMs: 30_000 };

let database: TestDatabase;
let hour: Date;
beforeEach(async () => {
  database = await createTestDatabase();
  // The hours of yesterday are over.
  hour = (
    await database.query<{ hour: Date }>(
      "SELECT date_bin('1 day', now(), to_timestamp(0)) - interval '12 hours' AS hour",
    )
  ).rows[0]?.hour as Date;
});
afterEach(() => database.drop());

const after = (minutes: number) => new Date(hour.getTime() + minutes * 60_000);

/** A target that has been checked every minute from `since` on, by a lease that owes the tick at `next`. */
async function target({ since = after(0), next = after(48 * 60), intervalS = 60 } = {}): Promise<number> {
  const [id] = await addTestTargets(database, [{ intervalS }]);
  await database.query('DELETE FROM schedules WHERE target_id = $1', [id]);
  await database.query(
    `INSERT INTO schedules (target_id, location_id, schedule_from, interval_s, first_tick)
     SELECT $1, 1, tick - interval '1 ms', $3::integer, tick FROM tick_at_or_before($1, $3::integer, $2::timestamptz + $3::integer * interval '1 s' - interval '1 ms') AS tick`,
    [id, since, intervalS],
  );
  await database.query(
    'UPDATE leases SET schedule_from = s.schedule_from, first_tick = s.first_tick FROM schedules AS s WHERE s.target_id = leases.target_id',
  );
  await owe(id as number, next);
  await database.query('DELETE FROM target_changes; DELETE FROM rollups_owed');
  return id as number;
}

const owe = (id: number, next: Date | null) =>
  database.query(
    `UPDATE leases
     SET next_fire_at = tick_at_or_before($1, interval_s, $2::timestamptz + interval_s * interval '1 s' - interval '1 ms')
     WHERE target_id = $1`,
    [id, next],
  );

const record = (id: number, from: number, to: number, outcome: string, us: number | null = null) =>
  database.query(
    `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us)
     SELECT tick_at_or_before($1, 60, moment + interval '59.999 s'), $1, 1, $4::check_outcome, $5
     FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 ms', interval '1 minute') AS moment`,
    [id, after(from), after(to), outcome, us],
  );

async function build(pool: pg.Pool = database.pool): Promise<void> {
  for (;;) if ((await buildRollups(pool, options)).done) return;
}

interface Hour {
  readonly hour: Date;
  readonly up_ms: number;
  readonly unobserved_ms: number;
}

const hourly = async (id: number) =>
  (await database.query<Hour>('SELECT * FROM rollups_hourly WHERE target_id = $1 ORDER BY hour', [id])).rows;
const daily = async (id: number) =>
  (await database.query('SELECT *, day::text FROM rollups_daily AS d WHERE target_id = $1 ORDER BY d.day', [id])).rows;
const owed = async () => (await database.query('SELECT target_id, since FROM rollups_owed')).rows;

describe('rollups', () => {
  it('have the ticks of their hour by outcome, the time of each state and the response times', async () => {
    const id = await target();
    await record(id, 0, 30, 'up', 1_000);
    await record(id, 30, 40, 'degraded', 9_000);
    await record(id, 40, 55, 'down', 5_000);
    await record(id, 55, 60, 'missed');
    await record(id, 60, 120, 'skipped');
    await build();
    const [first, second] = await hourly(id);
    expect(first).toMatchObject({
      hour: after(0),
      up_ticks: 30,
      degraded_ticks: 10,
      down_ticks: 15,
      missed_ticks: 5,
      skipped_ticks: 0,
      degraded_ms: 600_000,
      down_ms: 900_000,
      response_count: 40,
      response_sum_us: '120000',
      response_max_us: 9_000,
      response_counts: [30, 10],
    });
    expect(second).toMatchObject({ hour: after(60), skipped_ticks: 60, response_buckets: [] });
  });

  it('of a day are the sum of its hours, and come when all of these are there', async () => {
    const id = await target();
    await record(id, 0, 12 * 60, 'up', 1_000);
    await record(id, 12 * 60, 13 * 60, 'down', 1_000);
    await owe(id, after(10 * 60));
    await build();
    expect(await daily(id)).toEqual([]);
    await owe(id, after(13 * 60));
    await build();
    expect(await daily(id)).toMatchObject([
      { day: after(0).toISOString().slice(0, 10), up_ticks: 720, down_ticks: 0, response_counts: [720] },
    ]);
  });

  it('do not wait for a target that is behind, and have its hours when it has caught up', async () => {
    const prompt = await target();
    const late = await target({ next: after(30) });
    await record(prompt, 0, 180, 'up');
    await record(late, 0, 30, 'up');
    await build();
    expect((await hourly(prompt)).length).toBeGreaterThanOrEqual(3);
    expect(await hourly(late)).toEqual([]);
    expect(await owed()).toEqual([{ target_id: late, since: after(0) }]);
    await record(late, 30, 180, 'down');
    await owe(late, after(150));
    await build();
    expect(await hourly(late)).toMatchObject([
      { up_ticks: 30, down_ticks: 30 },
      { up_ticks: 0, down_ticks: 60 },
    ]);
    expect(await owed()).toEqual([{ target_id: late, since: after(120) }]);
    await owe(late, null);
    await build();
    expect(await owed()).toEqual([]);
  });

  it('wait for a target whose change has not been followed yet', async () => {
    const id = await target();
    await record(id, 0, 60, 'up');
    await database.query('INSERT INTO target_changes (target_id) VALUES ($1)', [id]);
    await build();
    expect(await hourly(id)).toEqual([]);
    await database.query('DELETE FROM target_changes');
    await build();
    expect((await hourly(id))[0]).toMatchObject({ hour: after(0), up_ticks: 60 });
  });

  it('are built again where a target was edited as of an hour that had been built', async () => {
    const id = await target({ intervalS: 7_200, since: after(-120) });
    await record(id, -1, 0, 'up');
    await build();
    expect((await hourly(id)).length).toBeGreaterThan(2);
    // The edit had been made in a transaction that stayed open for hours.
    await database.query('UPDATE monitored_targets SET deleted_at = now() WHERE id = $1', [id]);
    await database.query('ALTER TABLE monitored_targets DISABLE TRIGGER monitored_targets_stamp');
    await database.query('UPDATE monitored_targets SET schedule_from = $2 WHERE id = $1', [id, after(90)]);
    await owe(id, after(80));
    await syncLeases(database, [id]);
    await database.query('DELETE FROM target_changes');
    await build();
    expect(await owed()).toEqual([]);
    const last = (await hourly(id)).at(-1);
    expect(last?.hour).toEqual(after(60));
    expect((last?.up_ms ?? 0) + (last?.unobserved_ms ?? 0)).toBeLessThanOrEqual(30 * 60_000);
  });

  it('come out the same when two leaders build them at once, and when they are built once more', async () => {
    const ids = await Promise.all([target(), target(), target()]);
    for (const id of ids) await record(id, 0, 20 * 60, id % 2 === 0 ? 'up' : 'down', 1_000 + id);
    const other = new pg.Pool({ connectionString: database.url });
    await Promise.all([build(), build(other), build(), build(other)]);
    await other.end();
    const all = () => database.query('SELECT h::text FROM rollups_hourly AS h ORDER BY 1').then(({ rows }) => rows);
    const built = await all();
    expect(built.length).toBeGreaterThanOrEqual(3 * 12);
    await database.query('DELETE FROM rollups_hourly; UPDATE rollups_progress SET hours_until = NULL');
    await build();
    expect(await all()).toEqual(built);
    await database.query('UPDATE rollups_progress SET hours_until = NULL');
    await build();
    expect(await all()).toEqual(built);
  });

  it('are built in batches of targets, and go on where they stopped', async () => {
    const ids = await Promise.all([target(), target(), target()]);
    for (const id of ids) await record(id, 0, 60, 'up');
    const batch = { ...options, ticksOfABatch: 1 };
    expect(await buildRollups(database.pool, batch)).toMatchObject({ hours: 1, done: false });
    const at = async () => (await database.query('SELECT hours_until, hour_target_id FROM rollups_progress')).rows[0];
    expect(await at()).toEqual({ hours_until: after(0), hour_target_id: Math.min(...ids) });
    await buildRollups(database.pool, batch);
    await buildRollups(database.pool, batch);
    await buildRollups(database.pool, batch);
    expect(await at()).toEqual({ hours_until: after(60), hour_target_id: 0 });
  });
});
