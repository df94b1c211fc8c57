// Makes the keys of days that are over anew, on a direct connection of its own: it waits for transactions of others, and takes as long
// as reading a day does.
//
// One session at a time does so, of whichever coordinator: that of a leader that is no more ends soon, but not at once. A key that
// cannot be made anew is left alone for a while; those of other days are not.

import { beginPacking, dropDayKey, type Logger, leftOverDayKeys, looseDayKeys, packDayKey } from '@everytick/core';
import pg from 'pg';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';
import { Setbacks } from './setbacks.ts';

export interface DayKeyPackerOptions {
  /** A direct connection. */
  readonly connectionString: string;
  readonly logger: Logger;
}

const INTERVAL_MS = 10 * 60_000;
/** After one, the next may be due: where coordinators were away for days. */
const PAUSE_MS = 5_000;
/** Another session packs. */
const BUSY_MS = 60_000;
/** Stands for all keys where what failed is about none of them: there is no connection, say. */
const ALL = '';

export class DayKeyPacker implements Duty {
  readonly name = 'keys of days that are over';
  readonly #options: DayKeyPackerOptions;
  readonly #setbacks = new Setbacks();

  constructor(options: DayKeyPackerOptions) {
    this.#options = options;
  }

  /** Makes one key anew, or takes one away that was left over. */
  async turn(session: Pick<LeaderSession, 'lost'>): Promise<number> {
    const { connectionString, logger } = this.#options;
    const client = new pg.Client({
      connectionString,
      application_name: 'everytick coordinator packing',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    client.on('error', () => undefined);
    const giveUp = () => void client.end().catch(() => undefined);
    session.lost.addEventListener('abort', giveUp, { once: true });
    let index = ALL;
    try {
      await client.connect();
      if (!(await beginPacking(client))) {
        logger.debug('keys of days that are over: another session makes them anew');
        return BUSY_MS;
      }
      const leftOver = await leftOverDayKeys(client);
      const names = [...leftOver, ...(await looseDayKeys(client))];
      this.#setbacks.succeeded(ALL);
      const next = names.find((name) => this.#leftMs(name) === 0);
      if (next === undefined) return Math.min(INTERVAL_MS, ...names.map((name) => this.#leftMs(name)));
      index = next;
      if (leftOver.includes(index)) await dropDayKey(client, index);
      else await this.#pack(client, index);
      this.#setbacks.succeeded(index);
      return PAUSE_MS;
    } catch (error) {
      if (session.lost.aborted) return 0;
      this.#setbacks.failed(index, performance.now());
      const againInS = Math.round(this.#leftMs(index) / 1000);
      const what = index === ALL ? {} : { index };
      logger.warn({ err: error, duty: this.name, ...what, againInS }, 'could not make the key of a day anew');
      return index === ALL ? this.#leftMs(ALL) : PAUSE_MS;
    } finally {
      session.lost.removeEventListener('abort', giveUp);
      await client.end().catch(() => undefined);
    }
  }

  async #pack(client: pg.Client, index: string): Promise<void> {
    const startedAt = performance.now();
    await packDayKey(client, index);
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    this.#options.logger.info({ index, seconds }, 'made the key of a day that is over anew');
  }

  #leftMs(index: string): number {
    return this.#setbacks.leftMs(index, performance.now());
  }
}
