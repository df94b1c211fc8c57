// Tells in metrics who is there to run checks, and what is waiting for them. On a connection from the pool: it reads all
// targets, and the leader's own connection is for what cannot wait.

import { countDueLeases, type LocationStatus, listLocations, type Queryable } from '@everytick/core';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

export interface LocationObserver {
  /** `due`: leases that are due and not claimed, by the name of their location. */
  located(locations: readonly LocationStatus[], due: ReadonlyMap<string, number>): void;
}

const INTERVAL_MS = 10_000;
/**
 * Where to stop counting what is due: a backlog that large is worked off in no other way than a larger one. While all is well
 * there is next to nothing to count.
 */
const COUNTED_AT_MOST = 100_000;

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
    const due = await countDueLeases(this.#pool, COUNTED_AT_MOST);
    if (!session.lost.aborted) this.#observer.located(locations, due);
    return INTERVAL_MS;
  }
}
