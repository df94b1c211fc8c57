// Counts for metrics what there is, and how long somebody has kept the database from its housekeeping. On a connection from
// the pool: it reads all targets, and the leader's own connection is for what cannot wait.

import { type FleetStatus, type Queryable, readFleetStatus, readVacuumHolders } from '@everytick/core';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';
import { HoldTimes } from './hold-times.ts';

export interface FleetObserver {
  counted(fleet: FleetStatus): void;
  heldBack(oldestAgeS: number): void;
}

const INTERVAL_MS = 30_000;

export class FleetWatch implements Duty {
  readonly name = 'fleet';
  readonly #pool: Queryable;
  readonly #observer: FleetObserver;
  readonly #holdTimes = new HoldTimes();

  constructor(pool: Queryable, observer: FleetObserver) {
    this.#pool = pool;
    this.#observer = observer;
  }

  async turn(session: Pick<LeaderSession, 'lost'>): Promise<number> {
    // One after the other: the proof and the locations want a connection too.
    const fleet = await readFleetStatus(this.#pool);
    const holders = await readVacuumHolders(this.#pool);
    const oldestAgeS = this.#holdTimes.oldestS(holders, performance.now());
    if (session.lost.aborted) return INTERVAL_MS;
    this.#observer.counted(fleet);
    this.#observer.heldBack(oldestAgeS);
    return INTERVAL_MS;
  }
}
