// Checks that are claimed and whose instant has not come, in the order of their instants, with one timer for the next.
//
//   resting --add()--> armed --the next instant--> due ones begin --> armed or resting
//                        \--stop()--> stopped: what is in it stays, and waits for nothing
//
// Timers of Node.js fire at whole milliseconds of the event loop's clock, and each one that fires alone costs the process a
// turn of its own: waking up, and code and data that are not in the processor's caches. So the timer is set for the next of
// the moments that are some milliseconds apart (`beatMs`), and what has become due by then begins together. Nothing begins
// before its instant.
//
// But checks that begin together also wait for each other, and that is in what they measure. A worker at 400 checks/s of a
// page over loopback, two side by side under the same load, medians of four windows of 12 s (AMD EPYC x 2, others at work):
//
//   beat    CPU     lateness p50   response time p50
//    1 ms   1        0.9 ms         0.33 ms
//    2 ms   0.96     1.4 ms         0.37 ms
//    4 ms   0.91     2.5 ms         0.6 ms
//    5 ms   0.90     3.2 ms         0.8 ms

import type { ClaimedCheck, EventLoopDelay } from '@everytick/core';

export interface AgendaOptions {
  /** How far away its instant is, in milliseconds; negative when it is past. */
  readonly untilDueMs: (check: ClaimedCheck) => number;
  /** Called when the instant has come; also when it is `absurdMs` away, or the moment by which it should have begun is past. */
  readonly onDue: (check: ClaimedCheck, beginBefore: number) => void;
  /** Hears of the timer, which fires every 10 ms or more often as long as there is one. */
  readonly eventLoop?: Pick<EventLoopDelay, 'leaveToOthers' | 'takeBack' | 'sampled'>;
  readonly absurdMs: number;
  /** No longer than 10 ms. */
  readonly beatMs: number;
}

interface Entry {
  readonly check: ClaimedCheck;
  /** By `performance.now()`. */
  readonly beginBefore: number;
}

/**
 * A timer for longer than this is set in pieces, so that it does for the measurement of the event loop's delay what a timer
 * of its own would (event-loop-delay.ts), and a clock that has jumped meanwhile is noticed.
 */
const LONGEST_TIMER_MS = 10;

/** The clock of the event loop, which counts from another moment than `performance.now()`. */
const loopClockAheadMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export class Agenda {
  readonly #options: AgendaOptions;
  /** The next one is the last. */
  #entries: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Of the entry that the timer is set for, by the clock of the database. */
  #armedForMs = Number.POSITIVE_INFINITY;
  #timerDueAt = 0;
  #stopped = false;

  constructor(options: AgendaOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.length;
  }

  add(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.#entries.push(...entries);
    this.#entries.sort((a, b) => b.check.scheduledAtMs - a.check.scheduledAtMs);
    const next = this.#entries.at(-1);
    if (!this.#stopped && next !== undefined && next.check.scheduledAtMs < this.#armedForMs) this.#begin();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#options.eventLoop?.takeBack();
  }

  get checks(): ClaimedCheck[] {
    return this.#entries.map(({ check }) => check);
  }

  clear(): void {
    this.#entries = [];
  }

  #arm(next: Entry): void {
    this.#armedForMs = next.check.scheduledAtMs;
    const nowMs = performance.now() + loopClockAheadMs;
    const { beatMs, untilDueMs, eventLoop } = this.#options;
    const beat = Math.ceil((nowMs + untilDueMs(next.check)) / beatMs) * beatMs;
    const delayMs = Math.min(LONGEST_TIMER_MS, Math.max(1, beat - Math.floor(nowMs)));
    this.#timerDueAt = Math.floor(nowMs) + delayMs - loopClockAheadMs;
    this.#timer = setTimeout(this.#fire, delayMs);
    eventLoop?.leaveToOthers();
  }

  readonly #fire = (): void => {
    this.#options.eventLoop?.sampled(this.#timerDueAt);
    this.#begin();
  };

  // The loop's clock is read once a turn, so that a timer that is set late in a long one fires early.
  #begin(): void {
    const { untilDueMs, onDue, absurdMs } = this.#options;
    clearTimeout(this.#timer);
    this.#armedForMs = Number.POSITIVE_INFINITY;
    for (let next = this.#entries.at(-1); next !== undefined && !this.#stopped; next = this.#entries.at(-1)) {
      const { check, beginBefore } = next;
      const delayMs = untilDueMs(check);
      if (delayMs > 0 && delayMs <= absurdMs && performance.now() <= beginBefore) {
        this.#arm(next);
        return;
      }
      this.#entries.pop();
      onDue(check, beginBefore);
    }
    this.#options.eventLoop?.takeBack();
  }
}
