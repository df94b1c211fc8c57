// Random lives of a schedule: targets and maintenance windows that are edited, workers that claim, finish and die, a coordinator that
// is there or not, and a clock that goes on, stands or is set back. On a database whose clock the test sets, so that a sequence that
// fails does so again, and is made small.

import { type ClaimedCheck, loadSql, PostgresScheduler } from '@everytick/core';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { resultOf } from './results.ts';
import { type SetClock, setClockOf } from './set-clock.ts';
import { HOUR_US } from './tick-model.ts';

const takeChangesSql = loadSql('target-changes-take');
const syncSql = loadSql('leases-sync');
const followSql = loadSql('maintenance-follow');
const reclaimSql = loadSql('leases-reclaim');
const passSql = loadSql('leases-pass');
const skipSql = loadSql('leases-skip');

const STEPS = { minLength: 20, maxLength: 60 };
const SECOND_US = 1_000_000n;
const DAY_US = 86_400n * SECOND_US;
/** Sequences begin within two days of these, and are over within four. */
const ERAS = ['2016-12-30', '2024-02-28', '2024-03-30'] as const;
const ERA_DAYS = 4n;
const TARGETS = 8;
const WORKERS = 3;

type Step =
  | { readonly do: 'pass' | 'stepBack'; readonly us: bigint }
  | { readonly do: 'passTo'; readonly moment: 'tick' | 'expiry' | 'hour'; readonly us: bigint }
  | { readonly do: 'interval'; readonly of: readonly number[]; readonly intervalS: number }
  | { readonly do: 'paused' | 'deleted'; readonly of: readonly number[]; readonly to: boolean }
  | { readonly do: 'locations'; readonly of: readonly number[]; readonly to: readonly number[] }
  | { readonly do: 'addWindow'; readonly of: readonly number[]; readonly fromS: number; readonly seconds: number }
  | { readonly do: 'endWindow' | 'startWindow'; readonly nth: number; readonly inS: number }
  | { readonly do: 'removeWindow'; readonly nth: number }
  | { readonly do: 'claim'; readonly worker: number; readonly limit: number }
  | { readonly do: 'finish' | 'release' | 'die' | 'heartbeat'; readonly worker: number }
  | { readonly do: 'sync' | 'follow' | 'reclaim' | 'passMissed' | 'skip' | 'prove' };

const of = fc.subarray(
  Array.from({ length: TARGETS }, (_, index) => index),
  { minLength: 1 },
);
const worker = fc.nat(WORKERS - 1);
const intervalS = fc.constantFrom(1, 2, 7, 10, 11, 60, 3_600, 5_000);
const nth = fc.nat(2);
const secondsAround = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -4_000, max: 4_000 }));
const duration = fc.oneof(
  { weight: 3, arbitrary: fc.bigInt({ min: 0n, max: 2n * SECOND_US }) },
  { weight: 3, arbitrary: fc.bigInt({ min: 0n, max: 20n }).map((s) => s * SECOND_US) },
  { weight: 2, arbitrary: fc.bigInt({ min: 0n, max: 200n * SECOND_US }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 9_000n * SECOND_US }) },
);

/** Each kind of step as often as its number says. */
const step = fc.oneof(
  ...(
    [
      [6, fc.record({ do: fc.constant('pass'), us: duration })],
      [
        6,
        fc.record({
          do: fc.constant('passTo'),
          moment: fc.constantFrom('tick', 'tick', 'expiry', 'hour'),
          us: fc.constantFrom(-1_000n, -1n, 0n, 1n, 1_000n),
        }),
      ],
      [2, fc.record({ do: fc.constant('stepBack'), us: duration })],
      [3, fc.record({ do: fc.constant('interval'), of, intervalS })],
      [3, fc.record({ do: fc.constant('paused'), of, to: fc.boolean() })],
      [2, fc.record({ do: fc.constant('deleted'), of, to: fc.boolean() })],
      [2, fc.record({ do: fc.constant('locations'), of, to: fc.constantFrom([1], [2], [1, 2]) })],
      [
        2,
        fc.record({
          do: fc.constant('addWindow'),
          of,
          fromS: secondsAround,
          seconds: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 8_000 })),
        }),
      ],
      [2, fc.record({ do: fc.constantFrom('endWindow', 'startWindow'), nth, inS: secondsAround })],
      [1, fc.record({ do: fc.constant('removeWindow'), nth })],
      [9, fc.record({ do: fc.constant('claim'), worker, limit: fc.integer({ min: 1, max: TARGETS }) })],
      [5, fc.record({ do: fc.constant('finish'), worker })],
      [4, fc.record({ do: fc.constant('release'), worker })],
      [2, fc.record({ do: fc.constantFrom('die', 'heartbeat'), worker })],
      [9, fc.record({ do: fc.constantFrom('sync', 'follow') })],
      [5, fc.record({ do: fc.constantFrom('reclaim', 'passMissed', 'skip') })],
      [0.2, fc.record({ do: fc.constant('prove') })],
    ] as [number, fc.Arbitrary<Step>][]
  ).map(([often, arbitrary]) => ({ weight: 5 * often, arbitrary })),
);

