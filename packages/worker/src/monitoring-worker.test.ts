import {
  type CheckResult,
  type Claim,
  type ClaimedCheck,
  DatabaseClock,
  type FetchResult,
  silentLogger,
} from '@everytick/core';
import { eventually } from '@everytick/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MonitoringWorker } from './monitoring-worker.ts';
import { ResultReporter } from './reporting/result-reporter.ts';

const workers: MonitoringWorker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.drain(0)));
});

const fetched: FetchResult = {
  startedAtMonotonicMs: 0,
  responseTimeUs: 1,
  phases: { dnsUs: null, connectUs: null, tlsUs: null, firstByteUs: null, downloadUs: null },
  httpStatus: 200,
  body: Buffer.alloc(0),
  bodyTruncated: false,
  error: null,
};

/** A worker between a schedule and a web that are functions: the real ones are in the tests of its process. */
function setUp({ maxInFlight = 10, fallbackMs = 60_000, fetch = () => Promise.resolve() }: Partial<Setting> = {}) {
  const clock = new DatabaseClock();
  // The database's clock is the monotonic one, until a test moves it.
  const observe = (offsetMs: number) => {
    const now = performance.now();
    clock.observe({
      sentAtMonotonicMs: now,
      receivedAtMonotonicMs: now,
      databaseStartMs: now + offsetMs,
      databaseEndMs: now + offsetMs,
    });
  };
  observe(0);
  const seen = { limits: [] as number[], begun: [] as number[], finished: [] as number[], released: [] as number[] };
  const due: ClaimedCheck[] = [];
  let nextDueAtMs: number | null = null;
  let hanging: Promise<void> | undefined;
  const scheduler = {
    async claim(limit: number): Promise<Claim> {
      seen.limits.push(limit);
      await hanging;
      return { checks: due.splice(0, limit), ticksMissed: 0, nextDueAtMs };
    },
    finish(results: readonly CheckResult[]) {
      seen.finished.push(...results.map((result) => result.check.target.id));
      return Promise.resolve({ recorded: results.length, lost: 0 });
    },
    release(checks: readonly ClaimedCheck[]) {
      seen.released.push(...checks.map((check) => check.target.id));
      return Promise.resolve();
    },
  };
  const logger = silentLogger();
  const reporter = new ResultReporter({
    scheduler,
    processors: [],
    flushDelayMs: 0,
    observer: { written: () => undefined, writeFailed: () => undefined, refused: () => undefined },
    logger,
  });
  const worker = new MonitoringWorker({
    scheduler,
    clock,
    reporter,
    fetcher: {
      async fetch(target) {
        seen.begun.push(target.id);
        const startedAtMonotonicMs = performance.now();
        await fetch();
        return { ...fetched, startedAtMonotonicMs };
      },
      close: () => Promise.resolve(),
    },
    maxInFlight,
    horizonMs: 500,
    fallbackMs,
    observer: { claimed: () => undefined, claimFailed: () => undefined, begun: () => undefined },
    logger,
  });
  workers.push(worker);
  let lastId = 0;
  return {
    worker,
    seen,
    observe,
    /** Puts checks on the schedule, due so many milliseconds from now. */
    schedule(count: number, inMs = 0) {
      for (let index = 0; index < count; index++) {
        const scheduledAtMs = clock.atMonotonic(performance.now()) + inMs;
        due.push({
          target: { id: ++lastId, url: 'http://127.0.0.1:9/', timeoutMs: 1_000, matchPattern: null },
          scheduledAtMs,
          nextAtMs: scheduledAtMs + 60_000,
          epoch: 1,
        });
      }
    },
    /** Claims do not return until the returned function is called. */
    hangClaims() {
      const { promise, resolve } = Promise.withResolvers<void>();
      hanging = promise;
      return resolve;
    },
    expectDueIn(ms: number) {
      nextDueAtMs = clock.atMonotonic(performance.now()) + ms;
    },
  };
}

interface Setting {
  readonly maxInFlight: number;
  readonly fallbackMs: number;
  readonly fetch: () => Promise<void>;
}

