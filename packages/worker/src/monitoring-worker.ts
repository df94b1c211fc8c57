// The worker itself: claims checks ahead of time, starts each at its instant, and sees every one of them into the ledger
// or back to the schedule.
//
//   running --drain()--> draining --nothing left in flight--> stopped
//
// and each check on its way:
//
//   claimed --its instant--> fetching --evaluated--> reporting --committed--> done
//    |    \                    ^                      ^       \--lease lost--> dropped and counted
//    |     \--its host is slow--> waiting --in vain---+
//    \-- drain, or too late --> given back <--drain--/
//
// A check takes a slot from its claim to its commit, so that a database that is slow or gone stops claiming by itself and
// what is held in memory stays bounded. How many slots there are is for `capacity` to say; when they become fewer, nothing
// that is held is given up, and claims wait until there is room again.

import {
  type ClaimedCheck,
  type DatabaseClock,
  type EventLoopDelay,
  type Logger,
  type RequestHeaders,
  type Target,
  type TargetFetcher,
  type WorkScheduler,
  withinDeadline,
} from '@everytick/core';
import { Agenda } from './agenda.ts';
import type { Capacity } from './capacity/capacity.ts';
import { HostLimit } from './capacity/host-limit.ts';
import { ClaimLoop, type ClaimObserver } from './claiming/claim-loop.ts';
import { fetchOrMiss } from './fetch/fetch-or-miss.ts';
import { missedForHost } from './reporting/check-result.ts';
import { judgedResult } from './reporting/judged-result.ts';
import type { ResultReporter } from './reporting/result-reporter.ts';
import { type CheckSpan, withTraceparent } from './tracing/check-span.ts';

export interface MonitoringWorkerOptions {
  readonly scheduler: WorkScheduler;
  /** Has been read once the first claim has returned. */
  readonly clock: DatabaseClock;
  readonly fetcher: TargetFetcher;
  readonly reporter: ResultReporter;
  /** How many checks may be in flight. */
  readonly capacity: Pick<Capacity, 'limit' | 'shareOf' | 'onRaised'>;
  /** At full capacity; the same share of it at less. */
  readonly maxInFlightPerHost: number;
  /** How long after its instant a check may wait for others of its host. Its lease has to leave time for that. */
  readonly longestHostWaitMs: number;
  /** How long after it was due, or claimed if that was later, a check may begin. Its lease has to leave time for that. */
  readonly beginWithinMs: number;
  /** How late this process was, and when. */
  readonly eventLoop: Pick<
    EventLoopDelay,
    'stalledMsSince' | 'longestDelayMs' | 'leaveToOthers' | 'takeBack' | 'sampled'
  >;
  /** What each request carries beside the usual. */
  readonly headersOf?: ((check: ClaimedCheck) => RequestHeaders) | undefined;
  /** Only where spans are made. */
  readonly startSpan?: ((target: Target) => CheckSpan | null) | undefined;
  /** How far ahead of their instant the scheduler hands out ticks. */
  readonly horizonMs: number;
  /** How long to wait at most before looking for due checks unasked. */
  readonly fallbackMs: number;
  readonly observer: WorkerObserver;
  readonly logger: Logger;
}

/** Hears what the worker does, for metrics. */
export interface WorkerObserver extends ClaimObserver {
  /** Claimed ticks that were not this worker's any more when it gave them back. */
  leasesLost(count: number): void;
  begun(latenessMs: number): void;
}

export interface DrainReport {
  /** Checks given back before they had begun. */
  readonly released: number;
  /** Checks that were not reported in time: their leases expire, and another worker runs them or writes them as missed. */
  readonly unreported: number;
}

/** What becomes due within so long begins together. */
export const BEAT_MS = 2;
/** A check that is to begin later than this beyond the horizon was claimed under a clock that has jumped since. */
const ABSURD_DELAY_MS = 5_000;

