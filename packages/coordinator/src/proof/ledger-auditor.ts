// Proves again and again that every tick of the last while is accounted for, and says so in metrics. On a connection from the
// pool and not on the leader's own: the proof reads much, and whoever else wants the leader's connection would wait for it.

import type { Duplex } from 'node:stream';
import { isProven, type LedgerProof, type Logger, verifyLedger } from '@everytick/core';
import type pg from 'pg';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

export interface AuditObserver {
  audited(proof: LedgerProof, seconds: number): void;
  auditFailed(): void;
}

export interface LedgerAuditorOptions {
  readonly pool: pg.Pool;
  /** How far back each proof reaches. */
  readonly windowS: number;
  readonly intervalS: number;
  readonly observer: AuditObserver;
  readonly logger: Logger;
}

const STATEMENT_TIMEOUT_MS = 30_000;
/** Findings named in a log line. */
const NAMED_AT_MOST = 5;

export class LedgerAuditor implements Duty {
  readonly name = 'proof';
  readonly #options: LedgerAuditorOptions;

  constructor(options: LedgerAuditorOptions) {
    this.#options = options;
  }

  async turn(session: Pick<LeaderSession, 'lost'>): Promise<number> {
    const { pool, windowS, intervalS, observer, logger } = this.#options;
    const startedAt = performance.now();
    const client = await pool.connect();
    let proof: LedgerProof;
    // Another coordinator will make it; this one is to let go of the database if it is told to stop.
    const giveUp = () => void (client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
    session.lost.addEventListener('abort', giveUp, { once: true });
    // A connection that breaks says so to the statement under way as well.
    const ignore = () => undefined;
    client.on('error', ignore);
    try {
      proof = await verifyLedger(client, {
        lastS: windowS,
        namedAtMost: NAMED_AT_MOST,
        statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      });
      client.off('error', ignore);
      client.release();
    } catch (error) {
      client.release(true);
      if (session.lost.aborted) return 0;
      observer.auditFailed();
      throw error;
    } finally {
      session.lost.removeEventListener('abort', giveUp);
    }
    if (session.lost.aborted) return 0;
    observer.audited(proof, (performance.now() - startedAt) / 1000);
    if (!isProven(proof)) {
      const { unaccounted, duplicates, unscheduled, unfollowed, gaps, repeats, strays, leftBehind } = proof;
      logger.error(
        { unaccounted, duplicates, unscheduled, unfollowed, gaps, repeats, strays, leftBehind },
        'the ledger does not account for every tick exactly once',
      );
    }
    return intervalS * 1000;
  }
}
