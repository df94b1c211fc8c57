import {
  addTestTargets,
  createTestDatabase,
  letTimePass,
  proveLedger,
  resultOf,
  syncLeases,
  type TestDatabase,
} from '@everytick/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadSql } from '../database/sql.ts';
import { PostgresScheduler } from '../scheduler/postgres-scheduler.ts';
import { isProven } from './verify-ledger.ts';

const skipSql = loadSql('leases-skip');
const passSql = loadSql('leases-pass');
const reclaimSql = loadSql('leases-reclaim');
const followSql = loadSql('maintenance-follow');
const takeChangesSql = loadSql('target-changes-take');

let database: TestDatabase;
let worker: PostgresScheduler;

const register = (location: string) =>
  PostgresScheduler.register({
    pool: database.pool,
    workerName: `worker in ${location}`,
    location,
    horizonMs: 100,
    leaseMarginMs: 1_000,
  });

beforeEach(async () => {
  database = await createTestDatabase();
  worker = await register('default');
});
afterEach(() => database.drop());

/** Lets time pass in steps, at each of which everything due is carried out. */
async function live(steps: number, seconds = 10): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await letTimePass(database, seconds);
    const { checks } = await worker.claim(1_000, 'overload');
    await worker.finish(checks.map((check) => resultOf(check)));
  }
}

const prove = (options?: Parameters<typeof proveLedger>[1]) => proveLedger(database.url, options);

async function change(sql: string, values: unknown[] = []): Promise<void> {
  await database.query(sql, values);
  const { rows } = await database.query<{ target_id: number }>(takeChangesSql, [1_000]);
  await syncLeases(
    database,
    rows.map((row) => row.target_id),
  );
}

/** A tick of the target that is well inside its ledger. */
async function tickInside(id: number, back = 3): Promise<Date> {
  const { rows } = await database.query<{ scheduled_at: Date }>(
    'SELECT scheduled_at FROM check_results WHERE target_id = $1 ORDER BY scheduled_at DESC LIMIT 1 OFFSET $2',
    [id, back],
  );
  if (rows[0] === undefined) throw new Error('the ledger is too short');
  return rows[0].scheduled_at;
}

const sum = (recorded: Readonly<Record<string, number>>) => Object.values(recorded).reduce((all, n) => all + n, 0);