export const scheduleStory = fc.record({
  era: fc.constantFrom(...ERAS),
  startUs: fc.bigInt({ min: 0n, max: 2n * DAY_US }),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'),
  targets: fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 2 ** 31 - 1 }), intervalS }), {
    selector: ({ id }) => id,
    minLength: TARGETS,
    maxLength: TARGETS,
  }),
  steps: fc.array(step, { ...STEPS, size: 'max' }),
});
export type ScheduleStory = typeof scheduleStory extends fc.Arbitrary<infer T> ? T : never;

/** Where lives take place, one after the other. */
export interface ScheduleWorld {
  readonly database: TestDatabase;
  readonly clock: SetClock;
  readonly workers: readonly PostgresScheduler[];
  end(): Promise<void>;
}

export async function createScheduleWorld(): Promise<ScheduleWorld> {
  const database = await createTestDatabase();
  for (const era of ERAS)
    await database.query('SELECT ensure_check_results_partitions($1::date - 1, $1::date + $2::integer)', [
      era,
      Number(ERA_DAYS) + 1,
    ]);
  const clock = await setClockOf(database);
  await clock.set(0n);
  const workers: PostgresScheduler[] = [];
  for (const location of ['default', 'default', 'elsewhere']) {
    workers.push(
      await PostgresScheduler.register({
        pool: clock.pool,
        workerName: `worker ${workers.length}`,
        location,
        horizonMs: 500,
        // Long enough for targets to be edited meanwhile.
        leaseMarginMs: 5_000,
      }),
    );
  }
  return {
    database,
    clock,
    workers,
    async end() {
      await clock.pool.end();
      await database.drop();
    },
  };
}

/** One sequence, from an empty database on. */
export class ScheduleLife {
  readonly #world: ScheduleWorld;
  readonly #prove: (life: ScheduleLife) => Promise<void>;
  readonly #targetIds: readonly number[];
  readonly #end: bigint;
  #now: bigint;
  /** The latest that the clock has shown. */
  #latest: bigint;
  /** What each worker has claimed and not forgotten: finished ones too, for it may finish them again. */
  #inHand: ClaimedCheck[][] = Array.from({ length: WORKERS }, () => []);

  private constructor(world: ScheduleWorld, given: ScheduleStory, prove: (life: ScheduleLife) => Promise<void>) {
    this.#world = world;
    this.#prove = prove;
    this.#targetIds = given.targets.map(({ id }) => id);
    const era = BigInt(Date.parse(given.era)) * 1_000n;
    this.#now = era + given.startUs;
    this.#latest = this.#now;
    this.#end = era + ERA_DAYS * DAY_US;
  }

