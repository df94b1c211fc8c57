// Who leads. One coordinator at a time holds a session advisory lock; the others stand by and try for it again and again.
//
//   standing by --lock taken--> leading --its connection ends, or step down--> standing by ... until close()
//
// Everything that only the leader may do runs on the very connection that holds the lock. A coordinator that has lost
// that connection, and with it perhaps the lock, cannot act any more, whatever it believes: two leaders at once are
// impossible, without any clock or lease of its own. The settings of the session bound how long the server goes on holding
// the lock for a leader that is stopped, or whose machine has vanished without closing the connection: another leads within
// 5 s. The leader has to ask something at least that often (the waker does, twice a second) or be taken for stopped. It
// takes a statement that is not answered in time as the end of the connection.

import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { EverytickError, type Logger, loadSql, traceClient, withinDeadline } from '@everytick/core';
import pg from 'pg';

const leaderLockSql = loadSql('leader-lock');
const leaderSessionSql = loadSql('leader-session');

/** A standby tries for the lock, or for a connection, after a pause between half of this and all of it. */
const STANDBY_POLL_MS = 500;
/** Longer than the session's own statement_timeout: an answer that takes so long does not come. */
const QUERY_TIMEOUT_MS = 10_000;

/** The connection that holds the lock. */
export class LeaderSession {
  /** Fires when the connection, and with it the lock, is gone. */
  readonly lost: AbortSignal;
  readonly #client: pg.Client;
  readonly #lose: () => void;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: pg.Client, connection: AbortController) {
    this.#client = client;
    this.lost = connection.signal;
    this.#lose = () => connection.abort();
  }

  /**
   * Runs work on the connection, one piece after the other, so that nobody's statements get into another's transaction.
   * Only an error that the server itself reports leaves the connection usable: after any other one, a statement that was
   * given up may still be under way, so the connection is given up with it.
   */
  use<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const result = this.#last.then(() => {
      this.lost.throwIfAborted();
      return work(this.#client);
    });
    this.#last = result.catch((error: unknown) => {
      if (!(error instanceof pg.DatabaseError || error instanceof EverytickError)) this.#lose();
    });
    return result;
  }
}

export interface LeadershipOptions {
  /** A direct connection: the lock belongs to a session. */
  readonly connectionString: string;
  readonly applicationName: string;
  /** Rejects where this coordinator cannot lead yet. Asked before it tries for the lock. */
  readonly prepare?: (client: pg.Client) => Promise<void>;
  /** Runs while leading. It must return soon after `session.lost` has fired. */
  readonly lead: (session: LeaderSession) => Promise<void>;
  readonly logger: Logger;
}

export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #closing = new AbortController();
  #leading = false;
  #session: AbortController | undefined;
  #running: Promise<void> | undefined;

  constructor(options: LeadershipOptions) {
    this.#options = options;
  }

  get leading(): boolean {
    return this.#leading;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Steps down if leading, and tries no more. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#session?.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let said = '';
    while (!this.#closing.signal.aborted) {
      try {
        await this.#attempt(() => {
          if (said !== 'standing by') this.#options.logger.info('another coordinator leads, standing by');
          said = 'standing by';
        });
        said = '';
      } catch (error) {
        const reason = (error as Error).message;
        if (said !== reason) this.#options.logger.warn({ reason }, 'cannot try for leadership, retrying');
        said = reason;
      }
      await this.#pause();
    }
  }

  /** Connects, waits for the lock, leads until the connection is gone. */
  async #attempt(onStandby: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.connectionString,
      application_name: this.#options.applicationName,
      connectionTimeoutMillis: 5_000,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 1_000,
    });
    traceClient(client);
    const session = new AbortController();
    let led = false;
    this.#session = session;
    session.signal.addEventListener('abort', () => {
      this.#leading = false;
    });
    client.on('error', () => session.abort());
    client.on('end', () => session.abort());
    try {
      await client.connect();
      await client.query(leaderSessionSql);
      await this.#options.prepare?.(client);
      while (!(await this.#lock(client))) {
        onStandby();
        await this.#pause();
        if (this.#closing.signal.aborted || session.signal.aborted) return;
      }
      this.#leading = !session.signal.aborted;
      led = true;
      this.#options.logger.info('leading');
      await this.#options.lead(new LeaderSession(client, session));
    } finally {
      if (led) this.#options.logger.info('no longer leading');
      session.abort();
      // Closing the connection gives the lock back. A server that is gone may never answer: then it is cut.
      await withinDeadline(
        client.end().catch(() => undefined),
        1_000,
      );
      (client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
    }
  }

  async #lock(client: pg.Client): Promise<boolean> {
    const { rows } = await client.query<[boolean]>({ text: leaderLockSql, rowMode: 'array' });
    return rows[0]?.[0] === true;
  }

  async #pause(): Promise<void> {
    const ms = STANDBY_POLL_MS * (0.5 + Math.random() / 2);
    await delay(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}
