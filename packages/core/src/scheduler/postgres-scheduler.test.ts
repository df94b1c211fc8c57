import { setTimeout as delay } from 'node:timers/promises';
import {
  addTestTargets,
  createTestDatabase,
  letTimePass,
  missedResultOf,
  proveLedger,
  resultOf,
  syncLeases,
  type TestDatabase,
} from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { loadSql } from '../database/sql.ts';
import type { CheckResult, ClaimedCheck } from '../domain/check.ts';
import { noPhases } from '../domain/check.ts';
import { PostgresScheduler } from './postgres-scheduler.ts';

const HORIZON_MS = 500;
const reclaimSql = loadSql('leases-reclaim');

let database: TestDatabase;
let ours: PostgresScheduler;
let theirs: PostgresScheduler;

const register = (workerName: string, pool = database.pool) =>
  PostgresScheduler.register({
    pool,
    workerName,
    location: 'default',
    horizonMs: HORIZON_MS,
    leaseMarginMs: 1_000,
  });

beforeAll(async () => {
  database = await createTestDatabase();
  ours = await register('ours');
  theirs = await register('theirs');
});
afterAll(() => database.drop());
beforeEach(() =>
  database.query(
    'TRUNCATE check_results, leases, schedules, target_changes; UPDATE monitored_targets SET deleted_at = now()',
  ),
);

interface LedgerRow {
  target_id: number;
  at: number;
  outcome: string;
  ticks: number;
  error_code: string | null;
  worker_id: number | null;
}

async function ledger(): Promise<LedgerRow[]> {
  const { rows } = await database.query<LedgerRow & Record<string, unknown>>(
    `SELECT target_id, extract(epoch FROM scheduled_at)::float8 * 1000 AS at, outcome, ticks, error_code, worker_id
     FROM results ORDER BY target_id, scheduled_at`,
  );
  return rows;
}

async function lease(id: number): Promise<{ next: number | null; open: number | null; epoch: number }> {
  const { rows } = await database.query<{ next: number | null; open: number | null; epoch: number }>(
    `SELECT extract(epoch FROM next_fire_at)::float8 * 1000 AS next, extract(epoch FROM open_tick)::float8 * 1000 AS open,
            epoch FROM leases WHERE target_id = $1`,
    [id],
  );
  if (rows[0] === undefined) throw new Error(`target ${id} has no lease`);
  return rows[0];
}

/** Puts the next tick of all leases to an instant relative to now, in milliseconds. */
async function dueIn(ms: number): Promise<void> {
  await database.query("UPDATE leases SET next_fire_at = now() + $1 * interval '1 millisecond'", [ms]);
}

function only(checks: readonly ClaimedCheck[]): ClaimedCheck {
  const [check] = checks;
  if (check === undefined || checks.length !== 1) throw new Error(`expected one check, got ${checks.length}`);
  return check;
}

describe('registering', () => {
  it('uses up no number of a location that is there: there are only 32,767', async () => {
    const before = await register('one more');
    for (let restart = 0; restart < 5; restart++) await register('one more');
    const elsewhere = await PostgresScheduler.register({
      pool: database.pool,
      workerName: 'far away',
      location: 'elsewhere',
      horizonMs: HORIZON_MS,
      leaseMarginMs: 1_000,
    });
    expect([before.locationId, elsewhere.locationId]).toEqual([1, 2]);
  });
});

