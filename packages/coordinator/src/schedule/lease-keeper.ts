// Keeps a lease for every target and location: follows changes of targets, and takes ticks back from workers that died.

import { type Logger, loadSql } from '@everytick/core';
import pg from 'pg';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

const takeChangesSql = loadSql('target-changes-take');
const syncSql = loadSql('leases-sync');
const reclaimSql = loadSql('leases-reclaim');

/**
 * So many targets in one transaction: their leases are locked until it commits. Fewer after one that took too long: what
 * piled up while no coordinator was there is written with the change.
 */
const SYNC_BATCH = 1_000;
/** SQLSTATE of a statement that was cancelled because it took too long. */
const QUERY_CANCELED = '57014';
/** Notifications of changes may be lost; the list of changes is looked at this often without one. */
const SYNC_FALLBACK_MS = 5_000;
const RECLAIM_INTERVAL_MS = 2_000;

export interface LeaseObserver {
  synced(created: number, moved: number, stopped: number): void;
  reclaimed(requeued: number, missed: number): void;
}

/** Brings leases in line with targets that changed. Nudged when a target changes. */
export class LeaseSync implements Duty {
  readonly name = 'lease sync';
  readonly #observer: LeaseObserver;
  readonly #onSynced: () => void;
  readonly #logger: Logger;
  #batch = SYNC_BATCH;

  constructor(observer: LeaseObserver, onSynced: () => void, logger: Logger) {
    this.#observer = observer;
    this.#onSynced = onSynced;
    this.#logger = logger;
  }

  async turn(session: LeaderSession): Promise<number> {
    const batch = this.#batch;
    let changes: number;
    try {
      changes = await session.use((client) => this.#sync(client, batch));
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === QUERY_CANCELED) this.#batch = Math.ceil(batch / 4);
      throw error;
    }
    if (changes > 0) this.#onSynced();
    if (changes === batch) return 0;
    this.#batch = SYNC_BATCH;
    return SYNC_FALLBACK_MS;
  }

  async #sync(client: pg.Client, batch: number): Promise<number> {
    // Two statements: the second one's snapshot has to see every change that the first one took off the list.
    await client.query('BEGIN');
    try {
      const taken = await client.query<[number]>({ text: takeChangesSql, values: [batch], rowMode: 'array' });
      if (taken.rows.length > 0) {
        const ids = taken.rows.map(([id]) => id).sort((a, b) => a - b);
        const { rows } = await client.query<[number, number, number]>({
          text: syncSql,
          values: [ids],
          rowMode: 'array',
        });
        const [created, moved, stopped] = rows[0] ?? [0, 0, 0];
        this.#observer.synced(created, moved, stopped);
        if (created + moved + stopped > 0)
          this.#logger.info({ created, moved, stopped }, 'leases follow their targets');
      }
      await client.query('COMMIT');
      return taken.rows.length;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}

/** Takes ticks back from expired leases: they run again, or are written as missed. */
export class Reclaimer implements Duty {
  readonly name = 'reclaim';
  readonly #observer: LeaseObserver;
  readonly #logger: Logger;

  constructor(observer: LeaseObserver, logger: Logger) {
    this.#observer = observer;
    this.#logger = logger;
  }

  async turn(session: LeaderSession): Promise<number> {
    const { rows } = await session.use((client) =>
      client.query<[number, number]>({ text: reclaimSql, rowMode: 'array' }),
    );
    const [requeued, missed] = rows[0] ?? [0, 0];
    this.#observer.reclaimed(requeued, missed);
    if (requeued + missed > 0) this.#logger.warn({ requeued, missed }, 'took ticks back from lost workers');
    return RECLAIM_INTERVAL_MS;
  }
}
