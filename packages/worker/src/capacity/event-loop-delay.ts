// How late this process is for its own timers.
//
// A timer of our own, and not monitorEventLoopDelay of node:perf_hooks: that one drops the sample that spans a reset, and
// after a long round of the event loop the reset may come first. The longest delays are the ones that would be lost.

const PERIOD_MS = 20;
/** A delay that is remembered for longer than the next look: it may have made a check's own figures wrong. */
const STALL_MS = 250;
/** Longer than any check. */
const MEMORY_MS = 150_000;

interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

export class EventLoopDelay {
  #delaysMs: number[] = [];
  #sampledAt = performance.now();
  #stalls: Stall[] = [];
  readonly #timer = setInterval(() => this.#sample(), PERIOD_MS);

  /** The 99th percentile since the last call, in milliseconds. */
  takeP99Ms(): number {
    // Whoever asks may be late for the same reason, and ahead of the timer.
    this.#sample();
    const sorted = this.#delaysMs.sort((a, b) => a - b);
    this.#delaysMs = [];
    return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
  }

  /** For how long the event loop stood still in all since a moment of `performance.now()`; what is short does not count. */
  stalledMsSince(sinceMs: number): number {
    this.#sample();
    return this.#stalls.reduce((sum, { fromMs, toMs }) => sum + Math.max(0, toMs - Math.max(fromMs, sinceMs)), 0);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const now = performance.now();
    const delayMs = Math.max(0, now - this.#sampledAt - PERIOD_MS);
    this.#delaysMs.push(delayMs);
    if (delayMs >= STALL_MS) {
      this.#stalls = this.#stalls.filter(({ toMs }) => toMs > now - MEMORY_MS);
      this.#stalls.push({ fromMs: now - delayMs, toMs: now });
    }
    this.#sampledAt = now;
  }
}