describe('claiming', () => {
  it('hands out each due tick to one worker only', async () => {
    await addTestTargets(database, Array(300).fill({}));
    await dueIn(-1);
    const claims = await Promise.all([ours.claim(200), theirs.claim(200), ours.claim(200), theirs.claim(200)]);
    const ids = claims.flatMap((claim) => claim.checks.map((check) => check.target.id));
    expect(ids).toHaveLength(300);
    expect(new Set(ids).size).toBe(300);
  });

  it('takes ticks within the horizon, and none beyond', async () => {
    await addTestTargets(database, [{}]);
    await dueIn(HORIZON_MS + 400);
    expect((await ours.claim(10)).checks).toEqual([]);
    await dueIn(HORIZON_MS - 100);
    expect((await ours.claim(10)).checks).toHaveLength(1);
  });

  it('returns what a worker needs to carry out the check', async () => {
    const [id] = await addTestTargets(database, [
      { url: 'http://127.0.0.1:9/a?b=c', intervalS: 10, timeoutMs: 2_000, matchPattern: 'x+' },
    ]);
    await dueIn(-1);
    const check = only((await ours.claim(10)).checks);
    expect(check.target).toEqual({ id, url: 'http://127.0.0.1:9/a?b=c', timeoutMs: 2_000, matchPattern: 'x+' });
    expect(check.epoch).toBe(1);
    expect(Math.abs(check.scheduledAtMs - Date.now())).toBeLessThan(60_000);
  });

  it('returns the same options object for as long as the options stay the same, whoever has them', async () => {
    const ids = await addTestTargets(database, [{}, {}, {}, {}]);
    const set = (options: object | null, id: number | undefined) =>
      database.query('UPDATE monitored_targets SET options = $1 WHERE id = $2', [options, id]);
    await set({ method: 'HEAD', expect: { status: ['2xx'] } }, ids[0]);
    // The order of keys is no difference to jsonb.
    await set({ expect: { status: ['2xx'] }, method: 'HEAD' }, ids[1]);
    await set({ method: 'POST' }, ids[2]);
    const claimed = async () => {
      await dueIn(-1);
      const { checks } = await ours.claim(10);
      await ours.finish(checks.map((check) => resultOf(check)));
      return ids.map((id) => checks.find((check) => check.target.id === id)?.target.options);
    };
    const first = await claimed();
    expect(first).toEqual([
      { method: 'HEAD', expect: { status: ['2xx'] } },
      { method: 'HEAD', expect: { status: ['2xx'] } },
      { method: 'POST' },
      undefined,
    ]);
    expect(first[1]).toBe(first[0]);
    await set({ method: 'PUT' }, ids[2]);
    const second = await claimed();
    expect(second[0]).toBe(first[0]);
    expect(second[2]).toEqual({ method: 'PUT' });
    await set(null, ids[0]);
    expect((await claimed())[0]).toBeUndefined();
  });

  it('takes the most overdue first when there are more than it may take', async () => {
    const ids = await addTestTargets(database, Array(5).fill({}));
    for (const [index, id] of ids.entries()) {
      await database.query("UPDATE leases SET next_fire_at = now() - $2 * interval '100 ms' WHERE target_id = $1", [
        id,
        index + 1,
      ]);
    }
    const { checks } = await ours.claim(2);
    expect(checks.map((check) => check.target.id).sort()).toEqual([ids[4], ids[3]].sort());
  });

  it('runs the newest due tick and writes those before it as one missed row', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }]);
    const first = only((await waitAndClaim(ours)).checks);
    await ours.finish([resultOf(first)]);
    const { next } = await lease(id);
    await letTimePass(database, 50);
    const claim = await ours.claim(10, 'overload');
    const check = only(claim.checks);
    const skippedFrom = (next ?? 0) - 50_000;
    const passed = (check.scheduledAtMs - skippedFrom) / 10_000;
    expect([3, 4, 5]).toContain(passed);
    expect(claim.ticksMissed).toBe(passed);
    expect((await ledger()).slice(1)).toEqual([
      expect.objectContaining({ at: skippedFrom, outcome: 'missed', ticks: passed, error_code: 'overload' }),
    ]);
    expect((await lease(id)).next).toBe(check.scheduledAtMs + 10_000);
  });

  it('never passes over a late tick for one that is still to come', async () => {
    // Late by 800 ms, and its follower due within the horizon.
    const [id = 0] = await addTestTargets(database, [{ intervalS: 1, timeoutMs: 500 }]);
    await database.query(
      'UPDATE leases SET next_fire_at = tick_at_or_before(target_id, 1, now()) WHERE target_id = $1',
      [id],
    );
    const { next } = await lease(id);
    const claim = await ours.claim(10);
    expect(only(claim.checks).scheduledAtMs).toBeGreaterThanOrEqual(next ?? 0);
    expect(only(claim.checks).scheduledAtMs).toBeLessThanOrEqual(ours.clock.atMonotonic(performance.now()));
  });

  it('leaves a tick alone while its worker may still report it', async () => {
    await addTestTargets(database, [{ intervalS: 1, timeoutMs: 800 }]);
    await dueIn(-1);
    await ours.claim(1);
    await dueIn(-1);
    expect((await theirs.claim(1)).checks).toEqual([]);
  });

  it('says when the next tick is due that it did not take', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }, { intervalS: 3600 }]);
    await database.query("UPDATE leases SET next_fire_at = now() + interval '40 minutes'");
    await database.query("UPDATE leases SET next_fire_at = now() + interval '30 minutes' WHERE target_id = $1", [id]);
    expect((await ours.claim(10)).nextDueAtMs).toBe((await lease(id)).next);
    await database.query('UPDATE leases SET next_fire_at = now() WHERE target_id = $1', [id]);
    const claim = await ours.claim(10);
    expect(only(claim.checks).nextAtMs).toBe((await lease(id)).next);
    expect(claim.nextDueAtMs).toBe((await lease(id)).next);
  });

  it('reads the clock of the database, also when nothing is due', async () => {
    await ours.claim(1);
    const before = ours.clock.atMonotonic(performance.now());
    const { rows } = await database.query<{ now: number }>('SELECT extract(epoch FROM now())::float8 * 1000 AS now');
    const after = ours.clock.atMonotonic(performance.now());
    expect(rows[0]?.now).toBeGreaterThan(before - 50);
    expect(rows[0]?.now).toBeLessThan(after + 50);
  });

  it('makes the partition that the ledger lacks, where no coordinator has', async () => {
    await addTestTargets(database, [{ intervalS: 10 }]);
    await database.query("UPDATE leases SET next_fire_at = next_fire_at - interval '40 days'");
    const claim = await ours.claim(1, 'overload');
    expect(claim.ticksMissed).toBeGreaterThan(300_000);
    const rows = await ledger();
    expect(rows.reduce((sum, row) => sum + row.ticks, 0)).toBe(claim.ticksMissed);
    // No row reaches beyond its hour. (The first begins off the grid, up to half an interval after a tick of it.)
    expect(rows.length).toBeGreaterThanOrEqual(40 * 24);
    const offGridMs = (at: number) => (at === rows[0]?.at ? 5_000 : 0);
    for (const { at, ticks } of rows) {
      expect((at % 3_600_000) + (ticks - 1) * 10_000).toBeLessThan(3_600_000 + offGridMs(at));
    }
  });
});

