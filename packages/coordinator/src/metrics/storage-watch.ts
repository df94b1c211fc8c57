// Looks for metrics how far rollups have been built, and what is kept. On a connection from the pool, as FleetWatch.

import { type Queryable, type RollupsStatus, readRollupsStatus } from '@everytick/core';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

export interface StorageObserver {
  stored(status: RollupsStatus): void;
}

const INTERVAL_MS = 30_000;
/** The first leader of a database makes its first partitions, and begins with rollups, at the same time. */
const BEGINNING_MS = 500;

export class StorageWatch implements Duty {
  readonly name = 'storage';
  readonly #pool: Queryable;
  readonly #observer: StorageObserver;

  constructor(pool: Queryable, observer: StorageObserver) {
    this.#pool = pool;
    this.#observer = observer;
  }

  async turn(session: Pick<LeaderSession, 'lost'>): Promise<number> {
    const status = await readRollupsStatus(this.#pool);
    if (!session.lost.aborted) this.#observer.stored(status);
    return status.hoursUntil === null || status.rawSince === null ? BEGINNING_MS : INTERVAL_MS;
  }
}
