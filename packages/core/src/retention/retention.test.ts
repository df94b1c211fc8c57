import {
  addTestTargets,
  createTestDatabase,
  eventually,
  proveLedger,
  resultOf,
  syncLeases,
  type TestDatabase,
} from '@everytick/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { loadSql } from '../database/sql.ts';
import { isProven } from '../ledger/verify-ledger.ts';
import { buildRollups } from '../rollups/build-rollups.ts';
import { PostgresScheduler } from '../scheduler/postgres-scheduler.ts';
import { type RetentionPeriods, retain } from './retention.ts';

const ensureSql = loadSql('partitions-ensure');

let database: TestDatabase;
let client: pg.Client;
beforeEach(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url, application_name: 'retention' });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const forTwoWeeks: RetentionPeriods = { rawDays: 14, hourlyMonths: 0, dailyYears: 0 };
const dropOld = (periods: Partial<RetentionPeriods> = {}) => retain(client, { ...forTwoWeeks, ...periods });

async function build(): Promise<void> {
  while (!(await buildRollups(database.pool, { statementTimeoutMs: 30_000 })).done);
}

const register = () =>
  PostgresScheduler.register({
    pool: database.pool,
    workerName: 'worker',
    location: 'default',
    horizonMs: 100,
    leaseMarginMs: 1_000,
  });

/** The partitions of the ledger, by how many days ago they are. */
async function daysKept(): Promise<number[]> {
  const { rows } = await database.query<{ ago: number }>(
    `SELECT (now() AT TIME ZONE 'UTC')::date - to_date(right(relname, 8), 'YYYYMMDD') AS ago
     FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE inhparent = 'check_results'::regclass AND NOT inhdetachpending ORDER BY 1`,
  );
  return rows.map(({ ago }) => ago);
}

const name = async (daysAgo: number) =>
  (
    await database.query<{ name: string }>(
      "SELECT 'check_results_' || to_char((now() AT TIME ZONE 'UTC')::date - $1::integer, 'YYYYMMDD') AS name",
      [daysAgo],
    )
  ).rows[0]?.name as string;

/** A target of twenty days, with a tick each hour that was carried out, and all that belongs to it. */
async function twentyDays(): Promise<{ id: number; worker: PostgresScheduler }> {
  const [id] = (await addTestTargets(database, [{ intervalS: 3_600 }])) as [number];
  const worker = await register();
  await database.query(
    `SELECT ensure_check_results_partitions(current_date - 25, current_date + 1);
     UPDATE schedules SET first_tick = tick_at_or_before(target_id, 3600, now() - interval '20 days'),
       schedule_from = tick_at_or_before(target_id, 3600, now() - interval '20 days') - interval '1 ms';
     UPDATE leases AS l SET schedule_from = s.schedule_from, first_tick = s.first_tick,
       next_fire_at = tick_at_or_before(l.target_id, 3600, now()) + interval '1 hour'
     FROM schedules AS s;
     INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us)
     SELECT tick, target_id, 1, 'up', 1000
     FROM leases CROSS JOIN generate_series(first_tick, next_fire_at - interval '1 hour', interval '1 hour') AS tick;
     DELETE FROM target_changes; DELETE FROM rollups_owed`,
  );
  return { id, worker };
}

const expectProven = async () => {
  const proof = await proveLedger(database.url);
  expect(proof).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 0, unfollowed: 0 });
  expect(isProven(proof)).toBe(true);
  return proof;
};

