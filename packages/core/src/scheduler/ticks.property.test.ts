// The functions of the migrations that compute ticks, against a second implementation of their description: random targets,
// intervals and moments from 1970 to 2100, most often near moments at which calendars and clocks do something odd.

import {
  createTestDatabase,
  firstTick,
  HOUR_US,
  isOnGrid,
  type ModelSchedule,
  phaseOf,
  rowsOfRun,
  stepOf,
  type TestDatabase,
  tickAtOrBefore,
  tickFollowing,
  ticksFrom,
} from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';

const SECOND_US = 1_000_000n;
const YEAR_2100_US = BigInt(Date.UTC(2100, 0)) * 1_000n;
/** Cases in one query, and queries in one property. */
const BATCH = 250;
const BATCHES = 10;
/** So many ticks at most are counted one by one. */
const COUNTED = 400;

let database: TestDatabase;
let session: pg.PoolClient;

beforeAll(async () => {
  database = await createTestDatabase();
  session = await database.pool.connect();
});
afterAll(async () => {
  session.release();
  await database.drop();
});

/** Daylight saving begins and ends in these zones around these moments; Apia left out a whole day. */
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kathmandu'];
const oddMoments = [
  '1970-01-01T00:00:00Z',
  '1972-07-01T00:00:00Z', // the first leap second is over
  '2000-02-29T00:00:00Z',
  '2011-12-30T10:00:00Z', // Apia goes over the date line
  '2016-12-31T23:59:59Z', // the last leap second so far
  '2017-01-01T00:00:00Z',
  '2024-02-29T00:00:00Z',
  '2024-03-01T00:00:00Z',
  '2024-03-10T07:00:00Z', // New York
  '2024-03-31T01:00:00Z', // Berlin
  '2024-04-06T15:00:00Z', // Lord Howe, by half an hour
  '2024-10-05T15:30:00Z',
  '2024-10-27T01:00:00Z',
  '2024-11-03T06:00:00Z',
  '2038-01-19T03:14:08Z', // seconds no longer fit into 31 bits
  '2100-02-28T23:59:59Z', // not a leap year
].map((moment) => BigInt(Date.parse(moment)) * 1_000n);

const targetIds = fc.oneof(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 50 }));
const intervals = fc.oneof(
  fc.integer({ min: 1, max: 86_400 }),
  fc.constantFrom(1, 2, 5, 7, 10, 30, 60, 300, 3_599, 3_600, 3_601, 86_399, 86_400),
);
const schedules = fc.record({ targetId: targetIds, intervalS: intervals });
const moments = fc.oneof(
  fc.bigInt({ min: 0n, max: YEAR_2100_US }),
  fc
    .tuple(
      fc.constantFrom(...oddMoments),
      fc.bigInt({ min: -2n, max: 2n }),
      fc.bigInt({ min: -3n * SECOND_US, max: 3n * SECOND_US }),
    )
    .map(([moment, hours, us]) => moment + hours * HOUR_US + us)
    .map((moment) => (moment < 0n ? -moment : moment)),
);

/** A tick as schedules have them: of the grid, or a first one beside it. */
const schedulesWithTick = fc
  .record({ schedule: schedules, moment: moments, first: fc.boolean() })
  .map(({ schedule, moment, first }) => ({
    schedule,
    tick: first ? firstTick(schedule.targetId, moment) : tickAtOrBefore(schedule, moment),
  }));

const MOMENT = (column: string) => `(timestamptz 'epoch' + ${column} * interval '1 microsecond')`;
const MICROSECONDS = (expression: string) => `(extract(epoch FROM ${expression}) * 1000000)::bigint`;

type Argument = number | bigint;

/**
 * Runs a query over a batch of cases, each a row of whole numbers called `a`, `b`, ... in the SQL, in a session of this
 * time zone; returns whole numbers, in the order of the cases.
 */
async function compute(cases: readonly (readonly Argument[])[], sql: string, zone = 'UTC'): Promise<bigint[][]> {
  await session.query("SELECT set_config('TimeZone', $1, false)", [zone]);
  const columns = (cases[0] ?? []).map((_, column) => cases.map((row) => row[column]));
  const names = columns.map((_, column) => String.fromCharCode(97 + column));
  const { rows } = await session.query<string[]>({
    text: `SELECT result.* FROM unnest(${columns.map((_, column) => `$${column + 1}::bigint[]`).join()})
             WITH ORDINALITY AS given (${names.join()}, number)
           CROSS JOIN LATERAL (${sql}) AS result ORDER BY number`,
    values: columns,
    rowMode: 'array',
  });
  return rows.map((row) => row.map(BigInt));
}

