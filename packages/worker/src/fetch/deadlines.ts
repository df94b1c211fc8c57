// The deadlines of all checks of a fetcher, with one timer for the next of them.
//
// Nearly every check is over long before its deadline. A timer for each would be set and cleared for nothing, and Node.js
// makes and takes apart a list for all timers of the same length whenever it has no other. So the one timer is left as it is
// when a check ends, and looks around when it fires, once in as long as a timeout is: for whom time is up, and when to
// look again.

import { performance } from 'node:perf_hooks';

// The longest delay that setTimeout takes; it treats a longer one as 1 ms.
const longestDelayMs = 2 ** 31 - 1;

/**
 * running --pause()--> paused --resume()--> running; running --its moment--> passed; any --clear()--> over
 */
export class Deadline {
  readonly #deadlines: Deadlines;
  readonly #onPassed: () => void;
  #atMs: number;
  #pausedAtMs: number | null = null;

  constructor(deadlines: Deadlines, atMs: number, onPassed: () => void) {
    this.#deadlines = deadlines;
    this.#atMs = atMs;
    this.#onPassed = onPassed;
  }

  /** When it passes, as far as is known now (`performance.now()`). */
  get atMs(): number {
    return this.#atMs;
  }

  /** What happens until `resume` takes nothing from the time there is. */
  pause(): void {
    if (this.#pausedAtMs !== null) return;
    this.#pausedAtMs = performance.now();
    this.#deadlines.forget(this);
  }

  resume(): void {
    if (this.#pausedAtMs === null) return;
    this.#atMs += performance.now() - this.#pausedAtMs;
    this.#pausedAtMs = null;
    this.#deadlines.watch(this);
  }

  clear(): void {
    this.#deadlines.forget(this);
  }

  passed(): void {
    this.#onPassed();
  }
}

export class Deadlines {
  readonly #running = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  /** Calls `onPassed` once, `timeoutMs` after `startedAtMs` (`performance.now()`), unless it is cleared before. */
  start(startedAtMs: number, timeoutMs: number, onPassed: () => void): Deadline {
    const deadline = new Deadline(this, startedAtMs + timeoutMs, onPassed);
    this.watch(deadline);
    return deadline;
  }

  watch(deadline: Deadline): void {
    this.#running.add(deadline);
    if (deadline.atMs < this.#timerAtMs) this.#arm(deadline.atMs);
  }

  forget(deadline: Deadline): void {
    this.#running.delete(deadline);
  }

  /** What is under way then has no deadline any more. */
  close(): void {
    this.#running.clear();
    clearTimeout(this.#timer);
  }

  #arm(atMs: number): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    const remainingMs = Math.max(atMs - performance.now(), 0);
    this.#timer = setTimeout(this.#look, Math.min(remainingMs, longestDelayMs));
    // A check has a socket or a question open that keeps the process alive; where no check is, nothing is to be waited for.
    this.#timer.unref();
  }

  readonly #look = (): void => {
    // Node counts a timer from the start of the event loop's round, so one that is set late in a long round fires early.
    const now = performance.now() + 1;
    let nextAtMs = Number.POSITIVE_INFINITY;
    for (const deadline of this.#running) {
      if (deadline.atMs > now) nextAtMs = Math.min(nextAtMs, deadline.atMs);
      else {
        this.#running.delete(deadline);
        deadline.passed();
      }
    }
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    if (nextAtMs < Number.POSITIVE_INFINITY) this.#arm(nextAtMs);
  };
}
