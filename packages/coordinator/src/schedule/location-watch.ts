// Tells in metrics who is there to run checks, and what is waiting for them. On a connection from the pool: it reads all
// targets, and the leader's own connection is for what cannot wait.

import { type LocationStatus, listLocations, type Queryable } from '@everytick/core';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

export interface LocationObserver {
  located(locations: readonly LocationStatus[]): void;
}

const INTERVAL_MS = 10_000;

export class LocationWatch implements Duty {
  readonly name = 'locations';
  readonly #pool: Queryable;
  readonly #observer: LocationObserver;

  constructor(pool: Queryable, observer: LocationObserver) {
    this.#pool = pool;
    this.#observer = observer;
  }

  async turn(session: Pick<LeaderSession, 'lost'>): Promise<number> {
    const locations = await listLocations(this.#pool);
    if (!session.lost.aborted) this.#observer.located(locations);
    return INTERVAL_MS;
  }
}