describe('retention', () => {
  it('drops days of the ledger that are older than they have to be kept, once their rollups are built', async () => {
    await twentyDays();
    const before = await daysKept();
    const early = await dropOld();
    // Those before the target was there hold nothing.
    expect(early.dropped.length).toBeGreaterThan(3);
    expect(early.waiting).toHaveLength(1);
    expect(before.filter((ago) => ago <= 20 && ago > 14).every((ago) => before.includes(ago))).toBe(true);
    expect(await daysKept()).toEqual(expect.arrayContaining([15, 16, 17, 18, 19]));
    await build();
    const { dropped, kept, waiting } = await dropOld();
    expect({ kept, waiting }).toEqual({ kept: [], waiting: [] });
    expect(dropped.length).toBeGreaterThan(3);
    expect(Math.max(...(await daysKept()))).toBe(14);
    expect((await database.query('SELECT FROM partitions_dropping')).rowCount).toBe(0);
    const proof = await expectProven();
    expect(proof.expected).toBeGreaterThan(13 * 24);
    // What was built from them is still there.
    const { rows } = await database.query('SELECT sum(up_ticks + missed_ticks)::integer AS ticks FROM rollups_daily');
    expect(rows[0]?.['ticks']).toBeGreaterThan(18 * 24);
  });

  it('drops no day before those that are older have their rollups, though nothing is in it', async () => {
    // Somebody's checks from 20 to 18 days ago, a day of nobody, and coordinators that were away until now.
    const { id } = await twentyDays();
    await database.query("DELETE FROM check_results WHERE scheduled_at > now() - interval '18 days'");
    await database.query(
      `UPDATE leases SET next_fire_at = NULL;
       INSERT INTO schedules (target_id, location_id, schedule_from) SELECT ${id}, 1, now() - interval '18 days';
       DELETE FROM rollups_owed; DELETE FROM target_changes`,
    );
    const ticks = (await database.query('SELECT FROM check_results')).rowCount;
    await buildRollups(database.pool, { statementTimeoutMs: 30_000 });
    expect((await dropOld()).waiting).toHaveLength(1);
    expect((await database.query('SELECT FROM check_results')).rowCount).toBe(ticks);
    await build();
    await dropOld();
    expect(Math.max(...(await daysKept()))).toBe(14);
    expect((await database.query('SELECT FROM check_results')).rowCount).toBe(0);
    for (const table of ['rollups_hourly', 'rollups_daily']) {
      const { rows } = await database.query(`SELECT sum(up_ticks)::integer AS up FROM ${table}`);
      expect(rows).toEqual([{ up: ticks }]);
    }
  });

  it('does not want a partition any more that it could not have, once it is kept for longer', async () => {
    await twentyDays();
    await build();
    const victim = await name(20);
    const indexer = await database.pool.connect();
    await indexer.query(`BEGIN; LOCK TABLE ${victim} IN SHARE UPDATE EXCLUSIVE MODE`);
    expect((await dropOld()).kept).toMatchObject([{ partition: { name: victim }, because: { code: '55P03' } }]);
    await indexer.query('COMMIT');
    indexer.release();
    expect((await database.query('SELECT FROM partitions_dropping')).rowCount).toBe(0);
    // As if the coordinator had died before it could take its note back.
    await database.query('INSERT INTO partitions_dropping (name) VALUES ($1)', [victim]);
    await dropOld({ rawDays: 0 });
    await database.query(`ALTER TABLE check_results DETACH PARTITION ${victim}`);
    await dropOld({ rawDays: 0 });
    expect((await database.query('SELECT FROM pg_class WHERE relname = $1', [victim])).rowCount).toBe(1);
  });

  it('keeps a day that somebody is owed an hour of', async () => {
    const { id } = await twentyDays();
    await build();
    // From the beginning of the day: what held 38 hours before is still needed.
    const since = "date_bin('1 day', now(), to_timestamp(0)) - interval '384 hours'";
    await database.query(`INSERT INTO rollups_owed VALUES ($1, 1, ${since}) ON CONFLICT DO NOTHING`, [id]);
    await database.query(`UPDATE leases SET open_tick = ${since}, leased_until = now()`);
    await dropOld();
    expect(await daysKept()).toEqual(expect.arrayContaining([15, 16, 17, 18]));
    expect(await daysKept()).not.toContain(19);
  });

  it('keeps all of it for ever where it is told so', async () => {
    await twentyDays();
    await build();
    expect(await dropOld({ rawDays: 0 })).toMatchObject({ dropped: [], kept: [], waiting: [] });
    expect(await daysKept()).toContain(20);
  });

  it('waits for a transaction that reads what is to go, while workers do not', async () => {
    const { worker } = await twentyDays();
    await build();
    const ids = await addTestTargets(database, Array(20).fill({ intervalS: 1 }));
    await database.query('DELETE FROM target_changes; DELETE FROM rollups_owed');
    const analyst = await database.pool.connect();
    await analyst.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await analyst.query('SELECT count(*) FROM check_results');
    const dropping = dropOld();
    let recorded = 0;
    let longestMs = 0;
    let finished = false;
    void dropping.finally(() => {
      finished = true;
    });
    while (!finished) {
      const startedAt = performance.now();
      const { checks } = await worker.claim(100, 'overload');
      recorded += (await worker.finish(checks.map((check) => resultOf(check)))).recorded;
      longestMs = Math.max(longestMs, performance.now() - startedAt);
    }
    const { kept } = await dropping;
    expect(kept).toMatchObject([{ because: { code: '55P03' } }]);
    expect(recorded).toBeGreaterThan(ids.length);
    expect(longestMs).toBeLessThan(1_500);
    // The analyst still sees all of it, and goes on.
    await analyst.query('SELECT count(*) FROM check_results');
    await analyst.query('COMMIT');
    analyst.release();
    await eventually(async () => expect((await dropOld()).kept).toEqual([]), { timeoutMs: 20_000 });
    expect(Math.max(...(await daysKept()))).toBe(14);
    await expectProven();
  }, 60_000);

  it('goes on where it was interrupted: half detached, detached, and already gone', async () => {
    await twentyDays();
    await build();
    await database.query(
      'INSERT INTO partitions_dropping (name) VALUES ($1), ($2), ($3)',
      await Promise.all([name(18), name(17), name(16)]),
    );
    const reader = await database.pool.connect();
    await reader.query('BEGIN; SELECT count(*) FROM check_results');
    await client.query("SET lock_timeout = '100ms'");
    await expect(
      client.query(`ALTER TABLE check_results DETACH PARTITION ${await name(18)} CONCURRENTLY`),
    ).rejects.toMatchObject({ code: '55P03' });
    await reader.query('COMMIT');
    reader.release();
    await client.query(`ALTER TABLE check_results DETACH PARTITION ${await name(18)} FINALIZE`);
    await client.query(`ALTER TABLE check_results DETACH PARTITION ${await name(17)}`);
    await client.query(`ALTER TABLE check_results DETACH PARTITION ${await name(16)}; DROP TABLE ${await name(16)}`);
    expect((await dropOld()).kept).toEqual([]);
    const { rows } = await database.query("SELECT relname FROM pg_class WHERE relname = ANY ($1) AND relkind = 'r'", [
      await Promise.all([name(18), name(17), name(16)]),
    ]);
    expect(rows).toEqual([]);
    expect((await database.query('SELECT FROM partitions_dropping')).rowCount).toBe(0);
  });

  it('leaves a partition alone that somebody else has detached', async () => {
    await twentyDays();
    await build();
    await client.query(`ALTER TABLE check_results DETACH PARTITION ${await name(16)}`);
    await dropOld();
    expect((await database.query('SELECT FROM pg_class WHERE relname = $1', [await name(16)])).rowCount).toBe(1);
  });

  it('lets a proof begin after what it has dropped, and after nothing that somebody else has', async () => {
    await twentyDays();
    await build();
    await dropOld();
    const whole = await expectProven();
    await database.query(`DROP TABLE ${await name(14)}`);
    await client.query(`ALTER TABLE check_results DETACH PARTITION ${await name(13)}`);
    const proof = await proveLedger(database.url);
    expect(proof.from).toEqual(whole.from);
    expect(proof).toMatchObject({ unaccounted: 48, duplicates: 0, unscheduled: 0, unfollowed: 0 });
    expect(proof.gaps).toEqual([expect.objectContaining({ ticks: 48 })]);
    // Until retention comes past them.
    await dropOld({ rawDays: 11 });
    expect(Math.max(...(await daysKept()))).toBe(11);
    expect((await expectProven()).from.getTime()).toBe(whole.from.getTime() + 3 * 86_400_000);
  });

  it('lets a proof see that the oldest day is gone where it has never dropped any', async () => {
    await twentyDays();
    const whole = await expectProven();
    // Days of before the first tick.
    for (const ago of [22, 23, 24, 25]) await database.query(`DROP TABLE ${await name(ago)}`);
    expect((await expectProven()).from).toEqual(whole.from);
    // Early in a day the first tick is on the day before.
    await database.query(`DROP TABLE ${await name(21)}, ${await name(20)}, ${await name(19)}`);
    const proof = await proveLedger(database.url);
    expect(proof.from).toEqual(whole.from);
    expect(proof.unaccounted).toBeGreaterThan(24);
    expect(proof.gaps).toEqual([expect.objectContaining({ from: whole.from, ticks: proof.unaccounted })]);
    // What the runbook says.
    await database.query(
      "UPDATE rollups_progress SET raw_from = greatest(raw_from, date_bin('1 day', now(), to_timestamp(0)) - interval '18 days')",
    );
    await expectProven();
  });

  it('lets a proof do without days that were never made because nothing was owed', async () => {
    const { id } = await twentyDays();
    await database.query(
      `DELETE FROM check_results WHERE scheduled_at > now() - interval '18 days' AND scheduled_at <= now() - interval '10 days';
       INSERT INTO schedules (target_id, location_id, schedule_from, interval_s, first_tick)
       SELECT target_id, location_id, now() - interval '18 days', NULL::integer, NULL::timestamptz FROM leases
       UNION ALL
       SELECT target_id, location_id, now() - interval '10 days', 3600, tick_at_or_before(target_id, 3600, now() - interval '10 days') + interval '1 hour'
       FROM leases;
       UPDATE leases SET (schedule_from, first_tick) = (
         SELECT schedule_from, first_tick FROM schedules WHERE target_id = ${id} ORDER BY schedule_from DESC LIMIT 1);
       DELETE FROM rollups_owed`,
    );
    await expectProven();
    await database.query(`DROP TABLE ${await name(16)}, ${await name(12)}`);
    await expectProven();
    await database.query(`DROP TABLE ${await name(9)}`);
    expect(await proveLedger(database.url)).toMatchObject({ unaccounted: 24, unscheduled: 0 });
  });

  it('tells of a DEFAULT partition, and why nothing can be dropped beside it', async () => {
    await twentyDays();
    await build();
    await database.query('CREATE TABLE somebody_s PARTITION OF check_results DEFAULT');
    const { defaults, kept, dropped } = await dropOld();
    expect(defaults).toEqual([{ parent: 'check_results', name: 'somebody_s' }]);
    expect(dropped).toEqual([]);
    expect(kept[0]?.because.message).toMatch(/default partition/);
  });

  it('does not let a proof see a gap where a day goes away while it is being made', async () => {
    await twentyDays();
    await build();
    const proof = new pg.Client({ connectionString: database.url, application_name: 'proof' });
    await proof.connect();
    await proof.query(loadSql('ledger-lock'));
    const period = await proof.query<{ from: Date }>(loadSql('ledger-period'), [null, null, null]);
    const { kept, dropped } = await dropOld();
    expect(kept.length + dropped.length).toBeGreaterThan(0);
    const { rows } = await proof.query<{ oldest: Date }>('SELECT min(scheduled_at) AS oldest FROM check_results');
    expect(Math.abs((rows[0]?.oldest.getTime() ?? 0) - (period.rows[0]?.from.getTime() ?? 0))).toBeLessThan(1_000);
    await proof.query('ROLLBACK');
    await proof.end();
    await expectProven();
  }, 30_000);

  it('makes a day again for a tick that comes very late, and drops it again', async () => {
    const { id } = await twentyDays();
    await build();
    await dropOld();
    const hours = async () =>
      (await database.query('SELECT count(*)::integer AS n, sum(up_ticks)::integer AS up FROM rollups_hourly')).rows;
    const before = await hours();
    // It was added seventeen days ago, in a transaction that was never committed until now.
    const [late] = (await addTestTargets(database, [{ intervalS: 3_600 }])) as [number];
    await database.query('DELETE FROM schedules WHERE target_id = $1', [late]);
    await database.query('DELETE FROM leases WHERE target_id = $1', [late]);
    await database.query('ALTER TABLE monitored_targets DISABLE TRIGGER monitored_targets_stamp');
    await database.query("UPDATE monitored_targets SET schedule_from = now() - interval '17 days' WHERE id = $1", [
      late,
    ]);
    await syncLeases(database, [late]);
    await database.query('DELETE FROM target_changes');
    await database.query(ensureSql, [1]);
    expect(Math.max(...(await daysKept()))).toBe(17);
    await expectProven();
    const worker = await register();
    await worker.heartbeat();
    const { checks, ticksMissed } = await worker.claim(10, 'overload');
    expect(ticksMissed).toBeGreaterThan(16 * 24);
    await worker.finish(checks.map((check) => resultOf(check)));
    await expectProven();
    expect((await dropOld()).waiting.length).toBeGreaterThan(0);
    await build();
    const after = await database.query(
      'SELECT sum(missed_ticks)::integer AS n FROM rollups_hourly WHERE target_id = $1',
      [late],
    );
    expect(after.rows[0]?.['n']).toBeGreaterThan(16 * 24);
    expect(
      (
        await database.query(
          'SELECT count(*)::integer AS n, sum(up_ticks)::integer AS up FROM rollups_hourly WHERE target_id = $1',
          [id],
        )
      ).rows,
    ).toEqual(before);
    expect((await dropOld()).waiting).toEqual([]);
    expect(Math.max(...(await daysKept()))).toBe(14);
    await expectProven();
  });

  it('drops months of hours and years of days, and never hours whose day is not built', async () => {
    await database.query(
      "SELECT ensure_rollups_partitions(d::date) FROM unnest(ARRAY['2020-01-15', '2021-12-01', current_date]::date[]) AS d",
    );
    const left = async () =>
      (
        await database.query(`SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent IN ('rollups_hourly'::regclass, 'rollups_daily'::regclass) ORDER BY 1`)
      ).rows.map((row) => row['relname']);
    expect((await dropOld({ hourlyMonths: 13 })).waiting).toHaveLength(1);
    expect(await left()).toHaveLength(6);
    await build();
    await dropOld({ hourlyMonths: 13 });
    expect(await left()).toHaveLength(4);
    await dropOld({ hourlyMonths: 13, dailyYears: 4 });
    expect((await left()).filter((each) => /202[01]/.test(String(each)))).toEqual([]);
  });

  it('thins out the history that nothing refers to any more', async () => {
    const { id } = await twentyDays();
    await database.query(
      `INSERT INTO schedules (target_id, location_id, schedule_from, interval_s, first_tick)
       SELECT target_id, location_id, schedule_from - n * interval '1 day', 3600, first_tick - n * interval '1 day'
       FROM schedules, generate_series(1, 5) AS n`,
    );
    await database.query('DELETE FROM rollups_owed');
    await database.query(
      `INSERT INTO workers (name, location_id, started_at, seen_at, stopped_at) VALUES
         ('gone', 1, now() - interval '40 days', now() - interval '30 days', now() - interval '30 days'),
         ('lost', 1, now() - interval '40 days', now() - interval '30 days', NULL)`,
    );
    await build();
    await dropOld();
    expect((await database.query('SELECT FROM schedules WHERE target_id = $1', [id])).rowCount).toBeLessThan(6);
    const workers = await database.query('SELECT name FROM workers ORDER BY name');
    expect(workers.rows.map((row) => row['name'])).toEqual(['lost', 'worker']);
  });
});
