// WorkScheduler on PostgreSQL. The states of a lease and why this is safe: README.md beside this file.

import pg from 'pg';
import { type ClockSample, DatabaseClock } from '../clock/database-clock.ts';
import { loadSql } from '../database/sql.ts';
import type { CheckResult, ClaimedCheck } from '../domain/check.ts';
import type { Claim, FinishReport, UnclaimedReason, WorkScheduler } from '../domain/pipeline.ts';
import type { Target } from '../domain/target.ts';
import { spanTracer } from '../tracing/tracer.ts';
import { finishColumns, measuredColumn } from './finish-columns.ts';
import { InternedOptions } from './interned-options.ts';
import { ANY_AGE_MS, LOOK_BACK_MS, LOOK_THROUGH_MS } from './look-back.ts';

const claimSql = loadSql('leases-claim');
const finishSql = loadSql('leases-finish');
const releaseSql = loadSql('leases-release');
const ensurePartitionsSql = loadSql('partitions-ensure');
const reclaimSql = loadSql('leases-reclaim');
const resultsOfWorkerSql = loadSql('results-of-worker');
const registerSql = loadSql('worker-register');
const deregisterSql = loadSql('worker-deregister');
const heartbeatSql = loadSql('worker-heartbeat');

/** SQLSTATE of "no partition of relation found for row". */
const CHECK_VIOLATION = '23514';

export interface PostgresSchedulerOptions {
  readonly pool: pg.Pool;
  readonly workerName: string;
  readonly location: string;
  /** How far ahead of their instant ticks are claimed. */
  readonly horizonMs: number;
  /** How long after the target's own deadline a lease expires: the time there is to report the result. */
  readonly leaseMarginMs: number;
}

/** The clock is in the last row, which has nothing else. */
type ClaimRow = [
  startMs: number | null,
  endMs: number | null,
  nextDueAtMs: number | null,
  targetId: number | null,
  epoch: number,
  scheduledAtMs: number,
  nextAtMs: number,
  ticksMissed: number,
  url: string,
  timeoutMs: number,
  matchPattern: string | null,
  options: string | null,
  name: string | null,
];

export class PostgresScheduler implements WorkScheduler {
  readonly clock: DatabaseClock;
  readonly #options: PostgresSchedulerOptions;
  readonly #workerId: number;
  readonly #locationId: number;
  readonly #checkOptions = new InternedOptions();
  /** When a claim last came to the end of all that was due. */
  #lookedThroughAt = Number.NEGATIVE_INFINITY;

  private constructor(options: PostgresSchedulerOptions, workerId: number, locationId: number) {
    this.clock = new DatabaseClock();
    this.#options = options;
    this.#workerId = workerId;
    this.#locationId = locationId;
  }

  /** Registers the worker. Rejects while the database cannot be reached. */
  static async register(options: PostgresSchedulerOptions): Promise<PostgresScheduler> {
    const { rows } = await options.pool.query<{ id: number; location_id: number }>(registerSql, [
      options.workerName,
      options.location,
    ]);
    const row = rows[0];
    if (row === undefined) throw new Error('the worker was not registered');
    return new PostgresScheduler(options, row.id, row.location_id);
  }

  get workerId(): number {
    return this.#workerId;
  }

  get locationId(): number {
    return this.#locationId;
  }

