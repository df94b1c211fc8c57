// Checks that somebody asked for, outside the schedule: a few at a time, beside the scheduled ones and not among them. They have
// no tick, take no slot of the capacity, and leave nothing in the ledger.
//
//   look() --claimed--> waiting for a place at its host --begun--> fetching --> reported
//                          |      \--none in time--> reported as missed
//                          \--drain()--> given back
//
// What a worker has begun when it leaves it finishes, within the time it has for that; after that nobody answers, and whoever
// asked is told so by the clock.

import { setTimeout as delay } from 'node:timers/promises';
import {
  type CheckReportResource,
  type ClaimedRequest,
  type DatabaseClock,
  type EventLoopDelay,
  type FetchResult,
  type Logger,
  type Outcome,
  type RequestDesk,
  type Room,
  type Target,
  type TargetFetcher,
  withinDeadline,
} from '@everytick/core';
import { type HostLimit, hostOf } from '../capacity/host-limit.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { fetchOrMiss } from '../fetch/fetch-or-miss.ts';
import { notBegun } from '../fetch/not-begun.ts';
import { checkReportJson } from '../reporting/check-report.ts';
import { judgedResult } from '../reporting/judged-result.ts';
import { type CheckSpan, withTraceparent } from '../tracing/check-span.ts';

export interface OnDemandChecksOptions {
  readonly desk: Pick<RequestDesk, 'claim' | 'release' | 'finish'>;
  readonly fetcher: TargetFetcher;
  /** Only where spans are made. */
  readonly startSpan?: ((target: Target) => CheckSpan | null) | undefined;
  /** Shared with the scheduled checks. */
  readonly hosts: Pick<HostLimit, 'enter' | 'ended'>;
  readonly clock: Pick<DatabaseClock, 'atMonotonic' | 'uncertaintyMs'>;
  readonly eventLoop: Pick<EventLoopDelay, 'stalledMsSince' | 'longestDelayMs'>;
  readonly longestHostWaitMs: number;
  /** Names, for the report. */
  readonly worker: string;
  readonly location: string;
  readonly answered: (outcome: Outcome) => void;
  readonly logger: Logger;
}

/** More would be felt by the scheduled checks; another worker, or the next moment, has room for them. */
const MOST_AT_ONCE = 4;
/** One place is kept for checks that may take no longer than this, so that slow ones never have all of them. */
const QUICK_MS = 10_000;
const MOST_SLOW = MOST_AT_ONCE - 1;
/** One host that does not answer takes no more places than this. */
const MOST_OF_ONE_HOST = 2;
const HOST_PAUSE_MS = 50;

export class OnDemandChecks {
  readonly #options: OnDemandChecksOptions;
  readonly #running = new Map<ClaimedRequest, Promise<void>>();
  readonly #leaving = new AbortController();
  #claiming: Promise<void> | undefined;
  /** Set when there may be more than was claimed. */
  #lookAgain = false;
  #abandoned = false;

  constructor(options: OnDemandChecksOptions) {
    this.#options = options;
  }

  /** Claims what there is room for. Called when a request is announced, and now and then unasked. */
  look(): void {
    const { clock } = this.#options;
    // Before the first claim of the schedule nobody here knows what time it is.
    if (clock.uncertaintyMs === Number.POSITIVE_INFINITY || this.#leaving.signal.aborted) return;
    this.#lookAgain = true;
    this.#claiming ??= this.#claim().finally(() => {
      this.#claiming = undefined;
      if (this.#lookAgain && this.#running.size < MOST_AT_ONCE) this.look();
    });
  }

