import { addTestTargets, createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { summaryResource } from '../api/summary-resource.ts';
import { outcomes } from '../domain/outcome.ts';
import { verifyLedger } from '../ledger/verify-ledger.ts';
import { type SummaryQuery, summarizeTarget } from './target-summary.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
  await database.query(`SELECT ensure_check_results_partitions('2026-01-02', '2026-01-02')`);
});
afterEach(() => database.drop());

const noon = Date.parse('2026-01-02T12:00:00Z');
const at = (minutes: number) => new Date(noon + minutes * 60_000);

/** A target that has been checked every minute from 11:00 on, at the seconds of its phase, and what is open of it. */
async function target({ next = at(120), open = null as Date | null, leasedUntil = null as Date | null } = {}) {
  const [id] = await addTestTargets(database, [{ intervalS: 60 }]);
  await database.query('DELETE FROM schedules; DELETE FROM leases');
  await database.query(
    `INSERT INTO schedules (target_id, location_id, schedule_from, interval_s, first_tick)
     SELECT $1, 1, tick - interval '1 s', 60, tick FROM tick_at_or_before($1, 60, $2) AS tick`,
    [id, at(-60)],
  );
  await database.query(
    `INSERT INTO leases (target_id, location_id, interval_s, schedule_from, first_tick, next_fire_at, open_tick, leased_until)
     SELECT target_id, 1, 60, schedule_from, first_tick, tick_at_or_before($1, 60, $2), tick_at_or_before($1, 60, $3), $4
     FROM schedules`,
    [id, next, open, leasedUntil],
  );
  return id as number;
}

/** The ticks of some minutes from noon on. */
const record = (id: number, from: number, to: number, outcome: string, ticks = 1, ms: number | null = null) =>
  database.query(
    `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks, response_time_us)
     SELECT tick_at_or_before($1, 60, moment) + interval '1 minute', $1, 1, $4::check_outcome, $5, $6::integer * 1000
     FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 ms', $5 * interval '1 minute') AS moment`,
    [id, at(from), at(to), outcome, ticks, ms],
  );

const summary = async (query: SummaryQuery) => {
  const found = await summarizeTarget(database.pool, query);
  expect(summaryResource.strict().parse(found)).toEqual(found);
  const { expected, ...parts } = found.ticks;
  expect(Object.values(parts).reduce((sum, ticks) => sum + ticks, 0)).toBe(expected);
  return found;
};

test('a summary has the ticks of its period by outcome, uptime, coverage and response times', async () => {
  const id = await target();
  await record(id, 0, 6, 'up', 1, 100);
  await record(id, 6, 8, 'degraded', 1, 900);
  await record(id, 8, 10, 'down', 1, 5);
  const found = await summary({ targetId: id, from: at(0), to: at(10) });
  expect(found).toMatchObject({
    ticks: { expected: 10, up: 6, degraded: 2, down: 2, missed: 0, skipped: 0, pending: 0 },
    uptime: 0.8,
    coverage: 1,
    from: at(0).toISOString(),
    to: at(10).toISOString(),
    location: null,
  });
  expect(found.response_time_ms).toMatchObject({ p50: 100, max: 900 });
});

test('time that nobody recorded anything in is not covered', async () => {
  const id = await target();
  await record(id, 0, 4, 'up');
  await record(id, 4, 5, 'missed');
  expect(await summary({ targetId: id, from: at(0), to: at(10) })).toMatchObject({
    ticks: { expected: 10, up: 4, missed: 1, pending: 5 },
    uptime: 1,
    coverage: 0.4,
    response_time_ms: null,
  });
});

test('skipped ticks are neither covered nor owed', async () => {
  const id = await target();
  await record(id, 0, 5, 'skipped', 5);
  await record(id, 5, 10, 'up');
  const found = await summary({ targetId: id, from: at(0), to: at(10) });
  expect(found).toMatchObject({ ticks: { expected: 10, skipped: 5, up: 5 }, uptime: 1, coverage: 1 });
  expect(await summary({ targetId: id, from: at(0), to: at(5) })).toMatchObject({ uptime: null, coverage: null });
});

test('a run of ticks counts with those that lie within the period', async () => {
  const id = await target();
  await record(id, -5, 5, 'missed', 10);
  await record(id, 5, 10, 'up');
  expect(await summary({ targetId: id, from: at(0), to: at(10) })).toMatchObject({
    ticks: { expected: 10, missed: 5, up: 5 },
    coverage: 0.5,
  });
  expect(await summary({ targetId: id, from: at(-3), to: at(2) })).toMatchObject({ ticks: { expected: 5, missed: 5 } });
});