describe('a monitoring worker', () => {
  it('claims when it is woken, and not before its fallback timer otherwise', async () => {
    const { worker, seen, schedule } = setUp();
    worker.start();
    await eventually(() => expect(seen.limits).toHaveLength(1));
    schedule(3);
    worker.wake();
    await eventually(() => expect(seen.finished.sort()).toEqual([1, 2, 3]));
  });

  it('claims again though it was woken while a claim was under way', async () => {
    const { worker, seen, schedule } = setUp();
    worker.start();
    worker.wake();
    schedule(1);
    worker.wake();
    await eventually(() => expect(seen.finished).toEqual([1]));
  });

  it('claims unasked shortly before the next tick that it knows of', async () => {
    const { worker, seen, schedule, expectDueIn } = setUp();
    expectDueIn(400);
    worker.start();
    await eventually(() => expect(seen.limits).toHaveLength(1));
    schedule(1, 300);
    await eventually(() => expect(seen.finished).toEqual([1]), { timeoutMs: 2_000 });
  });

  it('never holds more than its limit, and goes on as slots come free', async () => {
    let now = 0;
    let most = 0;
    const { worker, seen, schedule } = setUp({
      maxInFlight: 4,
      async fetch() {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now--;
      },
    });
    schedule(30);
    worker.start();
    await eventually(() => expect(seen.finished).toHaveLength(30));
    expect(most).toBeLessThanOrEqual(4);
    expect(Math.max(...seen.limits)).toBe(4);
    expect(worker.inFlight).toBe(0);
  });

  it('begins a check when its instant comes, though the clock of the database was set forward meanwhile', async () => {
    const { worker, seen, observe, schedule } = setUp();
    schedule(1, 5_000);
    worker.start();
    await eventually(() => expect(worker.inFlight).toBe(1));
    observe(4_900);
    // The timer is set in pieces of a second.
    await eventually(() => expect(seen.finished).toEqual([1]), { timeoutMs: 2_500 });
  });

  it('gives back a check that a clock set back has moved into a distant future', async () => {
    const { worker, seen, observe, schedule } = setUp();
    schedule(1, 1_500);
    worker.start();
    await eventually(() => expect(worker.inFlight).toBe(1));
    observe(-600_000);
    await eventually(() => expect(seen.released).toEqual([1]), { timeoutMs: 2_500 });
    expect(worker.inFlight).toBe(0);
    expect(seen.begun).toEqual([]);
  });

  it('gives back what has not begun and finishes what has when it is told to leave', async () => {
    const gate = Promise.withResolvers<void>();
    const { worker, seen, schedule } = setUp({ fetch: () => gate.promise });
    schedule(1);
    schedule(2, 450);
    worker.start();
    await eventually(() => expect(seen.begun).toEqual([1]));
    const drained = worker.drain(5_000);
    await eventually(() => expect(seen.released.sort()).toEqual([2, 3]));
    gate.resolve();
    expect(await drained).toEqual({ released: 2, unreported: 0 });
    expect(seen.finished).toEqual([1]);
  });

  it('finishes and reports what has begun though a claim hangs, and gives back what the claim still brings', async () => {
    const gate = Promise.withResolvers<void>();
    const { worker, seen, schedule, hangClaims } = setUp({ fetch: () => gate.promise });
    schedule(1);
    worker.start();
    await eventually(() => expect(seen.begun).toEqual([1]));
    const letGo = hangClaims();
    worker.wake();
    await eventually(() => expect(seen.limits).toHaveLength(2));
    schedule(1);
    const drained = worker.drain(5_000);
    gate.resolve();
    await eventually(() => expect(seen.finished).toEqual([1]));
    letGo();
    expect(await drained).toEqual({ released: 1, unreported: 0 });
    expect(seen.begun).toEqual([1]);
    expect(seen.released).toEqual([2]);
  });

  it('records nothing of a check that it had to abandon', async () => {
    const gate = Promise.withResolvers<void>();
    const { worker, seen, schedule } = setUp({ fetch: () => gate.promise });
    schedule(1);
    worker.start();
    await eventually(() => expect(seen.begun).toEqual([1]));
    expect(await worker.drain(50)).toEqual({ released: 0, unreported: 1 });
    gate.resolve();
    await gate.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen.finished).toEqual([]);
  });
});