/** Checks a property of batches of cases, in a random time zone each. */
const forAll = <Case>(cases: fc.Arbitrary<Case>, check: (batch: Case[], zone: string) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(
      fc.array(cases, { minLength: 1, maxLength: BATCH, size: 'max' }),
      fc.constantFrom(...zones),
      check,
    ),
    { numRuns: BATCHES },
  );

const numbers = ({ targetId, intervalS }: ModelSchedule) => [targetId, intervalS];

describe('ticks', () => {
  it('have the phase of their target: less than an interval, in whole milliseconds', () =>
    forAll(schedules, async (batch, zone) => {
      const phases = await compute(
        batch.map(numbers),
        `SELECT ${MICROSECONDS('tick_phase(a::integer, b::integer)')}`,
        zone,
      );
      expect(phases).toEqual(batch.map((schedule) => [phaseOf(schedule)]));
      for (const [index, [phase = -1n]] of phases.entries()) {
        expect(phase >= 0n && phase < stepOf(batch[index] as ModelSchedule) && phase % 1_000n === 0n).toBe(true);
      }
    }));

  it('are the newest of the grid at or before a moment, in every time zone', () =>
    forAll(fc.record({ schedule: schedules, moment: moments }), async (batch, zone) => {
      const ticks = await compute(
        batch.map(({ schedule, moment }) => [...numbers(schedule), moment]),
        `SELECT ${MICROSECONDS(`tick_at_or_before(a::integer, b::integer, ${MOMENT('c')})`)}`,
        zone,
      );
      for (const [index, { schedule, moment }] of batch.entries()) {
        const tick = ticks[index]?.[0] ?? -1n;
        expect(isOnGrid(schedule, tick)).toBe(true);
        expect(tick <= moment && moment < tick + stepOf(schedule)).toBe(true);
        expect(tick).toBe(tickAtOrBefore(schedule, moment));
      }
    }));

  it('begin after the moment from which their schedule is in force, within a second', () =>
    forAll(fc.record({ targetId: targetIds, from: moments }), async (batch, zone) => {
      const firsts = await compute(
        batch.map(({ targetId, from }) => [targetId, from]),
        `SELECT ${MICROSECONDS(`first_tick(a::integer, ${MOMENT('b')})`)}`,
        zone,
      );
      expect(firsts).toEqual(batch.map(({ targetId, from }) => [firstTick(targetId, from)]));
      for (const [index, [first = -1n]] of firsts.entries()) {
        const from = batch[index]?.from ?? 0n;
        expect(first > from && first <= from + SECOND_US && first % 1_000n === 0n).toBe(true);
      }
    }));

  it('follow each other on the grid, an interval apart, or between half and one and a half after a first one', () =>
    forAll(schedulesWithTick, async (batch, zone) => {
      const following = await compute(
        batch.map(({ schedule, tick }) => [...numbers(schedule), tick]),
        `SELECT ${MICROSECONDS(`tick_following(a::integer, b::integer, ${MOMENT('c')})`)}`,
        zone,
      );
      for (const [index, { schedule, tick }] of batch.entries()) {
        const next = following[index]?.[0] ?? -1n;
        const [step, apart] = [stepOf(schedule), next - tick];
        expect(isOnGrid(schedule, next)).toBe(true);
        if (isOnGrid(schedule, tick)) expect(apart).toBe(step);
        expect(apart * 2n > step && apart * 2n <= 3n * step).toBe(true);
        expect(next).toBe(tickFollowing(schedule, tick));
      }
    }));

  it('are counted exactly: following a tick, and from a first one, up to and including a moment', () =>
    forAll(
      schedulesWithTick.chain(({ schedule, tick }) =>
        fc
          .record({
            steps: fc.bigInt({ min: -2n, max: BigInt(COUNTED) }),
            // On a tick, one microsecond before or after it, or anywhere in between.
            beside: fc.oneof(fc.constantFrom(-1n, 0n, 1n), fc.bigInt({ min: 0n, max: stepOf(schedule) })),
          })
          .map(({ steps, beside }) => ({
            schedule,
            tick,
            until: tickAtOrBefore(schedule, tick) + steps * stepOf(schedule) + beside,
          })),
      ),
      async (batch, zone) => {
        const counts = await compute(
          batch.map(({ schedule, tick, until }) => [...numbers(schedule), tick, until]),
          `SELECT ticks_following(a::integer, b::integer, ${MOMENT('c')}, ${MOMENT('d')}),
                  ticks_until(a::integer, b::integer, ${MOMENT('c')}, ${MOMENT('d')})`,
          zone,
        );
        const counted = batch.map(({ schedule, tick, until }) => {
          const ticks = BigInt([...ticksFrom(schedule, tick, until)].length);
          return [ticks > 0n ? ticks - 1n : 0n, ticks];
        });
        expect(counts).toEqual(counted);
      },
    ));

  it('are counted over decades without losing one', () =>
    forAll(
      fc.record({ schedule: schedules, from: moments, until: moments }).filter(
        // Counts are integers: 68 years of a tick a second.
        ({ schedule, from, until }) => (until - from) / stepOf(schedule) < 2n ** 31n - 2n,
      ),
      async (batch, zone) => {
        const counts = await compute(
          batch.map(({ schedule, from, until }) => [...numbers(schedule), tickAtOrBefore(schedule, from), until]),
          `SELECT ticks_following(a::integer, b::integer, ${MOMENT('c')}, ${MOMENT('d')})`,
          zone,
        );
        expect(counts).toEqual(
          batch.map(({ schedule, from, until }) => {
            const ticks = (until - tickAtOrBefore(schedule, from)) / stepOf(schedule);
            return [ticks > 0n ? ticks : 0n];
          }),
        );
      },
    ));

  it('come back unchanged from a worker, which has them in milliseconds', () =>
    forAll(schedulesWithTick, async (batch, zone) => {
      const ticks = batch.map(({ tick }) => [tick]);
      const inWorker = await compute(ticks, `SELECT (extract(epoch FROM ${MOMENT('a')})::float8 * 1000)::bigint`, zone);
      expect(inWorker).toEqual(ticks.map(([tick = 0n]) => [tick / 1_000n]));
      const back = await compute(inWorker, `SELECT ${MICROSECONDS('to_timestamp(a::float8 / 1000)')}`, zone);
      expect(back).toEqual(ticks);
    }));

  it('spread evenly over the interval for consecutive ids', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 31 - 1_000 }),
        fc.integer({ min: 10, max: 86_400 }),
        async (firstId, intervalS) => {
          const parts = 10;
          const ids = Array.from({ length: 500 }, (_, index) => [firstId + index, intervalS]);
          const phases = await compute(ids, `SELECT ${MICROSECONDS('tick_phase(a::integer, b::integer)')}`);
          const inPart = Array<number>(parts).fill(0);
          for (const [phase = 0n] of phases) {
            const part = Number((phase * BigInt(parts)) / stepOf({ intervalS }));
            inPart[part] = (inPart[part] ?? 0) + 1;
          }
          // 50 in each, but for a few: the golden ratio leaves no part empty and none full.
          expect(Math.min(...inPart)).toBeGreaterThanOrEqual(46);
          expect(Math.max(...inPart)).toBeLessThanOrEqual(54);
        },
      ),
      { numRuns: 20 },
    ));
});

