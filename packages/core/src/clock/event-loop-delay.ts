// How late this process is for its own timers, and when it was.
//
// A timer of our own, and not monitorEventLoopDelay of node:perf_hooks: that one drops the sample that spans a reset, and
// after a long round of the event loop the reset may come first. The longest delays are the ones that would be lost. And
// it knows how long delays were, not when.
//
// A delay begins when the timer was due, not when whatever held the loop up began: what is seen of it is shorter by up to
// one period, and what is shorter than a period may not be seen at all. That is the resolution: 10 ms unless told otherwise.

import { DelayHistory } from './delay-history.ts';

// An idle process takes 0.7 % of a core with a period of 20 ms, 1.0 % with 10 and 2.2 % with 5 (two shared cores).
const PERIOD_MS = 10;
/** What the percentile counts: the longest delay of each such slot. */
const SLOT_MS = 20;
/** Timers count whole milliseconds, so a timer that is less late than this was not held up. */
const NOTABLE_MS = 2;
/** A delay that is long enough to have made a check fail. */
const STALL_MS = 250;
/** Longer than any check. */
const MEMORY_MS = 150_000;

export class EventLoopDelay {
  #slotsMs: number[] = [];
  #slotMs = 0;
  #slotEndsAt = performance.now() + SLOT_MS;
  #sampledAt = performance.now();
  readonly #periodMs: number;
  readonly #history: DelayHistory;
  #timer: NodeJS.Timeout;
  #others = false;

  constructor(periodMs = PERIOD_MS) {
    this.#periodMs = periodMs;
    this.#history = new DelayHistory(Math.ceil(MEMORY_MS / (periodMs + NOTABLE_MS)));
    this.#timer = setTimeout(this.#sample, periodMs);
  }

  /** The 99th percentile since the last call, in milliseconds. */
  takeP99Ms(): number {
    // Whoever asks may be late for the same reason, and ahead of the timer.
    this.#sample();
    this.#endSlot();
    const sorted = this.#slotsMs.sort((a, b) => a - b);
    this.#slotsMs = [];
    return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
  }

  /**
   * The longest time in one piece, in milliseconds, for which the event loop was held up between two moments of
   * `performance.now()`; 0 where nothing was seen. A delay of which only a part lies between them counts with that part. It
   * reaches back 150 s.
   */
  longestDelayMs(sinceMs: number, untilMs: number): number {
    return Math.max(this.#history.longestMs(sinceMs, untilMs), this.#overdueMs(sinceMs, untilMs));
  }

  /** For how long the event loop stood still in all since a moment of `performance.now()`; what is short does not count. */
  stalledMsSince(sinceMs: number): number {
    const now = performance.now();
    const running = now - this.#sampledAt - this.#periodMs;
    return this.#history.sumMs(sinceMs, STALL_MS) + (running >= STALL_MS ? this.#overdueMs(sinceMs, now) : 0);
  }

  /**
   * Somebody else has a timer, and says here when it was due: that tells the same as one of ours. It is to fire at least once
   * a period until `takeBack`. Two timers that wake the process in turns cost it twice 0.1 ms each time.
   */
  leaveToOthers(): void {
    this.#others = true;
    clearTimeout(this.#timer);
  }

  takeBack(): void {
    if (!this.#others) return;
    this.#others = false;
    this.#timer = setTimeout(this.#sample, this.#periodMs);
  }

  /** A timer of somebody else has fired that was due at this moment of `performance.now()`. */
  sampled(dueAtMs: number): void {
    this.#note(Math.max(dueAtMs, this.#sampledAt));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The same for the delay that is not over: the sample is due, and whoever asks comes before it. */
  #overdueMs(sinceMs: number, untilMs: number): number {
    const now = performance.now();
    const dueAt = this.#sampledAt + this.#periodMs;
    if (now - dueAt < NOTABLE_MS) return 0;
    return Math.max(0, Math.min(now, untilMs) - Math.max(dueAt, sinceMs));
  }

  readonly #sample = (): void => {
    this.#note(this.#sampledAt + this.#periodMs);
    if (!this.#others) this.#timer.refresh();
  };

  /** `dueAt`: not before the last sample, so that no time is counted twice. */
  #note(dueAt: number): void {
    const now = performance.now();
    const delayMs = Math.max(0, now - dueAt);
    this.#slotMs = Math.max(this.#slotMs, delayMs);
    if (now >= this.#slotEndsAt) this.#endSlot();
    if (delayMs >= NOTABLE_MS) this.#history.add(now - delayMs, now);
    this.#sampledAt = now;
  }

  #endSlot(): void {
    this.#slotsMs.push(this.#slotMs);
    this.#slotMs = 0;
    this.#slotEndsAt = performance.now() + SLOT_MS;
  }
}