describe('finishing', () => {
  it('records the result and frees the lease', async () => {
    const [id = 0] = await addTestTargets(database, [{}]);
    await dueIn(-1);
    const check = only((await ours.claim(1)).checks);
    const result = resultOf(check, {
      outcome: 'down',
      matched: false,
      httpStatus: 503,
      error: { code: 'status_unexpected', detail: 'expected 200-299, got 503' },
    });
    expect(await ours.finish([result])).toEqual({ recorded: 1, repeated: 0, lost: 0 });
    expect(await lease(id)).toMatchObject({ open: null });
    const { rows } = await database.query(
      `SELECT target_id, outcome, http_status, matched, response_time_us, dns_us, connect_us, tls_us, first_byte_us,
              download_us, body_bytes, worker_id, ticks, error_code, error_detail,
              round(extract(epoch FROM started_at - scheduled_at) * 1000)::integer AS lateness_ms FROM results`,
    );
    expect(rows).toEqual([
      {
        target_id: id,
        outcome: 'down',
        http_status: 503,
        matched: false,
        response_time_us: 1_234,
        dns_us: null,
        connect_us: 10,
        tls_us: null,
        first_byte_us: 20,
        download_us: 30,
        body_bytes: 12,
        worker_id: ours.workerId,
        ticks: 1,
        error_code: 'status_unexpected',
        error_detail: 'expected 200-299, got 503',
        lateness_ms: 1,
      },
    ]);
  });

  const columnsOf = async () => {
    const { rows } = await database.query(
      `SELECT dns_wait_us, request_us, protocol, remote_address, redirects, certificate_expires_at, loop_delay_us, suspect,
              error_detail, failed_assertions FROM results`,
    );
    return rows;
  };

  it('records how it was measured, and what failed', async () => {
    await addTestTargets(database, [{}]);
    await dueIn(-1);
    const result = resultOf(only((await ours.claim(1)).checks), {
      outcome: 'down',
      phases: { ...noPhases, dnsWaitUs: 0, dnsUs: 700, requestUs: 40 },
      protocol: 'h2',
      remoteAddress: 'fe80::1%eth0',
      redirects: 3,
      certificateExpiresAtMs: Date.parse('2031-02-03T04:05:06Z'),
      loopDelayUs: 31_000,
      suspect: true,
      failed: [
        { kind: 'status', expected: '200-299', seen: '503', ok: false },
        { kind: 'json', expected: '"$.a[\\"b\\"]" is {\'x\', "y"}', seen: 'NULL', ok: false },
      ],
    });
    expect(await ours.finish([result])).toEqual({ recorded: 1, repeated: 0, lost: 0 });
    expect(await columnsOf()).toEqual([
      {
        dns_wait_us: 0,
        request_us: 40,
        protocol: 'h2',
        remote_address: 'fe80::1',
        redirects: 3,
        certificate_expires_at: new Date('2031-02-03T04:05:06Z'),
        loop_delay_us: 31_000,
        suspect: true,
        error_detail: null,
        failed_assertions: [
          { kind: 'status', expected: '200-299', seen: '503' },
          { kind: 'json', expected: '"$.a[\\"b\\"]" is {\'x\', "y"}', seen: 'NULL' },
        ],
      },
    ]);
  });

  it('records nothing of what there was nothing to say about', async () => {
    await addTestTargets(database, [{}]);
    await dueIn(-1);
    const check = only((await ours.claim(1)).checks);
    const result = missedResultOf(check, { code: 'dns_limit', detail: 'too many' });
    expect(await ours.finish([result])).toMatchObject({ recorded: 1 });
    const [row] = await columnsOf();
    expect(Object.entries(row ?? {}).filter(([, value]) => value !== null)).toEqual([['error_detail', 'too many']]);
  });

  it('records what a server has filled with NUL bytes and halves of characters', async () => {
    await addTestTargets(database, [{}]);
    await dueIn(-1);
    const nasty = `a\0b${'😀'.slice(0, 1)}`;
    const result = resultOf(only((await ours.claim(1)).checks), {
      outcome: 'down',
      error: { code: 'header_mismatch', detail: nasty },
      failed: [{ kind: 'header', expected: 'x', seen: nasty, ok: false }],
    });
    expect(await ours.finish([result])).toMatchObject({ recorded: 1 });
    expect(await columnsOf()).toMatchObject([
      {
        error_detail: 'a\uFFFDb\uFFFD',
        failed_assertions: [{ kind: 'header', expected: 'x', seen: 'a\uFFFDb\uFFFD' }],
      },
    ]);
  });

  it('records nothing twice when it is sent again after an answer was lost', async () => {
    await addTestTargets(database, Array(3).fill({}));
    await dueIn(-1);
    const results = (await ours.claim(3)).checks.map((check) => resultOf(check));
    await ours.finish(results);
    expect(await ours.finish(results)).toEqual({ recorded: 0, repeated: 3, lost: 0 });
    expect(await ledger()).toHaveLength(3);
  });

  it('drops a result whose lease has passed to someone else, and records that one', async () => {
    await addTestTargets(database, [{ intervalS: 3600, timeoutMs: 1_000 }]);
    await dueIn(-1);
    const check = only((await ours.claim(1)).checks);
    await database.query("UPDATE leases SET leased_until = now() - interval '1 second'");
    await theirs.heartbeat();
    await database.query(reclaimSql);
    const again = only((await theirs.claim(1)).checks);
    expect(again.epoch).toBeGreaterThan(check.epoch);
    expect(await ours.finish([resultOf(check)])).toEqual({ recorded: 0, repeated: 0, lost: 1 });
    expect(await theirs.finish([resultOf(again)])).toEqual({ recorded: 1, repeated: 0, lost: 0 });
    expect(await ledger()).toEqual([expect.objectContaining({ worker_id: theirs.workerId, outcome: 'up' })]);
  });

  it('is still possible after the lease has expired, as long as nobody took it', async () => {
    await addTestTargets(database, [{}]);
    await dueIn(-1);
    const check = only((await ours.claim(1)).checks);
    await database.query("UPDATE leases SET leased_until = now() - interval '1 second'");
    expect(await ours.finish([resultOf(check)])).toEqual({ recorded: 1, repeated: 0, lost: 0 });
  });

  it('is fenced by the tick as well: after a crash that undid a claim, its epoch comes again', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }]);
    const undone = only((await waitAndClaim(ours)).checks);
    await database.query(
      "UPDATE leases SET epoch = 0, next_fire_at = open_tick - interval '30 s', open_tick = NULL, leased_until = NULL",
    );
    const again = only((await theirs.claim(1, 'database_down')).checks);
    expect(again.epoch).toBe(undone.epoch);
    expect(again.scheduledAtMs).not.toBe(undone.scheduledAtMs - 30_000);
    const late = { ...undone, scheduledAtMs: undone.scheduledAtMs - 30_000 };
    expect(await ours.finish([resultOf(late)])).toEqual({ recorded: 0, repeated: 0, lost: 1 });
    expect(await theirs.finish([resultOf(again)])).toEqual({ recorded: 1, repeated: 0, lost: 0 });
    expect((await ledger()).map((row) => row.outcome)).toEqual(['missed', 'up']);
    expect(await lease(id)).toMatchObject({ open: null });
  });

  it('waits for the disk, though claiming does not', async () => {
    await addTestTargets(database, [{}]);
    await dueIn(-1);
    const pool = new pg.Pool({ connectionString: database.url, max: 1, options: '-c synchronous_commit=on' });
    const setting = async () => (await pool.query("SELECT current_setting('synchronous_commit')")).rows[0];
    try {
      const scheduler = await register('durable', pool);
      // In one transaction with it, the setting under which the claim will commit can be seen.
      await pool.query('BEGIN');
      const check = only((await scheduler.claim(1)).checks);
      expect(await setting()).toEqual({ current_setting: 'off' });
      await pool.query('COMMIT');
      await pool.query('BEGIN');
      expect(await scheduler.finish([resultOf(check)])).toEqual({ recorded: 1, repeated: 0, lost: 0 });
      expect(await setting()).toEqual({ current_setting: 'on' });
      await pool.query('COMMIT');
    } finally {
      await pool.end();
    }
  });

  it('does not wait for an editor who keeps a transaction on the target open', async () => {
    const [id] = await addTestTargets(database, [{}]);
    await dueIn(-1);
    const check = only((await ours.claim(1)).checks);
    const editor = await database.pool.connect();
    try {
      await editor.query('BEGIN');
      await editor.query('UPDATE monitored_targets SET interval_s = 20 WHERE id = $1', [id]);
      const finished = ours.finish([resultOf(check)]).then(() => 'finished');
      expect(await Promise.race([finished, delay(5_000, 'waiting')])).toBe('finished');
      await editor.query('ROLLBACK');
    } finally {
      editor.release();
    }
  });
});

