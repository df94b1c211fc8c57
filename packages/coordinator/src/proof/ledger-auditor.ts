// Proves again and again that every tick of the last while is accounted for, and says so in metrics. On a connection from the
// pool and not on the leader's own: the proof reads much, and whoever else wants the leader's connection would wait for it.

import { isProven, type LedgerProof, type Logger, verifyLedger } from '@everytick/core';
import type pg from 'pg';
import type { Duty } from '../leadership/duty.ts';

export interface AuditObserver {
  /** `null`: this coordinator cannot say, because it does not lead. */
  audited(proof: LedgerProof | null, seconds: number): void;
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

  async turn(): Promise<number> {
    const { pool, windowS, intervalS, observer, logger } = this.#options;
    const startedAt = performance.now();
    const client = await pool.connect();
    let proof: LedgerProof;
    try {
      proof = await verifyLedger(client, {
        lastS: windowS,
        namedAtMost: NAMED_AT_MOST,
        statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      });
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
    observer.audited(proof, (performance.now() - startedAt) / 1000);
    if (!isProven(proof)) {
      const { unaccounted, duplicates, unscheduled, gaps, repeats, strays } = proof;
      logger.error(
        { unaccounted, duplicates, unscheduled, gaps, repeats, strays },
        'the ledger does not account for every tick exactly once',
      );
    }
    return intervalS * 1000;
  }
}
