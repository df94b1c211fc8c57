// Drops what has been kept for long enough, on a direct connection of its own: detaching a partition without stopping anybody takes two
// transactions and waits for others, and neither may the leader's connection wait nor a pooler come between.

import { type Logger, type RetentionPeriods, type RetentionReport, retain } from '@everytick/core';
import pg from 'pg';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

export interface RetentionObserver {
  retained(report: RetentionReport): void;
  retentionFailed(): void;
}

export interface RetentionKeeperOptions {
  /** A direct connection. */
  readonly connectionString: string;
  readonly periods: RetentionPeriods;
  readonly observer: RetentionObserver;
  readonly logger: Logger;
}

const INTERVAL_MS = 10 * 60_000;
/** Something stood in the way. */
const RETRY_MS = 30_000;
const QUERY_TIMEOUT_MS = 70_000;

export class RetentionKeeper implements Duty {
  readonly name = 'retention';
  readonly #options: RetentionKeeperOptions;
  #saidWaiting = '';

  constructor(options: RetentionKeeperOptions) {
    this.#options = options;
  }

  async turn(session: Pick<LeaderSession, 'lost'>): Promise<number> {
    const { observer } = this.#options;
    let report: RetentionReport;
    try {
      report = await this.#retain(session.lost);
    } catch (error) {
      if (session.lost.aborted) return 0;
      observer.retentionFailed();
      throw error;
    }
    if (session.lost.aborted) return 0;
    this.#tell(report);
    observer.retained(report);
    return report.kept.length > 0 ? RETRY_MS : INTERVAL_MS;
  }

  async #retain(lost: AbortSignal): Promise<RetentionReport> {
    const client = new pg.Client({
      connectionString: this.#options.connectionString,
      application_name: 'everytick coordinator retention',
      connectionTimeoutMillis: 5_000,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
    });
    // A connection that breaks says so to the statement under way as well.
    client.on('error', () => undefined);
    const giveUp = () =>
      void (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    lost.addEventListener('abort', giveUp, { once: true });
    try {
      await client.connect();
      return await retain(client, this.#options.periods);
    } finally {
      lost.removeEventListener('abort', giveUp);
      await client.end().catch(() => undefined);
    }
  }

  #tell({ dropped, kept, waiting, defaults }: RetentionReport): void {
    const { logger } = this.#options;
    const names = (partitions: readonly { readonly name: string }[]) => partitions.map(({ name }) => name);
    if (dropped.length > 0) logger.info({ partitions: names(dropped) }, 'dropped what had been kept for long enough');
    const late = names(waiting).join();
    if (waiting.length > 0 && late !== this.#saidWaiting) {
      logger.warn(
        { partitions: names(waiting) },
        'older than they have to be kept, these wait until all rollups of them are built',
      );
    }
    this.#saidWaiting = late;
    for (const { partition, because } of kept) {
      logger.warn({ partition: partition.name, reason: because.message }, 'a partition could not be dropped yet');
    }
    for (const { parent, name } of defaults) {
      logger.error(
        { table: parent, partition: name },
        'there is a DEFAULT partition: rows whose own partition is absent would end up there, where nobody looks for them, and nothing ' +
          'can be dropped. Move its rows to where they belong, and drop it',
      );
    }
  }
}