describe('the proof', () => {
  it('balances: all that was owed is recorded, by outcome', async () => {
    await addTestTargets(database, Array(20).fill({ intervalS: 10 }));
    await live(6, 20);
    const proof = await prove();
    expect(proof).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 0, gaps: [], repeats: [], strays: [] });
    expect(isProven(proof)).toBe(true);
    expect(proof.recorded.up).toBeGreaterThanOrEqual(20 * 6);
    expect(proof.recorded.missed).toBeGreaterThanOrEqual(20 * 4);
    expect(sum(proof.recorded)).toBe(proof.expected);
    expect(proof.to.getTime() - proof.from.getTime()).toBeGreaterThan(110_000);
  });

  it('counts what a lease still holds as pending, not as absent', async () => {
    const ids = await addTestTargets(database, Array(4).fill({ intervalS: 10 }));
    await live(3);
    await letTimePass(database, 30);
    const { checks } = await worker.claim(2, 'overload');
    expect(checks).toHaveLength(2);
    const proof = await prove();
    expect(proof).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 0 });
    // Two are being carried out, the others are owed from their oldest tick on.
    expect(proof.pending).toBeGreaterThanOrEqual(2 + 2 * 3);
    expect(proof.pending).toBeLessThanOrEqual(2 + 2 * 4);
    expect(ids).toHaveLength(4);
  });

  it('is empty where nothing was ever owed', async () => {
    expect(await prove()).toMatchObject({ expected: 0, pending: 0, unaccounted: 0, duplicates: 0, unscheduled: 0 });
  });

  it('names a row that was deleted', async () => {
    const [id = 0, other = 0] = await addTestTargets(database, [{ intervalS: 10 }, { intervalS: 10 }]);
    await live(8);
    const tick = await tickInside(id);
    await database.query('DELETE FROM check_results WHERE target_id = $1 AND scheduled_at = $2', [id, tick]);
    const proof = await prove();
    expect(proof).toMatchObject({ unaccounted: 1, duplicates: 0, unscheduled: 0 });
    expect(proof.gaps).toEqual([
      {
        targetId: id,
        target: expect.stringContaining('target 1'),
        location: 'default',
        from: tick,
        to: tick,
        ticks: 1,
      },
    ]);
    expect(isProven(proof)).toBe(false);
    expect(await prove({ targetIds: [other] })).toMatchObject({ unaccounted: 0 });
    expect(await prove({ targetIds: [id] })).toMatchObject({ unaccounted: 1 });
  });

  it('names a row that is doubled, which takes that the key has been dropped', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }, { intervalS: 10 }]);
    await live(8);
    const tick = await tickInside(id);
    await database.query('ALTER TABLE check_results DROP CONSTRAINT check_results_pkey');
    await database.query(
      'INSERT INTO check_results SELECT * FROM check_results WHERE target_id = $1 AND scheduled_at = $2',
      [id, tick],
    );
    const proof = await prove();
    expect(proof).toMatchObject({ unaccounted: 0, duplicates: 1, unscheduled: 0 });
    expect(proof.repeats).toEqual([expect.objectContaining({ targetId: id, from: tick, to: tick, ticks: 1 })]);
  });

  it('is not deceived by a row that is doubled while another one is deleted', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }]);
    await live(8);
    const [doubled, deleted] = [await tickInside(id, 3), await tickInside(id, 5)];
    await database.query('ALTER TABLE check_results DROP CONSTRAINT check_results_pkey');
    await database.query(
      'INSERT INTO check_results SELECT * FROM check_results WHERE target_id = $1 AND scheduled_at = $2',
      [id, doubled],
    );
    await database.query('DELETE FROM check_results WHERE target_id = $1 AND scheduled_at = $2', [id, deleted]);
    const proof = await prove();
    expect(proof).toMatchObject({ unaccounted: 1, duplicates: 1 });
    expect(proof.gaps).toEqual([expect.objectContaining({ from: deleted, to: deleted })]);
  });

  it('names the gap where a lease was moved forward by hand', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }, { intervalS: 10 }]);
    await live(5);
    const { rows } = await database.query<{ next_fire_at: Date }>(
      'SELECT next_fire_at FROM leases WHERE target_id = $1',
      [id],
    );
    const next = rows[0]?.next_fire_at.getTime() ?? 0;
    await database.query("UPDATE leases SET next_fire_at = next_fire_at + interval '30 s' WHERE target_id = $1", [id]);
    await letTimePass(database, 60);
    await live(2);
    const proof = await prove();
    expect(proof).toMatchObject({ unaccounted: 3, duplicates: 0, unscheduled: 0 });
    expect(proof.gaps).toEqual([
      expect.objectContaining({ targetId: id, from: new Date(next - 80_000), to: new Date(next - 60_000), ticks: 3 }),
    ]);
  });

  it('counts ticks of a lease that was deleted by hand as absent', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }, { intervalS: 10 }]);
    await live(5);
    await database.query('DELETE FROM leases WHERE target_id = $1', [id]);
    await letTimePass(database, 100);
    const proof = await prove();
    expect(proof.unaccounted).toBeGreaterThanOrEqual(9);
    expect(proof.gaps).toEqual([expect.objectContaining({ targetId: id, ticks: proof.unaccounted })]);
  });

  it('names a row whose tick the lease still holds, because it was moved back by hand', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }]);
    await live(5);
    const tick = await tickInside(id, 0);
    await database.query('UPDATE leases SET next_fire_at = $2 WHERE target_id = $1', [id, tick]);
    const proof = await prove();
    expect(proof).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 1 });
    expect(proof.strays).toEqual([expect.objectContaining({ targetId: id, from: tick })]);
  });

  it('names a row that no schedule owed', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }]);
    await live(5);
    const tick = await tickInside(id, 2);
    await database.query(
      `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome) VALUES ($2::timestamptz + interval '1 s', $1, 1, 'up'),
         (now() - interval '20 minutes', $1, 1, 'up')`,
      [id, tick],
    );
    expect(await prove({ from: new Date(Date.now() - 3_600_000) })).toMatchObject({
      unaccounted: 0,
      duplicates: 0,
      unscheduled: 1,
      strays: [expect.objectContaining({ targetId: id, from: new Date(tick.getTime() + 1_000) })],
    });
  });

  it('names ticks that a run covers although they have rows of their own', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }]);
    await live(8);
    const tick = await tickInside(id, 4);
    await database.query(
      "UPDATE check_results SET ticks = 3, outcome = 'missed' WHERE target_id = $1 AND scheduled_at = $2",
      [id, tick],
    );
    const proof = await prove();
    expect(proof).toMatchObject({ unaccounted: 0, duplicates: 2, unscheduled: 0 });
    expect(proof.repeats.reduce((all, finding) => all + finding.ticks, 0)).toBe(2);
  });

  it('does not take a run for carried out, nor one for what no run can be', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }]);
    await live(8);
    await database.query(
      'ALTER TABLE check_results DROP CONSTRAINT runs_were_not_carried_out, DROP CONSTRAINT runs_end_with_their_hour',
    );
    const [first, second] = [await tickInside(id, 5), await tickInside(id, 1)];
    await database.query('UPDATE check_results SET ticks = 3 WHERE target_id = $1 AND scheduled_at = $2', [id, first]);
    await database.query('DELETE FROM check_results WHERE target_id = $1 AND scheduled_at > $2 AND scheduled_at < $3', [
      id,
      first,
      new Date(first.getTime() + 30_000),
    ]);
    expect(await prove()).toMatchObject({ unaccounted: 3, unscheduled: 3 });
    await database.query("UPDATE check_results SET ticks = 32767, outcome = 'missed' WHERE scheduled_at = $1", [
      second,
    ]);
    expect(await prove()).toMatchObject({ unaccounted: 4, unscheduled: 3 + 32_767 });
  });

  it('names leases that are not as the history has them, and targets that no lease follows', async () => {
    const [tampered = 0, lost = 0, fine = 0, forgotten = 0] = await addTestTargets(
      database,
      Array(4).fill({ intervalS: 10 }),
    );
    await live(3);
    await database.query('DELETE FROM target_changes');
    expect(await prove()).toMatchObject({ unfollowed: 0, leftBehind: [] });
    await database.query('UPDATE leases SET interval_s = 20 WHERE target_id = $1', [tampered]);
    await database.query('DELETE FROM schedules WHERE target_id = $1', [lost]);
    await database.query('UPDATE monitored_targets SET interval_s = 30 WHERE id = ANY ($1)', [[forgotten, fine]]);
    await database.query('DELETE FROM target_changes WHERE target_id = $1', [forgotten]);
    const proof = await prove();
    expect(isProven(proof)).toBe(false);
    expect(proof.leftBehind.map(({ targetId, with: what }) => [targetId, what]).sort()).toEqual([
      [tampered, 'history'],
      [tampered, 'target'],
      [lost, 'history'],
      [forgotten, 'target'],
    ]);
    expect(proof.unfollowed).toBe(4);
    expect(await prove({ targetIds: [fine] })).toMatchObject({ unfollowed: 0 });
  });

  it('names leases that go on though their target was deleted or is not checked from there any more', async () => {
    const elsewhere = await register('elsewhere');
    const both = [worker.locationId, elsewhere.locationId];
    const ids = await addTestTargets(database, Array(6).fill({ intervalS: 10 }));
    const [deleted = 0, paused = 0, narrowed = 0, waiting = 0, renamed = 0, stopped = 0] = ids;
    await change('UPDATE monitored_targets SET location_ids = $2 WHERE id <> $1', [stopped, both]);
    await change('UPDATE monitored_targets SET paused = true WHERE id = $1', [paused]);
    await change('UPDATE monitored_targets SET deleted_at = now() WHERE id = $1', [stopped]);
    await live(3);
    await database.query(
      `BEGIN;
       SET LOCAL session_replication_role = replica;
       UPDATE monitored_targets SET deleted_at = now() WHERE id IN (${deleted}, ${paused});
       UPDATE monitored_targets SET location_ids = '{${worker.locationId}}' WHERE id = ${narrowed};
       UPDATE monitored_targets SET name = 'another name' WHERE id = ${renamed};
       COMMIT;
       UPDATE monitored_targets SET deleted_at = now() WHERE id = ${waiting}`,
    );
    const proof = await prove();
    expect(isProven(proof)).toBe(false);
    expect(proof.unfollowed).toBe(5);
    expect(proof.leftBehind.map((each) => [each.targetId, each.location, each.with])).toEqual([
      [deleted, 'default', 'target'],
      [deleted, 'elsewhere', 'target'],
      [paused, 'default', 'target'],
      [paused, 'elsewhere', 'target'],
      [narrowed, 'elsewhere', 'target'],
    ]);
    expect(await prove({ targetIds: [narrowed] })).toMatchObject({ unfollowed: 1 });
    expect(await prove({ targetIds: [waiting, renamed, stopped] })).toMatchObject({ unfollowed: 0 });
    // What the runbook says.
    await change('INSERT INTO target_changes (target_id) SELECT id FROM monitored_targets ON CONFLICT DO NOTHING');
    expect(isProven(await prove())).toBe(true);
  });

  it('says since when the oldest tick is pending', async () => {
    await addTestTargets(database, Array(2).fill({ intervalS: 10 }));
    await live(2);
    await letTimePass(database, 300);
    const { oldestPending, to } = await prove();
    expect(to.getTime() - (oldestPending?.getTime() ?? 0)).toBeGreaterThanOrEqual(288_000);
  });

  it('begins no earlier than there is a history, and makes nothing of other partitions', async () => {
    await addTestTargets(database, [{ intervalS: 10 }]);
    await live(8);
    await database.query("UPDATE proof_start SET begins_at = now() - interval '35 seconds'");
    await database.query(
      "CREATE TABLE archive PARTITION OF check_results FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
    );
    const proof = await prove();
    expect([3, 4]).toContain(proof.expected);
    expect(proof).toMatchObject({ unaccounted: 0, unscheduled: 0 });
  });

  it('counts every tick once in whatever periods it is made', async () => {
    const ids = await addTestTargets(database, Array(7).fill({ intervalS: 10 }));
    await live(3);
    // In one step: the runs that are written now end with their hours, and would not after another one.
    await live(1, 4_000);
    await database.query('DELETE FROM check_results WHERE target_id = $1 AND ticks = 1', [ids[0]]);
    const whole = await prove();
    expect(whole.recorded.missed).toBeGreaterThan(7 * 390);
    expect(whole.unaccounted).toBeGreaterThan(0);
    for (const cutAt of [0.1, 0.31, 0.5, 0.77, 0.99]) {
      const cut = new Date(whole.from.getTime() + cutAt * (whole.to.getTime() - whole.from.getTime()));
      const [before, after] = [await prove({ to: cut }), await prove({ from: cut, to: whole.to })];
      expect(before.expected + after.expected).toBe(whole.expected);
      expect(before.pending + after.pending).toBe(whole.pending);
      expect(before.unaccounted + after.unaccounted).toBe(whole.unaccounted);
      expect(sum(before.recorded) + sum(after.recorded)).toBe(sum(whole.recorded));
      expect(before.duplicates + after.duplicates + before.unscheduled + after.unscheduled).toBe(0);
    }
  });

  it('tells a gap over midnight as one', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }]);
    await live(3);
    await letTimePass(database, 86_400);
    await live(3);
    await database.query('DELETE FROM check_results WHERE target_id = $1 AND ticks > 1', [id]);
    const proof = await prove();
    expect(proof.gaps).toEqual([expect.objectContaining({ targetId: id, ticks: proof.unaccounted })]);
    expect(proof.unaccounted).toBeGreaterThan(8_000);
  });

  it('names no more than it is asked to, and says how many more there are', async () => {
    const ids = await addTestTargets(database, Array(9).fill({ intervalS: 10 }));
    await live(8);
    for (const id of ids) {
      await database.query('DELETE FROM check_results WHERE target_id = $1 AND scheduled_at = $2', [
        id,
        await tickInside(id),
      ]);
    }
    const proof = await prove({ namedAtMost: 4 });
    expect(proof).toMatchObject({ unaccounted: 9 });
    expect(proof.gaps).toHaveLength(4);
    expect(proof.unnamed).toBe(5);
  });
});

