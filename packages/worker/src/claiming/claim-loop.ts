// Claims what falls due within the horizon, for as long as there is room: when it is woken, when the next tick that is known of
// comes near, and after a while in any case. With a database that is slow or gone there is no room soon, and that is all that
// stops it.

import { setTimeout as delay } from 'node:timers/promises';
import {
  type CheckResult,
  type ClaimedCheck,
  type DatabaseClock,
  type Logger,
  type WorkScheduler,
  withinDeadline,
} from '@everytick/core';
import type { Capacity } from '../capacity/capacity.ts';
import { Announcements } from './announcements.ts';
import { ClaimHistory } from './claim-history.ts';

export interface ClaimLoopOptions {
  readonly scheduler: Pick<WorkScheduler, 'claim'>;
  /** Has been read once the first claim has returned. */
  readonly clock: DatabaseClock;
  /** How many checks may be in flight, and who is told that there might be more. */
  readonly capacity: Pick<Capacity, 'limit'>;
  readonly inFlight: () => number;
  /** Takes what was claimed. When the claim was begun, by `performance.now()`. */
  readonly onClaimed: (checks: readonly ClaimedCheck[], startedAt: number) => void;
  /** How far ahead of their instant the scheduler hands out ticks. */
  readonly horizonMs: number;
  /** How long to wait at most before looking for due checks unasked. */
  readonly fallbackMs: number;
  readonly observer: ClaimObserver;
  readonly logger: Logger;
}

/** Hears of claims, for metrics. */
export interface ClaimObserver {
  claimed(checks: number, ticksMissed: number, seconds: number): void;
  claimFailed(): void;
  /** A claim that nobody had asked for took a tick that should have been announced. */
  announcementMissed(): void;
}

/** Larger claims are no cheaper per row and make other workers wait for the same rows. */
const CLAIM_LIMIT = 500;
/** SQLSTATE of a statement that was cancelled because it took too long. */
const QUERY_CANCELED = '57014';
/** Two claims of one worker are at least this far apart, unless the first came back full. */
const CLAIM_GAP_MS = 20;
/**
 * How long before the next tick that is known of a worker claims unasked. The coordinator wakes it earlier than that; with
 * no coordinator this keeps checks on time.
 */
const UNASKED_LEAD_MS = 100;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;

export class ClaimLoop {
  readonly #options: ClaimLoopOptions;
  readonly #history = new ClaimHistory();
  readonly #announcements = new Announcements();
  #stopping = false;
  /** Set while there may be more to claim than there is room for. */
  #starved = false;
  #nextDueAtMs: number | null = null;
  #limit = CLAIM_LIMIT;
  #wakeUp: PromiseWithResolvers<'woken'> = Promise.withResolvers();
  /** Whether it claims because its timer ran out, and for no other reason. */
  #unasked = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ClaimLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#claimUntilStopped();
  }

  /** Resolves when a claim that is still under way has been handed over. */
  stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    return this.#running;
  }

  /** Something may be due, or there is room: claim as soon as possible. */
  wake(): void {
    this.#wakeUp.resolve('woken');
  }

  /** There is more room than before. */
  roomier(): void {
    if (this.#starved) this.wake();
  }

  /** A notification came: something is due. */
  notified(): void {
    this.#announcements.heard();
    this.wake();
  }

  /** Leases that come free may be due again at once, and their next tick was nobody's to claim until now. */
  committed(results: readonly CheckResult[]): void {
    const dueBefore = this.#options.clock.atMonotonic(performance.now()) + this.#options.horizonMs;
    if (this.#starved || results.some((result) => result.check.nextAtMs <= dueBefore)) this.wake();
  }

  /** Results could not be written. */
  commitFailed(): void {
    this.#history.failed();
  }

  async #claimUntilStopped(): Promise<void> {
    let retryMs = RETRY_MIN_MS;
    while (!this.#stopping) {
      // Renewed before claiming, so that whatever happens from here on counts as a reason to claim again.
      this.#wakeUp = Promise.withResolvers();
      const room = this.#options.capacity.limit - this.#options.inFlight();
      const limit = Math.min(this.#limit, room);
      if (limit <= 0) {
        this.#history.hadNoRoom();
        this.#starved = true;
      } else {
        try {
          const full = (await this.#claim(limit)) === limit;
          retryMs = RETRY_MIN_MS;
          this.#limit = CLAIM_LIMIT;
          this.#history.claimed(full);
          this.#starved = full && limit === room;
          if (full && !this.#starved) continue;
        } catch (error) {
          // After weeks in which nobody was there, each lease has hundreds of rows of missed ticks to write.
          if ((error as { code?: unknown }).code === QUERY_CANCELED) this.#limit = Math.ceil(limit / 4);
          this.#history.failed();
          this.#starved = false;
          this.#options.observer.claimFailed();
          this.#options.logger.warn({ err: error, retryMs }, 'claiming failed');
          await this.#sleep(retryMs * (0.5 + Math.random()));
          this.#unasked = false;
          retryMs = Math.min(RETRY_MAX_MS, retryMs * 2);
          continue;
        }
      }
      await this.#sleep(this.#pauseMs());
      await delay(CLAIM_GAP_MS);
    }
  }

  /** Returns how many it claimed. */
  async #claim(limit: number): Promise<number> {
    const startedAt = performance.now();
    const unasked = this.#unasked;
    this.#unasked = false;
    const { checks, ticksMissed, nextDueAtMs } = await this.#options.scheduler.claim(
      limit,
      this.#history.unclaimedBecause,
    );
    this.#nextDueAtMs = nextDueAtMs;
    const now = performance.now();
    this.#options.observer.claimed(checks.length, ticksMissed, (now - startedAt) / 1000);
    if (unasked && checks.length > 0) this.#lookForAnnouncement(checks, now);
    this.#options.onClaimed(checks, startedAt);
    return checks.length;
  }

  /** After the claim, so that a notification that came in while the process was held up has been heard. */
  #lookForAnnouncement(checks: readonly ClaimedCheck[], now: number): void {
    const firstDueAtMs = Math.min(...checks.map(({ scheduledAtMs }) => scheduledAtMs));
    const missed = this.#announcements.missed(this.#options.clock.toMonotonic(firstDueAtMs), now);
    if (missed) this.#options.observer.announcementMissed();
  }

  #pauseMs(): number {
    const fallbackMs = this.#options.fallbackMs * (0.75 + Math.random() / 2);
    if (this.#nextDueAtMs === null || this.#starved) return fallbackMs;
    const untilDueMs = this.#options.clock.toMonotonic(this.#nextDueAtMs) - performance.now();
    return Math.min(fallbackMs, Math.max(0, untilDueMs - UNASKED_LEAD_MS * (0.5 + Math.random())));
  }

  /** Until the time is over or something wakes the worker. */
  async #sleep(timeoutMs: number): Promise<void> {
    this.#unasked = (await withinDeadline(this.#wakeUp.promise, timeoutMs)) === undefined;
  }
}
