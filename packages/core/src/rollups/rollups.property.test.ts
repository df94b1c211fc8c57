// Whatever happens to targets, workers, coordinators and the clock: rollups are what a count of the ledger, row after row, comes to,
// and their times sum up to the time in which ticks were owed.

import { createScheduleWorld, ScheduleLife, type ScheduleWorld, scheduleStory } from '@everytick/testing/schedule-life';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { outcomes } from '../domain/outcome.ts';
import { buildRollups } from './build-rollups.ts';
import { HOUR_MS, type ModelRollup, modelRollups } from './rollup-model.ts';
import { uptimeOf } from './uptime.ts';

/** To look for longer: PROPERTY_RUNS=100000 PROPERTY_MS=600000. A machine that is busy gets through fewer. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 30);
const options = { statementTimeoutMs: 30_000 };

let world: ScheduleWorld;
beforeAll(async () => {
  world = await createScheduleWorld();
});
afterAll(() => world.end(), 120_000);

const query = (text: string) => world.clock.pool.query(text);

/** All that can be built by now; two targets at a time, so that a step of the story may fall between two batches. */
async function build(rounds = Number.POSITIVE_INFINITY): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const { done } = await buildRollups(world.clock.pool, { ...options, ticksOfABatch: 500 });
    if (done) return;
  }
}

interface Row {
  readonly pair: string;
  readonly at: Date;
  readonly up_ticks: number;
  readonly response_sum_us: string;
  readonly response_count: number;
  readonly response_max_us: number | null;
  readonly response_buckets: number[];
  readonly response_counts: number[];
  readonly [column: string]: unknown;
}

function expectRow(row: Row, model: ModelRollup): void {
  const ms = { ...model.ms };
  expect(row).toMatchObject({
    ...Object.fromEntries(outcomes.map((outcome) => [`${outcome}_ticks`, model.ticks[outcome]])),
    up_ms: ms.up,
    degraded_ms: ms.degraded,
    down_ms: ms.down,
    unobserved_ms: ms.missed,
    skipped_ms: ms.skipped,
    response_sum_us: String(model.responsesUs.reduce((sum, us) => sum + us, 0)),
    response_count: model.responsesUs.length,
    response_max_us: model.responsesUs.at(-1) ?? null,
  });
  const buckets = Map.groupBy(model.responsesUs, (us) => Math.ceil(Math.log(Math.max(us, 1)) / Math.log(1.04)));
  expect(row.response_buckets).toEqual([...buckets.keys()]);
  expect(row.response_counts).toEqual([...buckets.values()].map((each) => each.length));
}

async function expectRollups(): Promise<{ hours: number }> {
  const progress = (await query('SELECT hours_until, days_until::text FROM rollups_progress')).rows[0];
  const until = progress.hours_until.getTime();
  expect(
    (await query('SELECT * FROM rollups_owed WHERE since < (SELECT hours_until FROM rollups_progress)')).rows,
  ).toEqual([]);
  const model = await modelRollups(world.clock.pool, until);
  const { rows } = await world.clock.pool.query<Row>(
    "SELECT *, target_id || '/' || location_id AS pair, hour AS at FROM rollups_hourly",
  );
  const days = new Map<string, ModelRollup>();
  let hours = 0;
  for (const [pair, { hours: ofPair, owedMs }] of model) {
    for (const [hour, rollup] of ofPair) {
      const owed = owedMs.get(hour) ?? 0;
      if (hour >= until) continue;
      hours++;
      expect(Object.values(rollup.ms).reduce((sum, ms) => sum + ms, 0)).toBe(owed);
      const row = rows.find((each) => each.pair === pair && each.at.getTime() === hour);
      expect([pair, new Date(hour), row]).not.toContain(undefined);
      expectRow(row as Row, rollup);
      const day = `${pair} ${new Date(hour).toISOString().slice(0, 10)}`;
      const sum = days.get(day) ?? { ticks: zeros(), ms: zeros(), responsesUs: [] };
      for (const outcome of outcomes) {
        sum.ticks[outcome] += rollup.ticks[outcome];
        sum.ms[outcome] += rollup.ms[outcome];
      }
      sum.responsesUs = [...sum.responsesUs, ...rollup.responsesUs].sort((a, b) => a - b);
      days.set(day, sum);
    }
    for (const [hour, ms] of owedMs) if (hour < until && ms > 0) expect(ofPair.has(hour)).toBe(true);
  }
  const extra = rows.filter(({ pair, at }) => model.get(pair)?.hours.has(at.getTime()) !== true);
  expect({
    extra,
    until: new Date(until),
    progress: (await query('SELECT * FROM rollups_progress')).rows,
  }).toMatchObject({ extra: [] });
  expect(rows).toHaveLength(hours);
  const daily = await world.clock.pool.query<Row>(
    "SELECT *, target_id || '/' || location_id || ' ' || day AS pair FROM rollups_daily",
  );
  const whole = [...days].filter(([day]) => (day.split(' ')[1] as string) < progress.days_until);
  for (const [day, sum] of whole) expectRow(daily.rows.find((row) => row.pair === day) as Row, sum);
  expect(daily.rows.filter((row) => (row.pair.split(' ')[1] as string) < progress.days_until)).toHaveLength(
    whole.length,
  );
  expect(until).toBeGreaterThan(Number((await query('SELECT now()')).rows[0].now) - HOUR_MS - 120_001);
  return { hours };
}

