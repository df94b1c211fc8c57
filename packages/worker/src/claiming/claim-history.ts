// Why ticks that a claim passes over had been left lying until then, as far as this worker knows.
//
//   keeping up --claim or finish failed--> database down --claim succeeded--> pressed or keeping up
//   keeping up --no room, or a full claim--> pressed --claim came back not full--> keeping up
//
// The reason goes with the next claim, which is the one that finds those ticks. A worker whose slots are all taken by
// results that it cannot write claims nothing, hence fails to claim nothing: a finish that fails counts as well.

import type { UnclaimedReason } from '@everytick/core';

export class ClaimHistory {
  #databaseFailed = false;
  #pressed = false;

  get unclaimedBecause(): UnclaimedReason | null {
    if (this.#databaseFailed) return 'database_down';
    return this.#pressed ? 'overload' : null;
  }

  /** A claim or a finish failed. */
  failed(): void {
    this.#databaseFailed = true;
  }

  /** There is no room to claim anything. */
  hadNoRoom(): void {
    this.#pressed = true;
  }

  /** `full`: it took all that it may, so that there may be more. */
  claimed(full: boolean): void {
    this.#databaseFailed = false;
    this.#pressed = full;
  }
}
