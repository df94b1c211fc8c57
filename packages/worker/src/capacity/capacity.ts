// Looks once a second at how the process and its database are doing, and says how many checks the worker may hold.
//
//   steady --start()--> adapting --stop()--> steady

import type { Logger } from '@everytick/core';
import { AdaptiveLimit, type Strain } from './adaptive-limit.ts';
import type { StatementTimes } from './database-strain.ts';

export interface CapacityOptions {
  /** The largest number of checks in flight. */
  readonly max: number;
  readonly eventLoop: { takeP99Ms(): number };
  readonly database: { take(): StatementTimes };
  readonly logger: Logger;
  readonly windowMs?: number;
}

const WINDOW_MS = 1_000;
/** A line in the log is worth a limit that is half of what it was when it last was worth one. */
const NOTABLE_SHARE = 0.5;

export class Capacity {
  /** Called when there is more room. */
  onRaised: () => void = () => undefined;

  readonly #options: CapacityOptions;
  readonly #limit: AdaptiveLimit;
  #eventLoopDelayMs = 0;
  /** The limit that was last told, or the highest since. */
  #toldAt: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CapacityOptions) {
    this.#options = options;
    this.#limit = new AdaptiveLimit(options.max);
    this.#toldAt = options.max;
  }

  start(): void {
    this.#timer = setInterval(() => this.#adapt(), this.#options.windowMs ?? WINDOW_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Checks in flight, in force now. */
  get limit(): number {
    return this.#limit.current;
  }

  /** What of `count` checks is allowed now: the same share of the limit in force as `count` is of the largest. */
  shareOf(count: number): number {
    return Math.ceil((count * this.limit) / this.max);
  }

  get max(): number {
    return this.#limit.max;
  }

  /** The 99th percentile in the last second. */
  get eventLoopDelayMs(): number {
    return this.#eventLoopDelayMs;
  }

  #adapt(): void {
    const before = this.limit;
    this.#eventLoopDelayMs = this.#options.eventLoop.takeP99Ms();
    const strain: Strain = { eventLoopDelayMs: this.#eventLoopDelayMs, ...this.#options.database.take() };
    this.#limit.adapt(strain);
    this.#tell(strain);
    if (this.limit > before) this.onRaised();
  }

  #tell(strain: Strain): void {
    if (this.limit > this.#toldAt) this.#toldAt = this.limit;
    if (this.limit > this.#toldAt * NOTABLE_SHARE) return;
    this.#toldAt = this.limit;
    this.#options.logger.info({ limit: this.limit, max: this.max, ...strain }, 'holding fewer checks at a time');
  }
}