test('whatever the ledger and the period are, the ticks of each outcome are those that the proof finds', async () => {
  const id = await target();
  const minutes = fc.integer({ min: -59, max: 119 });
  const rows = fc.array(fc.record({ outcome: fc.constantFrom(...outcomes), ticks: fc.integer({ min: 1, max: 59 }) }));
  const client = await database.pool.connect();
  try {
    await fc.assert(
      fc.asyncProperty(rows, minutes, minutes, fc.nat({ max: 59_999 }), async (written, first, last, ms) => {
        await client.query('TRUNCATE check_results');
        let minute = -60;
        for (const { outcome, ticks } of written) {
          if (minute + ticks > 120) break;
          const run = outcome === 'missed' || outcome === 'skipped' ? ticks : 1;
          await record(id, minute, minute + ticks, outcome, run);
          minute += ticks;
        }
        const from = at(Math.min(first, last));
        const to = new Date(at(Math.max(first, last) + 1).getTime() - ms);
        if (from >= to) return;
        const { ticks } = await summary({ targetId: id, from, to });
        const { recorded, expected, pending } = await verifyLedger(client, { from, to, targetIds: [id] });
        expect(ticks).toMatchObject(recorded);
        expect(ticks.expected).toBe(expected + pending);
      }),
      { numRuns: 60 },
    );
  } finally {
    client.release();
  }
}, 60_000);

test('a run of each second counts with those of its ticks that lie within the period, however short that is', async () => {
  const [id] = await addTestTargets(database, [{ intervalS: 1 }]);
  await database.query(
    `INSERT INTO schedules (target_id, location_id, schedule_from, interval_s, first_tick)
     SELECT $1, 1, tick - interval '1 ms', 1, tick FROM tick_at_or_before($1, 1, $2) AS tick
     ON CONFLICT DO NOTHING`,
    [id, at(-60)],
  );
  await database.query(
    `INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks)
     SELECT tick_at_or_before($1, 1, $2) + hour * interval '1 hour', $1, 1, 'skipped', 3600 FROM generate_series(0, 1) AS hour`,
    [id, at(-60)],
  );
  for (const [from, to, ticks] of [
    [-60, 60, 7_199],
    [-1, 1, 120],
    [0, 59.5, 3_570],
    [59, 60, 59],
  ] as const) {
    const found = await summary({ targetId: id as number, from: at(from), to: at(to) });
    expect(Math.abs(found.ticks.skipped - ticks)).toBeLessThanOrEqual(1);
  }
});

test('a summary says since when anything was owed in its period', async () => {
  const id = await target();
  expect((await summary({ targetId: id, from: at(0), to: at(10) })).since).toMatch(/^2026-01-02T1[01]:/);
  const { since, ticks } = await summary({ targetId: id, from: at(-1_000), to: at(10) });
  expect(Date.parse(since ?? '')).toBeLessThanOrEqual(at(-60).getTime());
  expect(Date.parse(since ?? '')).toBeGreaterThan(at(-62).getTime());
  expect(ticks.expected).toBeGreaterThanOrEqual(70);
  expect((await summary({ targetId: id, from: at(-1_000), to: at(-900) })).since).toBeNull();
});

test('response times have no more digits than were measured', async () => {
  const id = await target();
  await record(id, 0, 3, 'up', 1, 100);
  await record(id, 3, 7, 'up', 1, 107);
  await database.query(
    'UPDATE check_results SET response_time_us = response_time_us + 1 + extract(minute FROM scheduled_at)::integer',
  );
  const found = await summary({ targetId: id, from: at(0), to: at(10) });
  for (const ms of Object.values(found.response_time_ms ?? {})) expect(String(ms)).toMatch(/^\d+(\.\d{1,3})?$/);
});

test('a schedule that changed owes what each of its parts did', async () => {
  const id = await target();
  await database.query(
    `INSERT INTO schedules (target_id, location_id, schedule_from, interval_s, first_tick)
     SELECT $1, 1, tick - interval '1 ms', 30, tick FROM tick_at_or_before($1, 60, $2) AS tick`,
    [id, at(5)],
  );
  const { ticks } = await summary({ targetId: id, from: at(-10), to: at(10) });
  // 60 s until then, every 30 s afterwards.
  expect(Math.abs(ticks.expected - (15 + 10))).toBeLessThanOrEqual(1);
});