describe('a tick whose worker died', () => {
  it('runs again if it is still the newest', async () => {
    await addTestTargets(database, [{ intervalS: 3600 }]);
    await dueIn(-1);
    const check = only((await ours.claim(1)).checks);
    await database.query("UPDATE leases SET leased_until = now() - interval '1 second'");
    await theirs.heartbeat();
    const { rows } = await database.pool.query({ text: reclaimSql, rowMode: 'array' });
    expect(rows).toEqual([[1, 0]]);
    expect(only((await theirs.claim(1)).checks).scheduledAtMs).toBe(check.scheduledAtMs);
  });

  it('is written as missed by the next claim if a newer one is due', async () => {
    await addTestTargets(database, [{ intervalS: 10 }]);
    const first = only((await waitAndClaim(ours)).checks);
    await letTimePass(database, 30);
    const claim = await theirs.claim(1, 'overload');
    const [lost, passed, ...others] = await ledger();
    expect(others).toEqual([]);
    expect(lost).toMatchObject({
      at: first.scheduledAtMs - 30_000,
      outcome: 'missed',
      error_code: 'worker_lost',
      ticks: 1,
    });
    expect(passed).toMatchObject({ outcome: 'missed', error_code: 'overload', ticks: claim.ticksMissed - 1 });
  });

  it('is written as missed by the reclaimer if a newer one is due', async () => {
    await addTestTargets(database, [{ intervalS: 10 }]);
    const first = only((await waitAndClaim(ours)).checks);
    await letTimePass(database, 30);
    const { rows } = await database.pool.query({ text: reclaimSql, rowMode: 'array' });
    expect(rows).toEqual([[0, 1]]);
    expect(await ledger()).toEqual([
      expect.objectContaining({ at: first.scheduledAtMs - 30_000, error_code: 'worker_lost', ticks: 1 }),
    ]);
  });

  it('is written as missed by the reclaimer if there is nobody else to run it', async () => {
    await addTestTargets(database, [{ intervalS: 3600 }]);
    await dueIn(-1);
    await ours.claim(1);
    await database.query("UPDATE leases SET leased_until = now() - interval '1 second'");
    await database.query("UPDATE workers SET seen_at = now() - interval '1 minute' WHERE id <> $1", [ours.workerId]);
    const { rows } = await database.pool.query({ text: reclaimSql, rowMode: 'array' });
    expect(rows).toEqual([[0, 1]]);
    expect(await ledger()).toEqual([expect.objectContaining({ outcome: 'missed', error_code: 'worker_lost' })]);
  });

  it('is written as missed by the reclaimer if its target was paused meanwhile', async () => {
    const [id = 0] = await addTestTargets(database, [{}]);
    await dueIn(-1);
    await ours.claim(1);
    await database.query('UPDATE monitored_targets SET paused = true WHERE id = $1', [id]);
    await syncLeases(database, [id]);
    await database.query("UPDATE leases SET leased_until = now() - interval '1 second'");
    const { rows } = await database.pool.query({ text: reclaimSql, rowMode: 'array' });
    expect(rows).toEqual([[0, 1]]);
    expect(await ledger()).toEqual([expect.objectContaining({ outcome: 'missed', error_code: 'worker_lost' })]);
    expect(await lease(id)).toMatchObject({ next: null, open: null });
  });
});