  async claim(limit: number, unclaimedBecause: UnclaimedReason | null = null): Promise<Claim> {
    const { horizonMs, leaseMarginMs } = this.#options;
    const sentAtMonotonicMs = performance.now();
    const lookBackMs =
      unclaimedBecause === null && sentAtMonotonicMs - this.#lookedThroughAt < LOOK_THROUGH_MS
        ? LOOK_BACK_MS
        : ANY_AGE_MS;
    const { rows } = await this.#query<ClaimRow>('everytick_claim', claimSql, [
      this.#locationId,
      this.#workerId,
      horizonMs,
      limit,
      leaseMarginMs,
      unclaimedBecause,
      lookBackMs,
      spanTracer() !== null,
    ]);
    const receivedAtMonotonicMs = performance.now();
    const last = rows.at(-1);
    if (last === undefined) throw new Error('the claim returned no row, not even the one with the clock');
    const sample: ClockSample = {
      sentAtMonotonicMs,
      receivedAtMonotonicMs,
      databaseStartMs: last[0] as number,
      databaseEndMs: last[1] as number,
    };
    this.clock.observe(sample);

    const checks: ClaimedCheck[] = [];
    let ticksMissed = 0;
    let nextDueAtMs = last[2] ?? Number.POSITIVE_INFINITY;
    for (const [, , , id, epoch, scheduledAtMs, nextAtMs, missed, url, timeoutMs, matchPattern, text, name] of rows) {
      if (id === null) continue;
      ticksMissed += missed;
      nextDueAtMs = Math.min(nextDueAtMs, nextAtMs);
      const stored = text === null ? undefined : this.#checkOptions.of(text);
      const plain: Target = { id, url, timeoutMs, matchPattern, options: stored?.options };
      const target = name === null ? plain : { ...plain, name };
      checks.push({
        target: stored?.problem == null ? target : { ...target, optionsProblem: stored.problem },
        scheduledAtMs,
        nextAtMs,
        epoch,
      });
    }
    if (lookBackMs === ANY_AGE_MS && checks.length < limit) this.#lookedThroughAt = sentAtMonotonicMs;
    return { checks, ticksMissed, nextDueAtMs: Number.isFinite(nextDueAtMs) ? nextDueAtMs : null };
  }

  async finish(results: readonly CheckResult[]): Promise<FinishReport> {
    const sorted = results.toSorted((a, b) => a.check.target.id - b.check.target.id);
    const { rows } = await this.#query('everytick_finish', finishSql, [
      this.#locationId,
      ...finishColumns(sorted, this.#workerId),
    ]);
    if (rows.length === sorted.length) return { recorded: rows.length, repeated: 0, lost: 0 };
    const inLedger = await this.#inLedger(sorted);
    return {
      recorded: rows.length,
      repeated: inLedger.size - rows.length,
      lost: sorted.filter((result, index) => result.startedAtMs !== null && !inLedger.has(index)).length,
    };
  }

  /** Which of these results, by their places, are in the ledger as this worker reported them. */
  async #inLedger(results: readonly CheckResult[]): Promise<Set<number>> {
    const { rows } = await this.#query<[place: number]>('everytick_results_of_worker', resultsOfWorkerSql, [
      this.#locationId,
      results.map((r) => r.check.target.id),
      results.map((r) => r.check.scheduledAtMs),
      measuredColumn(results, this.#workerId),
    ]);
    return new Set(rows.map(([place]) => place - 1));
  }

  async release(checks: readonly ClaimedCheck[]): Promise<number> {
    if (checks.length === 0) return 0;
    const sorted = checks.toSorted((a, b) => a.target.id - b.target.id);
    const { rows } = await this.#query<[held: number]>('everytick_release', releaseSql, [
      this.#locationId,
      sorted.map((check) => check.target.id),
      sorted.map((check) => check.epoch),
      sorted.map((check) => check.scheduledAtMs),
    ]);
    return rows[0]?.[0] ?? 0;
  }

  /** Takes ticks back from expired leases, as the leading coordinator does: for when there is none. */
  async reclaim(): Promise<void> {
    await this.#query('everytick_reclaim', reclaimSql, []);
  }

  /** Says that this worker is there: ticks of locations without one are written as missed. */
  async heartbeat(): Promise<void> {
    await this.#options.pool.query(heartbeatSql, [this.#workerId]);
  }

  async deregister(): Promise<void> {
    await this.#options.pool.query(deregisterSql, [this.#workerId]);
  }

  /**
   * Runs a hot statement. Where the ledger has no partition for a row, because no coordinator has been there for days,
   * the partition is made here: with every coordinator dead, checks go on.
   */
  async #query<Row extends unknown[]>(
    name: string,
    text: string,
    values: unknown[],
  ): Promise<pg.QueryArrayResult<Row>> {
    const query = { name, text, values, rowMode: 'array' as const };
    try {
      return await this.#options.pool.query<Row>(query);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === CHECK_VIOLATION)) throw error;
      await this.#options.pool.query(ensurePartitionsSql, [1]);
      return this.#options.pool.query<Row>(query);
    }
  }
}