describe('the history of a schedule', () => {
  const skipped = async (code: string) => {
    const { rows } = await database.query<{ ticks: number }>(
      "SELECT coalesce(sum(ticks), 0)::integer AS ticks FROM check_results WHERE outcome = 'skipped' AND error_code = $1",
      [code],
    );
    return rows[0]?.ticks ?? 0;
  };
  const expectProof = async () => {
    const proof = await prove();
    expect(proof).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 0 });
    expect(sum(proof.recorded)).toBe(proof.expected);
    return proof;
  };

  it('bears edits of the interval', async () => {
    const ids = await addTestTargets(database, Array(12).fill({ intervalS: 10 }));
    await live(4);
    await change('UPDATE monitored_targets SET interval_s = 20 WHERE id % 2 = 0');
    await live(4, 20);
    await change('UPDATE monitored_targets SET interval_s = 5, timeout_ms = 500 WHERE id = ANY ($1)', [ids.slice(3)]);
    await live(5, 20);
    const { rows } = await database.query('SELECT FROM schedules');
    expect(rows.length).toBeGreaterThan(12 + 6 + 6);
    await expectProof();
  });

  it('has the ticks of a pause as skipped', async () => {
    const ids = await addTestTargets(database, Array(6).fill({ intervalS: 10 }));
    await live(4);
    await change('UPDATE monitored_targets SET paused = true WHERE id = ANY ($1)', [ids.slice(2)]);
    await live(2, 60);
    expect(await skipped('paused')).toBe(0);
    expect((await prove()).pending).toBeGreaterThanOrEqual(4 * 11);
    await change('UPDATE monitored_targets SET paused = false WHERE id = ANY ($1)', [ids.slice(2)]);
    expect(await skipped('paused')).toBeGreaterThanOrEqual(4 * 11);
    expect(await skipped('paused')).toBeLessThanOrEqual(4 * 13);
    await live(3);
    await expectProof();
  });

  it('has the ticks of a long pause written by the hour', async () => {
    await addTestTargets(database, Array(3).fill({ intervalS: 10 }));
    await live(2);
    await change('UPDATE monitored_targets SET paused = true');
    await letTimePass(database, 3 * 3600);
    const { rows } = await database.pool.query({ text: skipSql, values: [100], rowMode: 'array' });
    expect(rows).toEqual([[3]]);
    expect((await database.pool.query({ text: skipSql, values: [100], rowMode: 'array' })).rows).toEqual([[0]]);
    expect(await skipped('paused')).toBeGreaterThanOrEqual(3 * 2 * 360);
    const longest = await database.query<{ ticks: number }>('SELECT max(ticks) AS ticks FROM check_results');
    expect(longest.rows[0]?.ticks).toBeLessThanOrEqual(360);
    await live(1);
    await expectProof();
  });

  it('has the ticks of maintenance as skipped, and goes on by itself when it is over', async () => {
    const [first = 0, second = 0] = await addTestTargets(database, [
      { intervalS: 1 },
      { intervalS: 1 },
      { intervalS: 1 },
    ]);
    await change(
      `INSERT INTO maintenance_windows (target_ids, starts_at, ends_at, reason)
       VALUES ($1, now() - interval '5 seconds', now() + interval '2 seconds', 'new disks')`,
      [[first, second]],
    );
    const { rows } = await database.query<{ skip_code: string | null }>(
      'SELECT skip_code FROM leases ORDER BY target_id',
    );
    expect(rows.map((row) => row.skip_code)).toEqual(['maintenance', 'maintenance', null]);
    // Nothing to follow until the window ends.
    expect((await database.pool.query({ text: followSql, rowMode: 'array' })).rows[0]?.[1]).toBeLessThanOrEqual(2_000);
    await database.query('SELECT pg_sleep(2.1)');
    expect((await database.pool.query({ text: followSql, rowMode: 'array' })).rows[0]).toEqual([1, null]);
    await change('SELECT');
    expect((await database.query('SELECT FROM leases WHERE skip_from IS NULL')).rowCount).toBe(3);
    expect(await skipped('maintenance')).toBeGreaterThanOrEqual(2);
    const { checks } = await worker.claim(10, 'overload');
    await worker.finish(checks.map((check) => resultOf(check)));
    await expectProof();
  }, 20_000);

  it('ends maintenance at once whose window is taken away', async () => {
    await addTestTargets(database, Array(5).fill({ intervalS: 10 }));
    await live(2);
    await change("INSERT INTO maintenance_windows (starts_at, ends_at) VALUES (now(), now() + interval '1 day')");
    expect((await database.query('SELECT FROM leases WHERE skip_from IS NOT NULL')).rowCount).toBe(5);
    await letTimePass(database, 60);
    await change('DELETE FROM maintenance_windows');
    expect(await skipped('maintenance')).toBeGreaterThanOrEqual(5 * 5);
    await live(2);
    await expectProof();
  });

  it('bears deleting and restoring a target, and keeps its ledger', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }, { intervalS: 10 }]);
    await live(4);
    await change('UPDATE monitored_targets SET deleted_at = now() WHERE id = $1', [id]);
    await live(3);
    const before = await prove({ targetIds: [id] });
    expect(before.recorded.up).toBeGreaterThanOrEqual(4);
    expect(before.pending).toBe(0);
    await change('UPDATE monitored_targets SET deleted_at = NULL WHERE id = $1', [id]);
    await live(3);
    const after = await prove({ targetIds: [id] });
    expect(after.expected).toBeGreaterThanOrEqual(before.expected + 3);
    await expectProof();
  });

  it('bears edits of the locations; all locations share the same ticks', async () => {
    const elsewhere = await register('elsewhere');
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }, { intervalS: 10 }]);
    await live(3);
    await change('UPDATE monitored_targets SET location_ids = $2 WHERE id = $1', [
      id,
      [worker.locationId, elsewhere.locationId],
    ]);
    for (let step = 0; step < 4; step++) {
      await live(1);
      const { checks } = await elsewhere.claim(10, 'overload');
      await elsewhere.finish(checks.map((check) => resultOf(check)));
    }
    const shared = await database.query(
      `SELECT FROM check_results AS a JOIN check_results AS b USING (target_id, scheduled_at)
       WHERE a.location_id = $1 AND b.location_id = $2`,
      [worker.locationId, elsewhere.locationId],
    );
    expect(shared.rowCount).toBeGreaterThanOrEqual(3);
    await change('UPDATE monitored_targets SET location_ids = $2 WHERE id = $1', [id, [elsewhere.locationId]]);
    await live(3);
    await expectProof();
  });

  it('has every tick under any sequence of changes, deaths and outages', async () => {
    const ids = await addTestTargets(database, Array(16).fill({ intervalS: 10 }));
    let seed = 7;
    const random = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    const some = () => ids.filter(() => random() < 0.3);
    const changes = [
      () =>
        change(
          'UPDATE monitored_targets SET interval_s = CASE interval_s WHEN 10 THEN 20 ELSE 10 END WHERE id = ANY ($1)',
          [some()],
        ),
      () => change('UPDATE monitored_targets SET paused = NOT paused WHERE id = ANY ($1)', [some()]),
      () =>
        change(
          'UPDATE monitored_targets SET deleted_at = CASE WHEN deleted_at IS NULL THEN now() END WHERE id = ANY ($1)',
          [some()],
        ),
      () =>
        change(
          "INSERT INTO maintenance_windows (target_ids, starts_at, ends_at) VALUES ($1, now() - interval '1 s', now() + interval '1 day')",
          [[...some(), 0]],
        ),
      () => change('DELETE FROM maintenance_windows'),
      () => database.query(skipSql, [1_000]),
      () => database.query(passSql, [1_000]),
      () => database.query(reclaimSql),
    ];
    for (let round = 0; round < 60; round++) {
      await letTimePass(database, 20 * Math.floor(random() * 5) * (random() < 0.1 ? 60 : 1));
      await changes[Math.floor(random() * changes.length)]?.();
      const { checks } = await worker.claim(1 + Math.floor(random() * 16), 'overload');
      const reported = checks.filter(() => random() < 0.7);
      await worker.release(checks.filter((check) => !reported.includes(check) && random() < 0.5));
      await worker.finish(reported.map((check) => resultOf(check, { outcome: random() < 0.5 ? 'up' : 'down' })));
    }
    const proof = await expectProof();
    expect(proof.recorded.skipped).toBeGreaterThan(100);
    expect(proof.recorded.missed).toBeGreaterThan(100);
    expect(proof.recorded.up).toBeGreaterThan(30);
  }, 30_000);
});

describe('a location without workers', () => {
  it('shows as missed ticks, with the reason, and the newest one can still be run', async () => {
    await addTestTargets(database, Array(3).fill({ intervalS: 10 }));
    await letTimePass(database, 120);
    expect((await database.pool.query({ text: passSql, values: [1_000], rowMode: 'array' })).rows[0]).toEqual([
      0,
      0,
      null,
    ]);
    await database.query("UPDATE workers SET seen_at = now() - interval '16 seconds'");
    const { rows } = await database.pool.query<[number, number]>({ text: passSql, values: [1_000], rowMode: 'array' });
    expect(rows[0]).toEqual([3, expect.any(Number), 'default']);
    expect(rows[0]?.[1]).toBeGreaterThanOrEqual(3 * 11);
    const codes = await database.query<{ error_code: string }>('SELECT DISTINCT error_code FROM check_results');
    expect(codes.rows).toEqual([{ error_code: 'no_worker' }]);
    await worker.heartbeat();
    const { checks, ticksMissed } = await worker.claim(10, 'overload');
    expect(checks).toHaveLength(3);
    expect(ticksMissed).toBe(0);
    await worker.finish(checks.map((check) => resultOf(check)));
    expect(await prove()).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 0, pending: 0 });
  });
});
