// Makes the ledger's partitions ahead of time, so that no result ever waits for one.

import { type Logger, loadSql } from '@everytick/core';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

const ensurePartitionsSql = loadSql('partitions-ensure');

const INTERVAL_MS = 10 * 60_000;
const PAUSE_MS = 100;

export class PartitionKeeper implements Duty {
  readonly name = 'partitions';
  readonly #daysAhead: number;
  readonly #onMade: () => void;
  readonly #logger: Logger;

  constructor(daysAhead: number, onMade: () => void, logger: Logger) {
    this.#daysAhead = daysAhead;
    this.#onMade = onMade;
    this.#logger = logger;
  }

  async turn(session: LeaderSession): Promise<number> {
    const { rows } = await session.use((client) =>
      client.query<[number]>({ text: ensurePartitionsSql, values: [this.#daysAhead], rowMode: 'array' }),
    );
    const made = rows[0]?.[0] ?? 0;
    if (made > 0) {
      this.#logger.info({ made, daysAhead: this.#daysAhead }, 'made partitions of the ledger');
      this.#onMade();
    }
    // There may be more of them.
    return made > 0 ? PAUSE_MS : INTERVAL_MS;
  }
}