/** Of a period that begins with some hour and ends with some other, and of all that there is. */
async function expectUptime(seed: bigint): Promise<void> {
  const { now, ids } = (
    await query(
      "SELECT date_part('epoch', now()) * 1000 AS now, (SELECT array_agg(DISTINCT target_id ORDER BY target_id) FROM schedules) AS ids",
    )
  ).rows[0];
  if (ids === null) return;
  const lastHour = Math.floor(now / HOUR_MS) * HOUR_MS;
  const first = lastHour - Number(seed % 70n) * HOUR_MS;
  for (const [from, to] of [
    [lastHour - 100 * HOUR_MS, lastHour],
    [first, Math.min(lastHour, first + (1 + Number(seed % 31n)) * HOUR_MS)],
  ] as const) {
    if (from >= to) continue;
    const model = await modelRollups(world.clock.pool, to);
    const found = await uptimeOf(world.clock.pool, { targetIds: ids, from: new Date(from), to: new Date(to) });
    for (const { target_id, ticks, duration_ms } of found) {
      const expected = { ticks: zeros(), ms: zeros() };
      for (const [pair, { hours }] of model) {
        if (Number(pair.split('/')[0]) !== target_id) continue;
        for (const [hour, rollup] of hours) {
          if (hour < from || hour >= to) continue;
          for (const outcome of outcomes) {
            expected.ticks[outcome] += rollup.ticks[outcome];
            expected.ms[outcome] += rollup.ms[outcome];
          }
        }
      }
      const { missed: unobserved, ...ms } = expected.ms;
      expect({ ticks, duration_ms }).toEqual({ ticks: expected.ticks, duration_ms: { ...ms, unobserved } });
    }
  }
}

const zeros = () => ({ up: 0, degraded: 0, down: 0, missed: 0, skipped: 0 });

describe('rollups', () => {
  it('are what the ledger comes to, whatever happens and whenever they are built', async () => {
    let hours = 0;
    await fc.assert(
      fc.asyncProperty(scheduleStory, fc.array(fc.nat(4), { minLength: 60, maxLength: 60 }), async (given, builds) => {
        const life = await ScheduleLife.begin(world, given, () => build());
        for (const [index, step] of given.steps.entries()) {
          await life.take(step);
          // At any point of the story, and not always to the end.
          if (builds[index] === 0) await build(2);
        }
        await life.settle();
        await build();
        hours += (await expectRollups()).hours;
        await expectUptime(given.startUs);
        // Where some of it is not built, and some of it has no days, it is the same.
        await query(
          "UPDATE rollups_progress SET days_until = days_until - 1, hours_until = hours_until - interval '3 hours'",
        );
        await expectUptime(given.startUs);
      }),
      {
        numRuns: RUNS,
        unbiased: true,
        interruptAfterTimeLimit: Number(process.env['PROPERTY_MS'] ?? 30_000),
      },
    );
    expect(hours).toBeGreaterThan(100);
  }, 700_000);
});
