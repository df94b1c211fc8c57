// How late the event loop was in the last second, for processes that need to know no more than that.

import { EventLoopDelay } from '../clock/event-loop-delay.ts';

const WINDOW_MS = 1_000;
/** Nothing is measured here that a delay of less would falsify, and an idle process is woken seldom. */
const PERIOD_MS = 50;

export class RecentLoopDelay {
  readonly #delay = new EventLoopDelay(PERIOD_MS);
  #p99Ms: number | undefined;
  // Not at each scrape: two who scrape would take each other's samples.
  readonly #timer = setInterval(() => {
    this.#p99Ms = this.#delay.takeP99Ms();
  }, WINDOW_MS);

  /** `undefined` in the first second. */
  get p99Ms(): number | undefined {
    return this.#p99Ms;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delay.stop();
  }
}
