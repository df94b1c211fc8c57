// Makes the keys of days that are over anew, on a direct connection of its own: it waits for transactions of others, and takes as long
// as reading a day does.

import { type Logger, packOldestDayKey } from '@everytick/core';
import pg from 'pg';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

export interface DayKeyPackerOptions {
  /** A direct connection. */
  readonly connectionString: string;
  readonly logger: Logger;
}

const INTERVAL_MS = 10 * 60_000;
/** After one, the next may be due: where coordinators were away for days. */
const PAUSE_MS = 5_000;

export class DayKeyPacker implements Duty {
  readonly name = 'keys of days that are over';
  readonly #options: DayKeyPackerOptions;

  constructor(options: DayKeyPackerOptions) {
    this.#options = options;
  }

  async turn(session: Pick<LeaderSession, 'lost'>): Promise<number> {
    const { connectionString, logger } = this.#options;
    const client = new pg.Client({
      connectionString,
      application_name: 'everytick coordinator packing',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      // What the server or the role says of time is about those that somebody waits for.
      statement_timeout: 0,
    });
    client.on('error', () => undefined);
    const giveUp = () => void client.end().catch(() => undefined);
    session.lost.addEventListener('abort', giveUp, { once: true });
    const startedAt = performance.now();
    try {
      await client.connect();
      const packed = await packOldestDayKey(client);
      if (packed === null) return INTERVAL_MS;
      const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
      logger.info({ index: packed, seconds }, 'made the key of a day that is over anew');
      return PAUSE_MS;
    } catch (error) {
      if (session.lost.aborted) return 0;
      throw error;
    } finally {
      session.lost.removeEventListener('abort', giveUp);
      await client.end().catch(() => undefined);
    }
  }
}
