// How long vacuum has been held back, also by those of whom an ordinary role may see that they do it and not since when:
// transactions of other roles, and replication slots, for which nobody writes it down. Of these it is how long they have
// been seen to hold the same.

import type { VacuumHolder } from '@everytick/core';

export class HoldTimes {
  #firstSeenAt = new Map<string, number>();

  /** The longest of all, in seconds; 0 if there is none. `nowMs`: by `performance.now()`. */
  oldestS(holders: readonly VacuumHolder[], nowMs: number): number {
    const seen = new Map<string, number>();
    let oldestS = 0;
    for (const { holder, mark, ageS } of holders) {
      const key = `${holder} ${mark}`;
      const firstAt = this.#firstSeenAt.get(key) ?? nowMs;
      seen.set(key, firstAt);
      oldestS = Math.max(oldestS, ageS ?? (nowMs - firstAt) / 1000);
    }
    this.#firstSeenAt = seen;
    return oldestS;
  }
}
