// The schedule's arithmetic a second time, from its description in DESIGN.md and the first migration, for tests that
// compare it with the SQL. Whole numbers throughout: moments are microseconds since 1970, as PostgreSQL keeps them.
//
// It counts where the SQL computes: ticks are listed one after the other wherever that is quick enough.

const MILLISECOND = 1_000n;
const SECOND = 1_000_000n;
export const HOUR_US = 3_600n * SECOND;

/** floor(2^32 / golden ratio): what Fibonacci hashing multiplies with (Knuth, TAOCP 6.4). */
const FIBONACCI = 2_654_435_769n;

export interface ModelSchedule {
  readonly targetId: number;
  readonly intervalS: number;
}

export interface ModelRun {
  readonly first: bigint;
  readonly ticks: number;
}

const floorTo = (value: bigint, step: bigint): bigint => value - (((value % step) + step) % step);

export const stepOf = ({ intervalS }: Pick<ModelSchedule, 'intervalS'>): bigint => BigInt(intervalS) * SECOND;

/** Where in its interval a target's ticks are, in microseconds: its hash as a fraction of the interval, in whole milliseconds. */
export function phaseOf({ targetId, intervalS }: ModelSchedule): bigint {
  const hash = BigInt.asUintN(32, BigInt(targetId) * FIBONACCI);
  return ((hash * BigInt(intervalS) * 1_000n) / 2n ** 32n) * MILLISECOND;
}

export function isOnGrid(schedule: ModelSchedule, moment: bigint): boolean {
  return (moment - phaseOf(schedule)) % stepOf(schedule) === 0n;
}

export function tickAtOrBefore(schedule: ModelSchedule, moment: bigint): bigint {
  const phase = phaseOf(schedule);
  return phase + floorTo(moment - phase, stepOf(schedule));
}

/** The first tick of a schedule: the first whole millisecond after it is in force that is at its place in the second, from there. */
export function firstTick(targetId: number, scheduleFrom: bigint): bigint {
  return floorTo(scheduleFrom, MILLISECOND) + MILLISECOND + phaseOf({ targetId, intervalS: 1 });
}

/**
 * The tick after a tick: the first of the grid more than half an interval away. Ticks of the grid are a whole interval
 * apart; after a first tick beside the grid, one that would come right behind it is left out.
 */
export function tickFollowing(schedule: ModelSchedule, tick: bigint): bigint {
  let following = tickAtOrBefore(schedule, tick);
  while ((following - tick) * 2n <= stepOf(schedule)) following += stepOf(schedule);
  return following;
}

/** A tick and those after it, up to and including a moment, and no more than `most`. */
export function* ticksFrom(schedule: ModelSchedule, first: bigint, until: bigint, most = Infinity): Generator<bigint> {
  if (first > until || most < 1) return;
  yield first;
  let left = most - 1;
  const step = stepOf(schedule);
  for (let tick = tickFollowing(schedule, first); tick <= until && left > 0; tick += step, left--) yield tick;
}

/** A run of so many ticks as the ledger has it: in rows, none of which reaches beyond its hour (UTC), or stands for more than 3600. */
export function rowsOfRun(schedule: ModelSchedule, first: bigint, ticks: number): ModelRun[] {
  const rows: { first: bigint; ticks: number }[] = [];
  let hour: bigint | undefined;
  for (const tick of ticksFrom(schedule, first, 2n ** 62n, ticks)) {
    const row = rows.at(-1);
    if (row === undefined || floorTo(tick, HOUR_US) !== hour) rows.push({ first: tick, ticks: 1 });
    else row.ticks++;
    hour = floorTo(tick, HOUR_US);
  }
  // A row stands for 3600 ticks at most: one more are in an hour whose first is off the grid.
  const [full] = rows;
  if (full !== undefined && full.ticks > 3600) {
    const [, second = 0n] = ticksFrom(schedule, full.first, 2n ** 62n, 2);
    rows.splice(0, 1, { first: full.first, ticks: 1 }, { first: second, ticks: full.ticks - 1 });
  }
  return rows;
}