  /** `prove` is done where the story has a step of that name. */
  static async begin(
    world: ScheduleWorld,
    given: ScheduleStory,
    prove: (life: ScheduleLife) => Promise<void>,
  ): Promise<ScheduleLife> {
    const life = new ScheduleLife(world, given, prove);
    await life.#setClock(life.#now);
    await life.#query(`
      DELETE FROM maintenance_windows; DELETE FROM target_changes; DELETE FROM check_results; DELETE FROM schedules;
      DELETE FROM leases; DELETE FROM monitored_targets; DELETE FROM rollups_owed; DELETE FROM rollups_hourly;
      DELETE FROM rollups_daily;
      UPDATE rollups_progress SET hours_until = NULL, hour_target_id = 0, days_until = NULL, day_target_id = 0`);
    await life.#query("SELECT set_config('TimeZone', $1, false)", [given.timeZone]);
    await life.#query(
      `INSERT INTO monitored_targets (id, name, url, interval_s, timeout_ms) OVERRIDING SYSTEM VALUE
       SELECT id, 'target ' || id, 'http://127.0.0.1:9/', interval_s, 500
       FROM unnest($1::integer[], $2::integer[]) AS given (id, interval_s)`,
      [life.#targetIds, given.targets.map((each) => each.intervalS)],
    );
    await life.#sync();
    return life;
  }

  /** Microseconds since 1970. */
  get now(): bigint {
    return this.#now;
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'pass':
        return this.#setClock(this.#now + step.us);
      case 'stepBack':
        return this.#setClock(this.#now - step.us);
      case 'passTo':
        return this.#setClock((await this.#next(step.moment)) + step.us);
      case 'interval':
        return this.#edit(step.of, 'interval_s = $2', step.intervalS);
      case 'paused':
        return this.#edit(step.of, 'paused = $2', step.to);
      case 'deleted':
        return this.#edit(step.of, 'deleted_at = CASE WHEN $2 THEN now() END', step.to);
      case 'locations':
        return this.#edit(step.of, 'location_ids = $2', step.to);
      case 'addWindow':
        return this.#query(
          `INSERT INTO maintenance_windows (target_ids, starts_at, ends_at)
           VALUES ($1, now() + $2 * interval '1 s', now() + ($2 + $3) * interval '1 s')`,
          [step.of.length === TARGETS ? null : this.#idsOf(step.of), step.fromS, step.seconds],
        );
      case 'endWindow':
        return this.#window(
          "UPDATE maintenance_windows SET ends_at = greatest(starts_at + interval '1 s', now() + $2 * interval '1 s')",
          step.nth,
          step.inS,
        );
      case 'startWindow':
        return this.#window(
          "UPDATE maintenance_windows SET starts_at = least(ends_at - interval '1 s', now() + $2 * interval '1 s')",
          step.nth,
          step.inS,
        );
      case 'removeWindow':
        return this.#window('DELETE FROM maintenance_windows', step.nth);
      case 'claim': {
        const { checks } = await this.#worker(step.worker).claim(step.limit, 'overload');
        this.#inHand[step.worker]?.push(...checks);
        return;
      }
      case 'finish':
        await this.#worker(step.worker).finish(this.#newestInHand(step.worker).map((check) => resultOf(check)));
        return;
      case 'release':
        await this.#worker(step.worker).release(this.#newestInHand(step.worker));
        return;
      case 'die':
        this.#inHand[step.worker] = [];
        return;
      case 'heartbeat':
        return this.#worker(step.worker).heartbeat();
      case 'sync':
        return this.#sync();
      case 'follow':
        await this.#query(followSql);
        return this.#sync();
      case 'reclaim':
        return this.#query(reclaimSql);
      case 'passMissed':
        return this.#query(passSql, [100]);
      case 'skip':
        return this.#query(skipSql, [100]);
      case 'prove':
        return this.#prove(this);
    }
  }

  /** Time goes on until everything that was begun is over, with workers and a coordinator there. */
  async settle(): Promise<void> {
    this.#inHand = this.#inHand.map(() => []);
    for (const afterS of [0n, 7_200n]) {
      await this.#setClock(this.#latest + afterS * SECOND_US);
      await this.#query(followSql);
      await this.#sync();
      for (const each of this.#world.workers) await each.heartbeat();
      await this.#query(reclaimSql);
      for (const each of this.#world.workers) {
        const { checks } = await each.claim(100, 'overload');
        await each.finish(checks.map((check) => resultOf(check)));
      }
      await this.#query(skipSql, [100]);
    }
  }

  async #setClock(us: bigint): Promise<void> {
    if (us > this.#end) return;
    this.#now = us;
    if (us > this.#latest) this.#latest = us;
    await this.#world.clock.set(us);
  }

  async #sync(): Promise<void> {
    const { rows } = await this.#world.clock.pool.query<{ target_id: number }>(takeChangesSql, [100]);
    await this.#query(syncSql, [rows.map((row) => row.target_id).sort((a, b) => a - b)]);
  }

  #edit(of: readonly number[], assignment: string, value: unknown): Promise<void> {
    return this.#query(`UPDATE monitored_targets SET ${assignment} WHERE id = ANY ($1)`, [this.#idsOf(of), value]);
  }

  #idsOf(indexes: readonly number[]): number[] {
    return indexes.map((index) => this.#targetIds[index] as number);
  }

  /** The next moment at which something becomes due, a lease expires, or an hour is full; now where there is none. */
  async #next(moment: 'tick' | 'expiry' | 'hour'): Promise<bigint> {
    if (moment === 'hour') return (this.#now / HOUR_US + 1n) * HOUR_US;
    const column = moment === 'tick' ? 'coalesce(next_fire_at, skip_from)' : 'leased_until';
    const { rows } = await this.#world.clock.pool.query<{ us: string | null }>(
      `SELECT (extract(epoch FROM min(${column})) * 1000000)::bigint AS us FROM leases WHERE ${column} > now()`,
    );
    return rows[0]?.us == null ? this.#now : BigInt(rows[0].us);
  }

  #window(statement: string, nth: number, ...values: number[]): Promise<void> {
    return this.#query(`${statement} WHERE id = (SELECT id FROM maintenance_windows ORDER BY id OFFSET $1 LIMIT 1)`, [
      nth,
      ...values,
    ]);
  }

  #worker(index: number): PostgresScheduler {
    return this.#world.workers[index] as PostgresScheduler;
  }

  /** A worker holds a target once. Older claims of it have been finished or lost. */
  #newestInHand(worker: number): ClaimedCheck[] {
    return [...new Map(this.#inHand[worker]?.map((check) => [check.target.id, check])).values()];
  }

  async #query(text: string, values?: unknown[]): Promise<void> {
    await this.#world.clock.pool.query(text, values);
  }
}
