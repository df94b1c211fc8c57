// Whatever happens to targets, maintenance windows, workers and the clock, in whatever order: the ledger accounts for every
// tick once. Random sequences on a database whose clock the test sets, so that a sequence that fails does so again, and is
// made small.

import { type ModelSchedule, ticksFrom } from '@everytick/testing';
import { createScheduleWorld, ScheduleLife, type ScheduleWorld, scheduleStory } from '@everytick/testing/schedule-life';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { verifyLedger } from './verify-ledger.ts';

/** To look for longer: PROPERTY_RUNS=100000 PROPERTY_MS=600000. A machine that is busy gets through fewer. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 40);

/** Moments in microseconds, which pg returns as strings. */
interface HistoryRow {
  readonly target_id: number;
  readonly interval_s: number;
  readonly first_tick: string | null;
  readonly until: string | null;
  readonly open_tick: string | null;
  readonly due: string | null;
}

let world: ScheduleWorld;
beforeAll(async () => {
  world = await createScheduleWorld();
});
// Dropping a database waits for the disk.
afterAll(() => world.end(), 120_000);

/** Each target is checked or skipped as it asks to be, and nothing due is left lying about. */
async function expectSettled(): Promise<void> {
  const { rows } = await world.clock.pool.query(
    `SELECT wanted.*,
            l.interval_s AS its_interval_s, l.skip_code AS its_skip_code, l.open_tick IS NULL AS closed,
            coalesce(l.next_fire_at > now() AND l.next_fire_at <= now() + (2 * l.interval_s + 1) * interval '1 s',
                     l.skip_from <= now() + (l.interval_s + 1) * interval '1 s', false) AS owes
     FROM (
       SELECT t.id AS target_id, location.id AS location_id, t.interval_s,
              t.deleted_at IS NULL AND location.id = ANY (t.location_ids) AS owed,
              CASE WHEN t.paused THEN 'paused'
                   WHEN EXISTS (
                     SELECT FROM maintenance_windows AS w
                     WHERE w.starts_at <= now() AND w.ends_at > now()
                       AND (w.target_ids IS NULL OR t.id = ANY (w.target_ids))
                   ) THEN 'maintenance' END AS skip_code
       FROM monitored_targets AS t CROSS JOIN locations AS location
     ) AS wanted
     LEFT JOIN leases AS l USING (target_id, location_id)`,
  );
  for (const row of rows) {
    const { owed, interval_s, skip_code } = row;
    expect(row).toMatchObject(
      owed ? { closed: true, owes: true, its_interval_s: interval_s, its_skip_code: skip_code } : { owes: false },
    );
  }
  const late = await world.clock.pool.query(
    "SELECT FROM schedules WHERE first_tick > schedule_from + greatest(interval_s, 1) * interval '1 s'",
  );
  expect(late.rowCount).toBe(0);
}

async function expectProof(life: ScheduleLife, inHalves = false): Promise<void> {
  const counted = await countTicks(life);
  const client = await world.clock.pool.connect();
  try {
    const proof = await verifyLedger(client);
    expect(proof).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 0, gaps: [], repeats: [], strays: [] });
    expect(Object.values(proof.recorded).reduce((all, n) => all + n, 0)).toBe(proof.expected);
    expect({ expected: proof.expected, pending: proof.pending }).toEqual(counted);
    if (!inHalves) return;
    // As well for any part of the time.
    const cut = new Date((proof.from.getTime() + proof.to.getTime()) / 2);
    const halves = [await verifyLedger(client, { to: cut }), await verifyLedger(client, { from: cut, to: proof.to })];
    expect(halves.map((half) => half.unaccounted + half.duplicates + half.unscheduled)).toEqual([0, 0]);
    expect(halves.reduce((all, half) => all + half.expected, 0)).toBe(proof.expected);
  } finally {
    client.release();
  }
}

/** What the proof has to find, counted tick by tick from the history of the schedules. */
async function countTicks(life: ScheduleLife): Promise<{ expected: number; pending: number }> {
  const us = (column: string) => `(extract(epoch FROM ${column}) * 1000000)::bigint`;
  const { rows } = await world.clock.pool.query<HistoryRow>(
    `SELECT s.target_id, s.interval_s, ${us('s.first_tick')} AS first_tick,
            ${us('lead(s.schedule_from) OVER (PARTITION BY target_id, location_id ORDER BY s.schedule_from)')} AS until,
            ${us('l.open_tick')} AS open_tick, ${us('coalesce(l.next_fire_at, l.skip_from)')} AS due
     FROM schedules AS s JOIN leases AS l USING (target_id, location_id)`,
  );
  const big = (value: string | null) => (value === null ? null : BigInt(value));
  const counted = { expected: 0, pending: 0 };
  // Proofs end at a millisecond, exclusively.
  const end = (life.now / 1_000n) * 1_000n - 1n;
  for (const row of rows) {
    const [first, until, open, due] = [row.first_tick, row.until, row.open_tick, row.due].map(big);
    if (first == null) continue;
    const schedule: ModelSchedule = { targetId: row.target_id, intervalS: row.interval_s };
    for (const tick of ticksFrom(schedule, first, until == null || until > end ? end : until)) {
      counted[tick === open || (due != null && tick >= due) ? 'pending' : 'expected']++;
    }
  }
  return counted;
}

describe('the ledger', () => {
  it('accounts for every tick once, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(scheduleStory, async (given) => {
        const life = await ScheduleLife.begin(world, given, expectProof);
        for (const step of given.steps) await life.take(step);
        await expectProof(life);
        await life.settle();
        await expectProof(life, true);
        await expectSettled();
      }),
      {
        numRuns: RUNS,
        unbiased: true,

        interruptAfterTimeLimit: Number(process.env['PROPERTY_MS'] ?? 20_000),
      },
    );
  }, 700_000);
});