  /** Gives back what has not begun and waits for what has. */
  async drain(timeoutMs: number): Promise<void> {
    this.#leaving.abort();
    await withinDeadline(
      (async () => {
        await this.#claiming;
        await Promise.all(this.#running.values());
      })(),
      timeoutMs,
    );
    this.#abandoned = true;
  }

  /** One by one: what there is room for depends on what was taken. */
  async #claim(): Promise<void> {
    while (this.#lookAgain && !this.#leaving.signal.aborted) {
      // Whoever ends looks again.
      if (this.#running.size >= MOST_AT_ONCE) return;
      this.#lookAgain = false;
      try {
        for (const request of await this.#options.desk.claim(1, this.#room())) {
          this.#begin(request);
          this.#lookAgain = true;
        }
      } catch (error) {
        this.#options.logger.warn({ err: error }, 'could not look for checks that are asked for');
        return;
      }
    }
  }

  #room(): Room {
    const targets = [...this.#running.keys()].map(({ target }) => target);
    const slow = targets.filter(({ timeoutMs }) => timeoutMs > QUICK_MS);
    const hosts = Object.entries(Object.groupBy(targets, ({ url }) => URL.parse(url)?.host ?? ''));
    const full = hosts.filter(([, of = []]) => of.length >= MOST_OF_ONE_HOST).map(([host]) => host);
    return { ...(slow.length >= MOST_SLOW ? { longestTimeoutMs: QUICK_MS } : {}), exceptHosts: full };
  }

  #begin(request: ClaimedRequest): void {
    const running = this.#carryOut(request)
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error, request: request.id }, 'could not answer a check that was asked for');
      })
      .finally(() => {
        this.#running.delete(request);
        this.look();
      });
    this.#running.set(request, running);
  }

  async #carryOut({ id, target, beginWithinMs }: ClaimedRequest): Promise<void> {
    const { desk, fetcher, startSpan, hosts, longestHostWaitMs, logger } = this.#options;
    const host = await this.#place(target.url, Math.min(beginWithinMs, longestHostWaitMs));
    if (this.#leaving.signal.aborted) {
      if (host !== null) hosts.ended(host);
      await desk.release([id]);
      return;
    }
    if (host === null) {
      const detail = `too many checks of ${hostOf(target.url)} were under way`;
      await this.#answer(id, target, notBegun(target, { missed: { code: 'host_limit', detail } }));
      return;
    }
    const span = startSpan?.(target);
    let fetched: FetchResult;
    try {
      fetched = await fetchOrMiss(fetcher, target, withTraceparent(undefined, span), logger, span?.watch);
    } finally {
      hosts.ended(host);
    }
    // What is left when the worker leaves is cut off by us: that says nothing about the target.
    if (!this.#abandoned) await this.#answer(id, target, fetched, span);
  }

  /** A place at the host, or null if none has come free in time. */
  async #place(url: string, waitMs: number): Promise<string | null> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const host = this.#options.hosts.enter(url);
      if (host !== null || performance.now() > deadline || this.#leaving.signal.aborted) return host;
      await delay(HOST_PAUSE_MS, undefined, { signal: this.#leaving.signal }).catch(() => undefined);
    }
  }

  async #answer(id: string, target: Target, fetched: FetchResult, span?: CheckSpan | null): Promise<void> {
    const { desk, worker, location, answered } = this.#options;
    const report: CheckReportResource = { ...this.#report(target, fetched, span), worker, location };
    await desk.finish(id, report);
    answered(report.outcome);
  }

  #report(target: Target, fetched: FetchResult, span?: CheckSpan | null) {
    const startedAtMs = this.#options.clock.atMonotonic(fetched.startedAtMonotonicMs);
    const check = { target, scheduledAtMs: startedAtMs, nextAtMs: Number.POSITIVE_INFINITY, epoch: 0 };
    const result = judgedResult(check, fetched, startedAtMs, this.#options.eventLoop);
    span?.end(result, fetched, { scheduled: false });
    const { outcome, error, matched } = result;
    const assertions = outcome === 'missed' ? [] : evaluate(target, fetched, startedAtMs).assertions;
    return checkReportJson(target, fetched, { outcome, error, matched, assertions });
  }
}
