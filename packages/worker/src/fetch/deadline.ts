// The one deadline of a check. undici's own timers tick about twice a second, too coarse for a timeout of 300 ms.

import { performance } from 'node:perf_hooks';

// The longest delay that setTimeout takes; it treats a longer one as 1 ms.
const longestDelayMs = 2 ** 31 - 1;

export class Deadline {
  #atMs: number;
  #pausedAtMs: number | null = null;
  readonly #onPassed: () => void;
  #timer: NodeJS.Timeout;

  /** Calls `onPassed` once, `timeoutMs` after `startedAtMs` (`performance.now()`), unless it is cleared before. */
  constructor(startedAtMs: number, timeoutMs: number, onPassed: () => void) {
    this.#atMs = startedAtMs + timeoutMs;
    this.#onPassed = onPassed;
    this.#timer = this.#arm();
  }

  /** When it passes, as far as is known now. */
  get atMs(): number {
    return this.#atMs;
  }

  /** What happens until `resume` takes nothing from the time there is. */
  pause(): void {
    if (this.#pausedAtMs !== null) return;
    this.#pausedAtMs = performance.now();
    clearTimeout(this.#timer);
  }

  resume(): void {
    if (this.#pausedAtMs === null) return;
    this.#atMs += performance.now() - this.#pausedAtMs;
    this.#pausedAtMs = null;
    this.#timer = this.#arm();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #arm(): NodeJS.Timeout {
    const remainingMs = Math.max(this.#atMs - performance.now(), 0);
    return setTimeout(() => this.#check(), Math.min(remainingMs, longestDelayMs));
  }

  // Node counts a timer from the start of the event loop's round, so one that is set late in a long round fires early.
  #check(): void {
    if (performance.now() < this.#atMs - 1) this.#timer = this.#arm();
    else this.#onPassed();
  }
}