describe('an edited schedule', () => {
  const edit = async (id: number, change: string) => {
    await database.query(`UPDATE monitored_targets SET ${change} WHERE id = $1`, [id]);
    await syncLeases(database, [id]);
  };

  it('comes into force within a second, also before the second tick of the old one', async () => {
    const ids = await addTestTargets(database, Array(20).fill({ intervalS: 86_400 }));
    for (let claimed = 0; claimed < ids.length; ) {
      const { checks } = await waitAndClaim(ours);
      await ours.finish(checks.map((check) => resultOf(check)));
      claimed += checks.length;
    }
    for (const id of ids) await edit(id, 'interval_s = 10');
    const { rows } = await database.query<{ latest: number }>(
      'SELECT max(extract(epoch FROM next_fire_at - now()))::float8 AS latest FROM leases',
    );
    // The old schedule is in force up to the ticks that were handed out, here up to the horizon ahead.
    expect(rows[0]?.latest).toBeLessThan(1.1 + HORIZON_MS / 1_000);
  });

  it('leaves the open tick to its worker', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 3600 }]);
    await dueIn(-1);
    const check = only((await ours.claim(1)).checks);
    await edit(id, 'interval_s = 10');
    expect(await ours.finish([resultOf(check)])).toEqual({ recorded: 1, repeated: 0, lost: 0 });
    const next = only((await waitAndClaim(ours)).checks);
    expect(next.scheduledAtMs).toBeGreaterThan(check.scheduledAtMs);
    expect(next.scheduledAtMs).toBeLessThan(check.scheduledAtMs + 3_000);
  });

  it('does not take up a tick of the old one again that was claimed ahead and given back', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 3600 }]);
    await dueIn(400);
    const check = only((await ours.claim(1)).checks);
    await edit(id, 'interval_s = 10');
    const { next } = await lease(id);
    await ours.release([check]);
    expect(await lease(id)).toMatchObject({ next, open: null });
    expect(await ledger()).toEqual([expect.objectContaining({ at: check.scheduledAtMs, outcome: 'skipped' })]);
  });

  it('is followed for all other targets when one names a location that does not exist', async () => {
    const [bad = 0, good = 0] = await addTestTargets(database, [{ intervalS: 3600 }, { intervalS: 3600 }]);
    await database.query("UPDATE monitored_targets SET location_ids = '{99,1,1}' WHERE id = $1", [bad]);
    await database.query('DELETE FROM leases');
    await syncLeases(database, [bad, good]);
    expect((await database.query('SELECT FROM leases')).rowCount).toBe(2);
  });

  it('writes ticks of the old one that nobody claimed as missed', async () => {
    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }]);
    await letTimePass(database, 30);
    await ours.heartbeat();
    const { next } = await lease(id);
    await edit(id, 'paused = true');
    const [missed, ...others] = await ledger();
    expect(others).toEqual([]);
    expect(missed).toMatchObject({ at: next, outcome: 'missed' });
    expect(missed?.error_code).toBe('unclaimed');
    expect([3, 4]).toContain(missed?.ticks);
  });
});