describe('runs of ticks', () => {
  interface Run {
    readonly schedule: ModelSchedule;
    readonly first: bigint;
    readonly ticks: number;
  }
  /** Runs of long intervals reach over many hours, each of which PostgreSQL looks at. */
  const mostTicks = ({ intervalS }: ModelSchedule) => Math.min(COUNTED, 20 + Math.floor(400_000 / intervalS));
  const runs = schedulesWithTick.chain(({ schedule, tick }) =>
    fc
      .oneof(fc.constantFrom(0, 1, 2), fc.integer({ min: 1, max: mostTicks(schedule) }))
      .map((ticks): Run => ({ schedule, first: tick, ticks })),
  );

  it('are rows in order, none empty, none beyond its hour, that are the ticks of the run', () =>
    forAll(runs, async (batch, zone) => {
      const rows = await compute(
        batch.map(({ schedule, first, ticks }, index) => [...numbers(schedule), first, ticks, index]),
        `SELECT e, ${MICROSECONDS('r.scheduled_at')}, r.ticks
         FROM tick_runs(a::integer, b::integer, ${MOMENT('c')}, d::integer) WITH ORDINALITY AS r (scheduled_at, ticks, place)
         ORDER BY place`,
        zone,
      );
      const inRun = batch.map((): { first: bigint; ticks: number }[] => []);
      for (const [run = 0n, first = 0n, ticks = 0n] of rows) inRun[Number(run)]?.push({ first, ticks: Number(ticks) });
      for (const [index, run] of batch.entries()) {
        const rowsOf = inRun[index] ?? [];
        const ticks = rowsOf.flatMap((row) => [...ticksFrom(run.schedule, row.first, 2n ** 62n, row.ticks)]);
        expect(ticks).toEqual([...ticksFrom(run.schedule, run.first, 2n ** 62n, run.ticks)]);
        expect(rowsOf).toEqual(rowsOfRun(run.schedule, run.first, run.ticks));
        for (const row of rowsOf) {
          const ofRow = [...ticksFrom(run.schedule, row.first, 2n ** 62n, row.ticks)];
          expect(new Set(ofRow.map((tick) => tick / HOUR_US)).size).toBe(1);
        }
      }
    }));
});
