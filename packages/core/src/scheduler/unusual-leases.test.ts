// Leases and results that are rare, and must keep no statement from all others.

import {
  addTestTargets,
  createTestDatabase,
  eventually,
  proveLedger,
  resultOf,
  type TestDatabase,
} from '@everytick/testing';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type pg from 'pg';
import { openPool } from '../database/pool.ts';
import { loadSql } from '../database/sql.ts';
import type { ClaimedCheck } from '../domain/check.ts';
import { PostgresScheduler } from './postgres-scheduler.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeEach(async () => {
  database = await createTestDatabase();
  pool = openPool({ connectionString: database.url, applicationName: 'worker', max: 2, hot: true });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const register = () =>
  PostgresScheduler.register({ pool, workerName: 'w', location: 'default', horizonMs: 500, leaseMarginMs: 10_000 });

/** A target of the given id, whose schedule began so long before the last full hour. */
async function addTarget(id: number, before: string, intervalS: number): Promise<void> {
  await database.query('SELECT ensure_check_results_partitions(current_date - 3, current_date + 3)');
  await database.query(
    `INSERT INTO monitored_targets (id, name, url, interval_s, timeout_ms) OVERRIDING SYSTEM VALUE
     VALUES ($1, 'unusual', 'http://127.0.0.1:9/', $2, 500)`,
    [id, intervalS],
  );
  await database.query('ALTER TABLE monitored_targets DISABLE TRIGGER monitored_targets_stamp');
  await database.query(
    "UPDATE monitored_targets SET schedule_from = date_trunc('hour', now(), 'UTC') - $2::interval WHERE id = $1",
    [id, before],
  );
  await database.query('ALTER TABLE monitored_targets ENABLE TRIGGER monitored_targets_stamp');
  await database.query(loadSql('leases-sync'), [[id]]);
  await database.query('DELETE FROM target_changes');
}

it('an hour of 3601 ticks, whose first is off the grid, is recorded as a first one and 3600 more', async () => {
  const { rows } = await database.query<{ id: number }>(
    "SELECT id FROM generate_series(1, 5000) AS id WHERE tick_phase(id, 1) > interval '0.9 s' LIMIT 1",
  );
  const id = rows[0]?.id ?? 0;
  await addTarget(id, '2 hours 0.7 seconds', 1);
  const worker = await register();
  await worker.claim(10);
  const { rows: runs } = await database.query<{ ticks: number }>(
    'SELECT ticks FROM check_results WHERE target_id = $1 ORDER BY scheduled_at LIMIT 3',
    [id],
  );
  expect(runs.map(({ ticks }) => ticks)).toEqual([1, 3600, 3600]);
  expect(await proveLedger(database.url)).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 0 });
});

it('a check that begins forty minutes late is recorded, shown and summed up as such', async () => {
  const [id] = await addTestTargets(database, [{ intervalS: 86_400 }]);
  await database.query(
    "UPDATE leases SET schedule_from = now() - interval '3 days', first_tick = tick_at_or_before(target_id, 86400, now() - interval '2 days')",
  );
  await database.query("UPDATE leases SET next_fire_at = now() - interval '40 minutes'");
  const worker = await register();
  const { checks } = await worker.claim(10);
  const [check] = checks;
  if (check === undefined) throw new Error('there is no check');
  const startedAtMs = worker.clock.atMonotonic(performance.now());
  expect(await worker.finish([resultOf(check, { startedAtMs })])).toMatchObject({ recorded: 1 });
  const { rows: late } = await database.query<{ us: string }>(
    'SELECT lateness_us_of(measured)::text AS us FROM check_results WHERE measured IS NOT NULL',
  );
  expect(Number(late[0]?.us)).toBeGreaterThan(2_400_000_000 - 1);
  const since = new Date(Date.now() - 86_400_000);
  expect((await database.query(loadSql('results-summary'), [[id], since])).rows[0]).toMatchObject({ target_id: id });
});

it('what no column can hold keeps no row from being read', async () => {
  const ids = await addTestTargets(database, [{ intervalS: 10 }, { intervalS: 10 }]);
  await database.query('UPDATE leases SET next_fire_at = first_tick');
  const worker = await register();
  const claimed: ClaimedCheck[] = [];
  await eventually(async () => {
    claimed.push(...(await worker.claim(10)).checks);
    return claimed.length >= 2;
  });
  const first = claimed.find(({ target }) => target.id === ids[0]);
  const second = claimed.find(({ target }) => target.id === ids[1]);
  if (first === undefined || second === undefined) throw new Error('there are no two checks');
  // As after a process that stood still for three quarters of an hour.
  const stalled = resultOf(first, { outcome: 'missed', loopDelayUs: 2_700_000_000, suspect: null });
  const { recorded } = await worker.finish([stalled, resultOf(second, { certificateExpiresAtMs: -8e15 })]);
  expect(recorded).toBe(2);
  const { rows } = await database.query(
    'SELECT loop_delay_us, certificate_expires_at FROM results WHERE started_at IS NOT NULL ORDER BY target_id',
  );
  expect(rows).toEqual([
    { loop_delay_us: 2_147_483_647, certificate_expires_at: null },
    { loop_delay_us: expect.any(Number), certificate_expires_at: null },
  ]);
});

it('a schedule that is a year behind is caught up with, step by step', async () => {
  await addTarget(1, '1 year', 86_400);
  const worker = await register();
  for (let attempt = 0; attempt < 100; attempt++) {
    // The leader does it over and over; here nobody leads.
    await database.query(loadSql('partitions-ensure'), [1]);
    const claimed = await worker.claim(10).catch(() => null);
    if (claimed !== null) break;
  }
  const { rows } = await database.query<{ partitions: number; ticks: number }>(
    `SELECT (SELECT count(*)::integer FROM pg_inherits WHERE inhparent = 'check_results'::regclass) AS partitions,
            coalesce((SELECT sum(ticks)::integer FROM check_results), 0) AS ticks`,
  );
  expect(rows[0]?.partitions).toBeGreaterThan(365);
  expect(rows[0]?.ticks).toBeGreaterThan(350);
}, 120_000);

it('no more than sixty days are made at once, the newest first', async () => {
  await addTarget(1, '1 year', 86_400);
  const made = async () => (await database.query(loadSql('partitions-ensure'), [1])).rows[0];
  const days = async () =>
    (
      await database.query<{ day: string }>(
        `SELECT right(relname, 8) AS day FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent = 'check_results'::regclass ORDER BY 1`,
      )
    ).rows;
  const before = (await days()).length;
  expect(Object.values((await made()) ?? {})).toEqual([60]);
  const after = await days();
  expect(after).toHaveLength(before + 60);
  const [oldest] = after;
  const ago = `${oldest?.day.slice(0, 4)}-${oldest?.day.slice(4, 6)}-${oldest?.day.slice(6)}`;
  expect(Date.now() - Date.parse(ago)).toBeLessThan(70 * 86_400_000);
});

it('a target that names a location by a number that is yet to come is followed when it comes', async () => {
  const [id] = await addTestTargets(database, [{}]);
  await database.query("UPDATE monitored_targets SET location_ids = '{1,99}' WHERE id = $1", [id]);
  await database.query(loadSql('leases-sync'), [[id]]);
  await database.query('DELETE FROM target_changes');
  await database.query(
    "INSERT INTO locations (id, name) OVERRIDING SYSTEM VALUE VALUES (99, 'to-come'), (98, 'other')",
  );
  expect((await database.query('SELECT target_id FROM target_changes')).rows).toEqual([{ target_id: id }]);
});