describe('giving back', () => {
  it('makes a tick due again, for everybody, under a new epoch', async () => {
    await addTestTargets(database, [{}]);
    await dueIn(-1);
    const check = only((await ours.claim(1)).checks);
    await ours.release([check]);
    const again = only((await theirs.claim(1)).checks);
    expect(again.scheduledAtMs).toBe(check.scheduledAtMs);
    expect(await ours.finish([resultOf(check)])).toEqual({ recorded: 0, repeated: 0, lost: 1 });
    expect(await theirs.finish([resultOf(again)])).toEqual({ recorded: 1, repeated: 0, lost: 0 });
  });

  it('says how many of the ticks were still its own', async () => {
    await addTestTargets(database, [{}, {}]);
    await dueIn(-1);
    const { checks } = await ours.claim(2);
    await database.query('UPDATE leases SET epoch = epoch + 1 WHERE target_id = $1', [checks[0]?.target.id]);
    expect(await ours.release(checks)).toBe(1);
    expect(await ours.release([])).toBe(0);
  });

  it('accounts for a tick whose target was paused meanwhile', async () => {
    const [id = 0] = await addTestTargets(database, [{}]);
    await dueIn(-1);
    const check = only((await ours.claim(1)).checks);
    await database.query('UPDATE monitored_targets SET paused = true WHERE id = $1', [id]);
    await syncLeases(database, [id]);
    expect(await ours.release([check])).toBe(1);
    expect(await ledger()).toEqual([expect.objectContaining({ outcome: 'skipped', error_code: 'target_withdrawn' })]);
    expect((await theirs.claim(1)).checks).toEqual([]);
  });
});

