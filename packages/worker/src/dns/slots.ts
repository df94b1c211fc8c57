// How many may be under way at a time. Those for whom there is no room wait in order, and not for longer than a moment.

/** One that wants a slot. Exactly one of the two is called, unless it leaves first. */
export interface SlotUser {
  /** It has a slot and gives it back by `release`. */
  begin(): void;
  waitedTooLong(): void;
}

export class Slots {
  readonly #limit: number;
  readonly #longestWaitMs: number;
  #taken = 0;
  /** In the order of arrival, with the time until which each waits: the first one is the first whose time is over. */
  readonly #waiting = new Map<SlotUser, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limit: number, longestWaitMs: number) {
    this.#limit = limit;
    this.#longestWaitMs = longestWaitMs;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  enter(user: SlotUser): void {
    if (this.#taken < this.#limit) {
      this.#taken += 1;
      user.begin();
      return;
    }
    this.#waiting.set(user, performance.now() + this.#longestWaitMs);
    this.#timer ??= setTimeout(() => this.#turnAway(), this.#longestWaitMs);
  }

  /** For one that does not want to wait any more. */
  leave(user: SlotUser): void {
    this.#waiting.delete(user);
  }

  release(): void {
    this.#taken -= 1;
    const [next] = this.#waiting.keys();
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#taken += 1;
    next.begin();
  }

  /** Turns away all that wait. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const user of [...this.#waiting.keys()]) {
      if (this.#waiting.delete(user)) user.waitedTooLong();
    }
  }

  #turnAway(): void {
    this.#timer = undefined;
    for (const [user, untilMs] of this.#waiting) {
      const leftMs = untilMs - performance.now();
      // Timers come up to a millisecond early.
      if (leftMs > 1) {
        this.#timer = setTimeout(() => this.#turnAway(), Math.ceil(leftMs));
        return;
      }
      this.#waiting.delete(user);
      user.waitedTooLong();
    }
  }
}
