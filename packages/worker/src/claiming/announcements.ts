// Whether ticks that this worker claimed by its own timer had been announced to it. Workers do not depend on notifications:
// they know when the next tick is due and claim it unasked, shortly before. So a notification that does not come makes no
// check late, and nobody would notice that none comes at all.
//
// A tick's announcement is missed if none has come since the leader could have made it, at a time when it must have made
// it: 200 to 100 ms before the tick. A claim that is earlier than that says nothing, and neither does one that found nothing,
// for then another worker was told and came first.

import { ANNOUNCE_GAP_MS, ANNOUNCE_LEAD_MS } from '@everytick/core';

/** What a notification may take to arrive, and the clocks may be apart. */
const ALLOWANCE_MS = 20;

export class Announcements {
  #heardAt = Number.NEGATIVE_INFINITY;

  heard(): void {
    this.#heardAt = performance.now();
  }

  /** Both by `performance.now()`: when the first tick of a claim is due, and when the claim came back. */
  missed(firstDueAt: number, claimedAt: number): boolean {
    if (firstDueAt - claimedAt > ANNOUNCE_LEAD_MS - ANNOUNCE_GAP_MS - ALLOWANCE_MS) return false;
    return this.#heardAt < firstDueAt - ANNOUNCE_LEAD_MS - ALLOWANCE_MS;
  }
}
