// Tells in metrics who is there to run checks, and what is waiting for them.

import { type LocationStatus, listLocations } from '@everytick/core';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

export interface LocationObserver {
  located(locations: readonly LocationStatus[]): void;
}

const INTERVAL_MS = 5_000;

export class LocationWatch implements Duty {
  readonly name = 'locations';
  readonly #observer: LocationObserver;

  constructor(observer: LocationObserver) {
    this.#observer = observer;
  }

  async turn(session: LeaderSession): Promise<number> {
    this.#observer.located(await session.use((client) => listLocations(client)));
    return INTERVAL_MS;
  }
}