export class MonitoringWorker {
  readonly #options: MonitoringWorkerOptions;
  /** Claimed and not begun. */
  readonly #agenda: Agenda;
  readonly #hosts: HostLimit;
  readonly #claims: ClaimLoop;
  #fetching = 0;
  #abandoned = false;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: MonitoringWorkerOptions) {
    this.#options = options;
    this.#agenda = new Agenda({
      untilDueMs: ({ scheduledAtMs }) => options.clock.toMonotonic(scheduledAtMs) - performance.now(),
      onDue: (check, beginBefore) => this.#begin(check, beginBefore),
      eventLoop: options.eventLoop,
      absurdMs: options.horizonMs + ABSURD_DELAY_MS,
      beatMs: BEAT_MS,
    });
    this.#hosts = new HostLimit({
      share: () => options.capacity.shareOf(options.maxInFlightPerHost),
      longestWaitMs: options.longestHostWaitMs,
      begin: (check, host) => void this.#run(check, host),
      turnAway: (check, host) => options.reporter.report(missedForHost(check, host)),
    });
    this.#claims = new ClaimLoop({
      ...options,
      inFlight: () => this.inFlight,
      onClaimed: (checks, startedAt) => this.#onClaimed(checks, startedAt),
    });
  }

  start(): void {
    this.#options.reporter.onCommitted = (results) => this.#claims.committed(results);
    this.#options.reporter.onFailed = () => this.#claims.commitFailed();
    this.#options.capacity.onRaised = () => this.#claims.roomier();
    this.#claims.start();
  }

  /** Something may be due: claim as soon as possible. */
  wake(): void {
    this.#claims.wake();
  }

  /** A notification came: something is due. */
  notified(): void {
    this.#claims.notified();
  }

  /** For checks outside the schedule, which count with those of their host. */
  get hosts(): Pick<HostLimit, 'enter' | 'ended'> {
    return this.#hosts;
  }

  /** Checks between claim and commit. */
  get inFlight(): number {
    return this.#agenda.size + this.#hosts.waiting + this.#fetching + this.#options.reporter.pending;
  }

  /**
   * Stops claiming, gives back what has not begun, lets what has begun finish, and reports it. After `timeoutMs` what is
   * left is abandoned to the expiry of its leases.
   */
  async drain(timeoutMs: number): Promise<DrainReport> {
    const claimed = this.#claims.stop();
    const deadline = performance.now() + timeoutMs;
    const left = () => Math.max(0, deadline - performance.now());

    this.#agenda.stop();
    this.#agenda.add(this.#hosts.withdraw().map((check) => ({ check, beginBefore: 0 })));
    const release = this.#giveBackWaiting(claimed);
    if (this.#fetching > 0) {
      this.#idle = Promise.withResolvers();
      await withinDeadline(this.#idle.promise, left());
    }
    this.#abandoned = this.#fetching > 0;
    await this.#options.reporter.flush(left());
    const released = (await withinDeadline(release, left())) ?? 0;
    return { released, unreported: this.inFlight };
  }

  /** A claim that is still under way brings more to give back. */
  async #giveBackWaiting(claimed: Promise<void>): Promise<number> {
    await claimed;
    const notBegun = this.#agenda.checks;
    const released = await this.#release(notBegun);
    if (released === notBegun.length) this.#agenda.clear();
    return released;
  }

  #onClaimed(checks: readonly ClaimedCheck[], startedAt: number): void {
    const within = this.#options.beginWithinMs;
    this.#agenda.add(
      checks.map((check) => ({
        check,
        beginBefore: Math.max(this.#options.clock.toMonotonic(check.scheduledAtMs), startedAt) + within,
      })),
    );
  }

  /**
   * Timers fire late where the process was stopped: what would be over only after its lease is given back, and so is what
   * was claimed under a clock that has jumped since.
   */
  #begin(check: ClaimedCheck, beginBefore: number): void {
    const delayMs = this.#options.clock.toMonotonic(check.scheduledAtMs) - performance.now();
    if (delayMs > 0 || performance.now() > beginBefore) void this.#release([check]);
    else this.#hosts.offer(check);
  }

  /** Returns how many this worker has no more to do with; failing that, their leases expire. */
  async #release(checks: readonly ClaimedCheck[]): Promise<number> {
    try {
      const released = await this.#options.scheduler.release(checks);
      this.#options.observer.leasesLost(checks.length - released);
      return checks.length;
    } catch (error) {
      const message = 'could not give back checks, their leases will expire';
      this.#options.logger.warn({ err: error, checks: checks.length }, message);
      return 0;
    }
  }

  async #run(check: ClaimedCheck, host: string): Promise<void> {
    this.#fetching++;
    const { fetcher, headersOf, startSpan, eventLoop, logger } = this.#options;
    const span = startSpan?.(check.target);
    const headers = withTraceparent(headersOf?.(check), span);
    const fetched = await fetchOrMiss(fetcher, check.target, headers, logger, span?.watch);
    // What is left when the worker leaves is cut off by us: that says nothing about the target.
    if (this.#abandoned) return;
    const startedAtMs = this.#options.clock.atMonotonic(fetched.startedAtMonotonicMs);
    if (fetched.missed === undefined) this.#options.observer.begun(startedAtMs - check.scheduledAtMs);
    const result = judgedResult(check, fetched, startedAtMs, eventLoop);
    span?.end(result, fetched, { scheduled: true });
    this.#options.reporter.report(result);
    this.#fetching--;
    this.#hosts.ended(host);
    if (this.#fetching === 0) this.#idle?.resolve();
  }
}