describe('the ledger', () => {
  it('has every tick exactly once after any sequence of claims, results, deaths, returns and outages', async () => {
    await addTestTargets(database, Array(20).fill({ intervalS: 10 }));
    let seed = 42;
    const random = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    for (let round = 0; round < 60; round++) {
      await letTimePass(database, 10 * Math.floor(random() * 4));
      const worker = random() < 0.5 ? ours : theirs;
      const { checks } = await worker.claim(1 + Math.floor(random() * 20), 'overload');
      const [reported, returned]: [CheckResult[], ClaimedCheck[]] = [[], []];
      for (const check of checks) {
        const fate = random();
        if (fate < 0.6) reported.push(resultOf(check));
        else if (fate < 0.8) returned.push(check);
      }
      await worker.release(returned);
      expect(await worker.finish(reported)).toEqual({ recorded: reported.length, repeated: 0, lost: 0 });
      if (random() < 0.3) await database.query(reclaimSql);
    }
    const proof = await proveLedger(database.url);
    expect(proof).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 0 });
    expect(proof.expected).toBeGreaterThan(20 * 60);
    expect(Object.values(proof.recorded).reduce((sum, ticks) => sum + ticks, 0)).toBe(proof.expected);
  });
});

describe('under twice the load that the workers can carry', () => {
  it('each target gets its share, and the ticks between are missed for that reason', async () => {
    const ids = await addTestTargets(database, [
      ...Array(16).fill({ intervalS: 10 }),
      ...Array(16).fill({ intervalS: 20 }),
    ]);
    const ran = new Map(ids.map((id) => [id, 0]));
    // In 20 s 48 ticks come due, of which 16 can be carried out.
    for (let round = 0; round < 36; round++) {
      await letTimePass(database, 20);
      const { checks } = await (round % 2 === 0 ? ours : theirs).claim(16, 'overload');
      expect(checks).toHaveLength(16);
      await (round % 2 === 0 ? ours : theirs).finish(checks.map((check) => resultOf(check)));
      for (const { target } of checks) ran.set(target.id, (ran.get(target.id) ?? 0) + 1);
    }
    const [fast, slow] = [ids.slice(0, 16), ids.slice(16)].map((some) => some.map((id) => ran.get(id) ?? 0));
    // One comes round every (age of the queue + interval): no more than a tick between those of the same interval.
    expect(Math.min(...(fast ?? []))).toBeGreaterThan(15);
    expect(Math.max(...(fast ?? [])) - Math.min(...(fast ?? []))).toBeLessThanOrEqual(3);
    expect(Math.min(...(slow ?? []))).toBeGreaterThan(12);
    expect(Math.max(...(slow ?? [])) - Math.min(...(slow ?? []))).toBeLessThanOrEqual(3);
    const proof = await proveLedger(database.url);
    expect(proof).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 0 });
    const missed = await database.query('SELECT DISTINCT error_code FROM check_results WHERE outcome = $1', ['missed']);
    expect(missed.rows).toEqual([{ error_code: 'overload' }]);
  }, 60_000);
});

/** Waits for the schedule's first tick, which comes within a second, and claims it. */
async function waitAndClaim(scheduler: PostgresScheduler) {
  for (;;) {
    const claim = await scheduler.claim(10);
    if (claim.checks.length > 0) return claim;
    await delay(50);
  }
}