test('a tick that is still under way is not expected yet, one that nobody took in time is', async () => {
  const now = (await database.query<{ now: Date }>('SELECT now()')).rows[0]?.now.getTime() ?? 0;
  const hour = new Date(now - 3_600_000);
  const running = await target({
    next: new Date(now + 60_000),
    open: new Date(now),
    leasedUntil: new Date(now + 60_000),
  });
  const abandoned = await summary({ targetId: running, from: hour });
  await database.query(`UPDATE leases SET leased_until = now() - interval '1 s'`);
  expect((await summary({ targetId: running, from: hour })).ticks.expected).toBe(abandoned.ticks.expected + 1);
  expect(abandoned.ticks.expected).toBeGreaterThanOrEqual(58);
  // Nobody has claimed anything for half an hour: all of that was owed, but for a tick that came due just now.
  await database.query(
    `UPDATE leases SET open_tick = NULL, leased_until = NULL, next_fire_at = tick_at_or_before(target_id, 60, $1)`,
    [new Date(now - 1_800_000)],
  );
  const { expected } = (await summary({ targetId: running, from: hour })).ticks;
  expect(expected).toBeGreaterThanOrEqual(59);
  expect(expected).toBeLessThanOrEqual(60);
});

test('ticks of a paused target that have not been written yet are skipped', async () => {
  const now = (await database.query<{ now: Date }>('SELECT now()')).rows[0]?.now.getTime() ?? 0;
  const id = await target();
  await database.query(
    `UPDATE leases SET next_fire_at = NULL, skip_code = 'paused', skip_from = tick_at_or_before(target_id, 60, $1)`,
    [new Date(now - 1_800_000)],
  );
  const { ticks, coverage } = await summary({ targetId: id, from: new Date(now - 1_200_000) });
  expect(ticks.skipped).toBe(ticks.expected);
  expect(coverage).toBeNull();
});

test('a summary can be of one location, and one that is not there owes nothing', async () => {
  const id = await target();
  await record(id, 0, 10, 'up');
  const period = { targetId: id, from: at(0), to: at(10) };
  expect(await summary({ ...period, location: 'default' })).toMatchObject({ location: 'default', coverage: 1 });
  expect(await summary({ ...period, location: 'oslo' })).toMatchObject({
    ticks: { expected: 0, up: 0 },
    coverage: null,
  });
});

test('a summary is of the last 24 hours unless told otherwise', async () => {
  const id = await target();
  const { from, to } = await summary({ targetId: id });
  expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
  expect((await summary({ targetId: id, to: at(0) })).from).toBe(at(-1_440).toISOString());
});

test('what cannot be summarized is refused', async () => {
  const id = await target();
  await expect(summarizeTarget(database.pool, { targetId: 4_711 })).rejects.toMatchObject({ code: 'target_not_found' });
  await expect(summarizeTarget(database.pool, { targetId: id, from: at(1), to: at(0) })).rejects.toMatchObject({
    code: 'usage',
    message: 'the period ends before it begins: from 2026-01-02T12:01:00.000Z to 2026-01-02T12:00:00.000Z',
  });
  await expect(summarizeTarget(database.pool, { targetId: id, from: at(1), to: at(1) })).rejects.toMatchObject({
    code: 'usage',
    message: 'the period is empty: from 2026-01-02T12:01:00.000Z to 2026-01-02T12:01:00.000Z',
  });
  await expect(summarizeTarget(database.pool, { targetId: id, from: new Date('2999-01-01Z') })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/^the period ends before it begins: from 2999-01-01T00:00:00.000Z to now, 2/),
  });
});

test('a summary of a time before the results that are kept says so, and begins where they do', async () => {
  const id = await target();
  await record(id, 0, 10, 'up');
  await database.query('UPDATE rollups_progress SET raw_from = $1', [at(5)]);
  expect(await summary({ targetId: id, from: at(-30), to: at(10) })).toMatchObject({
    from: at(5).toISOString(),
    kept_since: at(5).toISOString(),
    ticks: { expected: 5, up: 5 },
    coverage: 1,
  });
  expect(await summary({ targetId: id, from: at(6), to: at(10) })).toMatchObject({ kept_since: null });
  await expect(summarizeTarget(database.pool, { targetId: id, from: at(-30), to: at(5) })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(`results before ${at(5).toISOString()} are not kept any more`),
  });
});
