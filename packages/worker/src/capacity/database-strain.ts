// What the worker's own statements say about the database: a WorkScheduler that passes everything on to another one and
// notes how long it took.

import type { CheckResult, Claim, ClaimedCheck, FinishReport, UnclaimedReason, WorkScheduler } from '@everytick/core';
import pg from 'pg';

export interface StatementTimes {
  /** Of claims and finishes that ended since the last call or are still under way. */
  readonly slowestStatementMs: number;
  readonly failedStatements: number;
}

export class DatabaseStrain implements WorkScheduler {
  readonly #scheduler: WorkScheduler;
  readonly #underWaySince = new Set<{ readonly atMs: number }>();
  #slowestMs = 0;
  #failed = 0;

  constructor(scheduler: WorkScheduler) {
    this.#scheduler = scheduler;
  }

  claim(limit: number, unclaimedBecause?: UnclaimedReason | null): Promise<Claim> {
    return this.#watch(this.#scheduler.claim(limit, unclaimedBecause));
  }

  finish(results: readonly CheckResult[]): Promise<FinishReport> {
    return this.#watch(this.#scheduler.finish(results));
  }

  /** Not watched: it comes with leaving, and after a clock has jumped. */
  release(checks: readonly ClaimedCheck[]): Promise<number> {
    return this.#scheduler.release(checks);
  }

  take(): StatementTimes {
    const now = performance.now();
    let slowestStatementMs = this.#slowestMs;
    for (const { atMs } of this.#underWaySince) slowestStatementMs = Math.max(slowestStatementMs, now - atMs);
    const failedStatements = this.#failed;
    this.#slowestMs = 0;
    this.#failed = 0;
    return { slowestStatementMs, failedStatements };
  }

  async #watch<Value>(statement: Promise<Value>): Promise<Value> {
    const since = { atMs: performance.now() };
    this.#underWaySince.add(since);
    try {
      return await statement;
    } catch (error) {
      if (!isRefusal(error)) this.#failed++;
      throw error;
    } finally {
      this.#underWaySince.delete(since);
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - since.atMs);
    }
  }
}

/** A database that refuses a value (SQLSTATE classes 22 and 23) is well itself. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '');
}
