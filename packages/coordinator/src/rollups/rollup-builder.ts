// Builds the hours and days behind long questions as they are over. On a connection from the pool and not on the leader's own: a batch
// takes seconds. A second leader would wait for the first, and find it done.

import { buildRollups, type Logger } from '@everytick/core';
import pg from 'pg';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

export interface RollupBuilderOptions {
  readonly pool: pg.Pool;
  readonly logger: Logger;
  /** When the server ends a statement; for tests. */
  readonly statementTimeoutMs?: number;
}

const INTERVAL_MS = 20_000;
/** What is left for later turns leaves room for whoever else wants a connection, and for workers to be served. */
const PAUSE_MS = 50;
const STATEMENT_TIMEOUT_MS = 120_000;
/** lock_not_available: somebody rebuilds. serialization_failure: a schedule changed late, meanwhile. */
const AGAIN = ['55P03', '40001'];
const QUERY_CANCELED = '57014';
/** One target that is checked every minute. */
const MOST_DIVIDED = 32_768;
/** Catching up is said so often. */
const SAY_EVERY_MS = 60_000;

export class RollupBuilder implements Duty {
  readonly name = 'rollups';
  readonly #options: RollupBuilderOptions;
  /** How many times smaller than usual batches are: doubled when one took too long, halved whenever nothing is left to do. */
  #dividedBy = 1;
  #built = { hours: 0, days: 0 };
  #saidAt = performance.now();

  constructor(options: RollupBuilderOptions) {
    this.#options = options;
  }

  async turn(session: Pick<LeaderSession, 'lost'>): Promise<number> {
    const { pool, logger, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = this.#options;
    try {
      const { hours, days, done } = await buildRollups(pool, {
        statementTimeoutMs,
        dividedBy: this.#dividedBy,
        signal: session.lost,
      });
      if (done) this.#dividedBy = Math.max(1, this.#dividedBy / 2);
      this.#built = { hours: this.#built.hours + hours, days: this.#built.days + days };
      if (done || performance.now() - this.#saidAt > SAY_EVERY_MS) {
        if (this.#built.hours + this.#built.days > 0) logger.info(this.#built, 'built rollups');
        this.#built = { hours: 0, days: 0 };
        this.#saidAt = performance.now();
      }
      return done ? INTERVAL_MS : PAUSE_MS;
    } catch (error) {
      if (session.lost.aborted) return 0;
      if (!(error instanceof pg.DatabaseError)) throw error;
      if (AGAIN.includes(error.code ?? '')) return 1_000;
      if (error.code !== QUERY_CANCELED || this.#dividedBy === MOST_DIVIDED) throw error;
      this.#dividedBy *= 2;
      logger.warn({ limit_ms: statementTimeoutMs, divided_by: this.#dividedBy }, 'a batch of rollups took too long');
      return PAUSE_MS;
    }
  }
}
