import {
  type CheckOptions,
  type CheckResult,
  type Claim,
  type ClaimedCheck,
  DatabaseClock,
  type FetchResult,
  noPhases,
  silentLogger,
  type UnclaimedReason,
} from '@everytick/core';
import { eventually, fetchedOf } from '@everytick/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Capacity } from './capacity/capacity.ts';
import { MonitoringWorker } from './monitoring-worker.ts';
import { ResultReporter } from './reporting/result-reporter.ts';

const workers: MonitoringWorker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.drain(0)));
});

/** A worker between a schedule and a web that are functions: the real ones are in the tests of its process. */
function setUp({
  maxInFlight = 10,
  maxInFlightPerHost = 100,
  fallbackMs = 60_000,
  fetch = () => Promise.resolve(),
  fetched = {},
  stalledMs = 0,
  loopDelayMs = 0,
  options,
}: Partial<Setting> = {}) {
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
  const seen = {
    limits: [] as number[],
    reasons: [] as (UnclaimedReason | null | undefined)[],
    begun: [] as number[],
    headers: [] as unknown[],
    finished: [] as number[],
    missed: [] as CheckResult[],
    results: [] as CheckResult[],
    windowsMs: [] as number[],
    latenessMs: [] as number[],
    released: [] as number[],
    announcementsMissed: 0,
    leasesLost: 0,
  };
  const due: ClaimedCheck[] = [];
  let nextDueAtMs: number | null = null;
  let hanging: Promise<void> | undefined;
  let away = false;
  let lostBefore = 0;
  const answer = () => (away ? Promise.reject(new Error('connection refused')) : Promise.resolve());
  const scheduler = {
    async claim(limit: number, unclaimedBecause?: UnclaimedReason | null): Promise<Claim> {
      seen.limits.push(limit);
      seen.reasons.push(unclaimedBecause);
      await hanging;
      await answer();
      return { checks: due.splice(0, limit), ticksMissed: 0, nextDueAtMs };
    },
    async finish(results: readonly CheckResult[]) {
      await answer();
      seen.finished.push(...results.map((result) => result.check.target.id));
      seen.results.push(...results);
      seen.missed.push(...results.filter((result) => result.outcome === 'missed'));
      return { recorded: results.length, repeated: 0, lost: 0 };
    },
    release(checks: readonly ClaimedCheck[]) {
      seen.released.push(...checks.map((check) => check.target.id));
      return Promise.resolve(Math.max(0, checks.length - lostBefore));
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
  const raised: Pick<Capacity, 'onRaised'> = { onRaised: () => undefined };
  const capacity = { limit: maxInFlight, shareOf: (count: number) => count, ...raised };
  const worker = new MonitoringWorker({
    scheduler,
    clock,
    reporter,
    fetcher: {
      async fetch(target, headers) {
        seen.begun.push(target.id);
        seen.headers.push(headers);
        const startedAtMonotonicMs = performance.now();
        await fetch(target.url);
        return fetchedOf({ startedAtMonotonicMs, ...fetched });
      },
      close: () => Promise.resolve(),
    },
    capacity,
    maxInFlightPerHost,
    longestHostWaitMs: 100,
    beginWithinMs: 200,
    eventLoop: {
      stalledMsSince: () => stalledMs,
      leaveToOthers: () => undefined,
      takeBack: () => undefined,
      sampled: () => undefined,
      longestDelayMs(sinceMs, untilMs) {
        seen.windowsMs.push(untilMs - sinceMs);
        return loopDelayMs;
      },
    },
    headersOf: (check) => ({ of: String(check.target.id) }),
    horizonMs: 500,
    fallbackMs,
    observer: {
      claimed: () => undefined,
      claimFailed: () => undefined,
      announcementMissed: () => seen.announcementsMissed++,
      leasesLost: (count) => {
        seen.leasesLost += count;
      },
      begun: (latenessMs) => seen.latenessMs.push(latenessMs),
    },
    logger,
  });
  workers.push(worker);
  let lastId = 0;
  return {
    worker,
    seen,
    observe,
    capacity,
    /** While true, nothing can be claimed or recorded. */
    setAway(value: boolean) {
      away = value;
    },
    /** Puts checks on the schedule, due so many milliseconds from now. */
    schedule(count: number, inMs = 0, url = 'http://127.0.0.1:9/') {
      for (let index = 0; index < count; index++) {
        const scheduledAtMs = clock.atMonotonic(performance.now()) + inMs;
        due.push({
          target: { id: ++lastId, url, timeoutMs: 1_000, matchPattern: null, options },
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
    /** So many of those that are given back have passed to somebody else. */
    setLost(count: number) {
      lostBefore = count;
    },
    expectDueIn(ms: number) {
      nextDueAtMs = clock.atMonotonic(performance.now()) + ms;
    },
  };
}

interface Setting {
  readonly maxInFlight: number;
  readonly maxInFlightPerHost: number;
  readonly fallbackMs: number;
  readonly fetch: (url: string) => Promise<void>;
  readonly fetched: Partial<FetchResult>;
  readonly stalledMs: number;
  readonly loopDelayMs: number;
  readonly options: CheckOptions;
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

  it('counts a tick that its own timer found and nobody had announced', async () => {
    const { worker, seen, schedule } = setUp({ fallbackMs: 50 });
    worker.start();
    await eventually(() => expect(seen.limits).toHaveLength(1));
    schedule(1);
    await eventually(() => expect(seen.finished).toEqual([1]));
    expect(seen.announcementsMissed).toBe(1);
    worker.notified();
    schedule(1);
    await eventually(() => expect(seen.finished).toEqual([1, 2]));
    expect(seen.announcementsMissed).toBe(1);
  });

  it('counts no announcement as missed that it did not wait for: a claim had failed, or something had woken it', async () => {
    const { worker, seen, schedule, setAway } = setUp({ fallbackMs: 300 });
    setAway(true);
    worker.start();
    await eventually(() => expect(seen.limits).toHaveLength(1));
    schedule(1);
    setAway(false);
    await eventually(() => expect(seen.finished).toEqual([1]));
    schedule(1);
    worker.wake();
    await eventually(() => expect(seen.finished).toEqual([1, 2]));
    expect(seen.announcementsMissed).toBe(0);
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

  it('claims no more than its capacity has come down to, and goes on as soon as that rises', async () => {
    const { worker, seen, schedule, capacity } = setUp({ maxInFlight: 8 });
    capacity.limit = 2;
    schedule(2, 400);
    schedule(5);
    worker.start();
    await eventually(() => expect(worker.inFlight).toBe(2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.limits).toEqual([2]);
    capacity.limit = 8;
    capacity.onRaised();
    await eventually(() => expect(seen.finished).toHaveLength(7));
    expect(seen.limits[1]).toBe(6);
  });

  it('holds no more than its limit while the database is away, and has recorded all of it afterwards', async () => {
    const gate = Promise.withResolvers<void>();
    const { worker, seen, schedule, setAway } = setUp({ maxInFlight: 6, fallbackMs: 50, fetch: () => gate.promise });
    schedule(200);
    worker.start();
    await eventually(() => expect(seen.begun).toHaveLength(6));
    setAway(true);
    gate.resolve();
    let most = 0;
    const endsAt = performance.now() + 1_000;
    await eventually(() => {
      most = Math.max(most, worker.inFlight);
      return performance.now() > endsAt;
    });
    expect(most).toBe(6);
    expect(worker.inFlight).toBe(6);
    expect([seen.begun.length, seen.finished.length]).toEqual([6, 0]);
    setAway(false);
    await eventually(() => expect(seen.finished).toHaveLength(200), { timeoutMs: 10_000 });
    expect(seen.finished.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect(worker.inFlight).toBe(0);
  });

  it('says with its next claim why it left ticks lying: the database was away, or there was too much to do', async () => {
    const { worker, seen, schedule, setAway } = setUp({ maxInFlight: 4, fallbackMs: 50 });
    setAway(true);
    worker.start();
    await eventually(() => expect(seen.reasons).toHaveLength(2));
    setAway(false);
    const failed = seen.reasons.length;
    await eventually(() => expect(seen.reasons.length).toBeGreaterThan(failed + 1));
    expect(seen.reasons[0]).toBeNull();
    expect(seen.reasons.slice(1, failed + 1).every((reason) => reason === 'database_down')).toBe(true);
    expect(seen.reasons.at(-1)).toBeNull();
    seen.reasons.length = 0;
    schedule(9);
    worker.wake();
    await eventually(() => expect(seen.finished).toHaveLength(9));
    await eventually(() => expect(seen.reasons.at(-1)).toBeNull());
    // Two full claims of four, one that came back with one, and one after that.
    const first = seen.reasons.indexOf('overload');
    expect(seen.reasons.slice(first, first + 3)).toEqual(['overload', 'overload', null]);
  });

  it('says that the database was away though all that failed was recording: it had no room to claim', async () => {
    const { worker, seen, schedule, setAway } = setUp({
      maxInFlight: 2,
      fetch: () => {
        setAway(true);
        return Promise.resolve();
      },
    });
    schedule(2);
    worker.start();
    await eventually(() => expect(seen.begun).toHaveLength(2));
    const claims = seen.reasons.length;
    await new Promise((resolve) => setImmediate(resolve));
    await eventually(() => expect(worker.inFlight).toBe(2));
    setAway(false);
    await eventually(() => expect(seen.finished).toHaveLength(2));
    await eventually(() => expect(seen.reasons.length).toBeGreaterThan(claims));
    expect(seen.reasons[claims]).toBe('database_down');
  });

  it('lets a slow host take its share and no more; what waits in vain is reported as missed', async () => {
    const gate = Promise.withResolvers<void>();
    const slow = 'http://slow.test/';
    const { worker, seen, schedule } = setUp({
      maxInFlight: 20,
      maxInFlightPerHost: 2,
      fetch: (url) => (url === slow ? gate.promise : Promise.resolve()),
    });
    schedule(6, 0, slow);
    for (let host = 1; host <= 10; host++) schedule(1, 0, `http://quick-${host}.test/`);
    worker.start();
    await eventually(() => expect(seen.missed).toHaveLength(4));
    await eventually(() => expect(seen.finished).toHaveLength(14));
    expect(worker.inFlight).toBe(2);
    for (const { check, ...result } of seen.missed) {
      expect(check.target.url).toBe(slow);
      expect(result).toMatchObject({
        outcome: 'missed',
        error: { code: 'host_limit', detail: 'too many checks of slow.test:80 were under way' },
        startedAtMs: null,
        responseTimeUs: null,
      });
    }
    gate.resolve();
    await eventually(() => expect(seen.finished).toHaveLength(16));
    expect(worker.inFlight).toBe(0);
  });

  it('gives back what waits for its host when it is told to leave', async () => {
    const gate = Promise.withResolvers<void>();
    const { worker, seen, schedule } = setUp({ maxInFlightPerHost: 1, fetch: () => gate.promise });
    schedule(2);
    worker.start();
    await eventually(() => expect(seen.begun).toEqual([1]));
    expect(worker.inFlight).toBe(2);
    const drained = worker.drain(5_000);
    await eventually(() => expect(seen.released).toEqual([2]));
    gate.resolve();
    expect(await drained).toEqual({ released: 1, unreported: 0 });
    expect(seen.finished).toEqual([1]);
  });

  it('gives back what it could begin only when its lease is half over: the answer of the claim was late', async () => {
    const { worker, seen, schedule, hangClaims } = setUp();
    schedule(2);
    const answer = hangClaims();
    worker.start();
    await eventually(() => expect(seen.limits).toHaveLength(1));
    setTimeout(answer, 300);
    await eventually(() => expect(seen.released.sort()).toEqual([1, 2]));
    expect(seen.begun).toEqual([]);
  });

  it.each([
    [600, { outcome: 'missed', error: { code: 'worker_stalled' }, responseTimeUs: null }],
    [400, undefined],
  ])(
    'does not lay its own standing still for %i ms to the account of a target with a timeout of 1 s',
    async (stalledMs, expected) => {
      const error = { code: 'timeout_first_byte', detail: 'no answer within 1000 ms' } as const;
      const { worker, seen, schedule } = setUp({ fetched: { error }, stalledMs });
      schedule(1);
      worker.start();
      await eventually(() => expect(seen.finished).toEqual([1]));
      if (expected === undefined) expect(seen.missed).toEqual([]);
      else
        expect(seen.missed).toEqual([
          expect.objectContaining({ ...expected, error: expect.objectContaining(expected.error) }),
        ]);
    },
  );

  it('believes what it saw of a target although it stood still', async () => {
    const { worker, seen, schedule } = setUp({ stalledMs: 5_000 });
    schedule(1);
    worker.start();
    await eventually(() => expect(seen.finished).toEqual([1]));
    expect(seen.missed).toEqual([]);
  });

  it.each([
    ['too_slow', { down_above: '500ms' }, 'down'],
    ['slow', { degraded_above: '0.5s' }, 'degraded'],
  ] as const)(
    'does not find a target %s that was slower than allowed by less than the worker',
    async (code, expect_, outcome) => {
      const fetched = { responseTimeUs: 600_000 };
      const options = { expect: expect_ };
      const held = setUp({ fetched, options, loopDelayMs: 110 });
      held.schedule(1);
      held.worker.start();
      await eventually(() => expect(held.seen.results).toHaveLength(1));
      const detail = `the worker stood still for 110 ms, else it would have been ${code}`;
      expect(held.seen.results).toMatchObject([
        { outcome: 'missed', error: { code: 'worker_stalled', detail }, responseTimeUs: null, loopDelayUs: 110_000 },
      ]);

      const { worker, seen, schedule } = setUp({ fetched, options, loopDelayMs: 90 });
      schedule(1);
      worker.start();
      await eventually(() => expect(seen.results).toHaveLength(1));
      expect(seen.results).toMatchObject([{ outcome, error: { code }, responseTimeUs: 600_000, suspect: true }]);
    },
  );

  it('says with each result how long it was held up during the check, waiting for the resolver included', async () => {
    const phases = { ...noPhases, dnsWaitUs: 4_000 };
    const startedAtMonotonicMs = performance.now() - 1_000;
    const fetched = { startedAtMonotonicMs, responseTimeUs: 20_000, phases };
    const { worker, seen, schedule } = setUp({ fetched, loopDelayMs: 12.3456 });
    schedule(1);
    worker.start();
    await eventually(() => expect(seen.results).toHaveLength(1));
    expect(seen.results).toMatchObject([{ outcome: 'up', loopDelayUs: 12_346, suspect: true }]);
    expect(seen.windowsMs[0]).toBeCloseTo(24);
  });

  it.each(['dns_limit', 'secret_missing'] as const)(
    'reports what it could not carry out itself as missed: %s',
    async (code) => {
      const missed = { code, detail: 'not the fault of the target' };
      const { worker, seen, schedule } = setUp({ fetched: { missed }, stalledMs: 5_000 });
      schedule(1);
      worker.start();
      await eventually(() => expect(seen.results).toHaveLength(1));
      expect(seen.results).toMatchObject([{ outcome: 'missed', error: missed, startedAtMs: null, httpStatus: null }]);
      expect(seen.latenessMs).toEqual([]);
    },
  );

  it('hands each check its own headers', async () => {
    const { worker, seen, schedule } = setUp();
    schedule(2);
    worker.start();
    await eventually(() => expect(seen.headers).toEqual([{ of: '1' }, { of: '2' }]));
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

  it('counts what was not its own any more when it gave it back', async () => {
    const { worker, seen, schedule, setLost } = setUp();
    schedule(3, 5_000);
    setLost(2);
    worker.start();
    await eventually(() => expect(worker.inFlight).toBe(3));
    expect((await worker.drain(1_000)).unreported).toBe(0);
    expect(seen.leasesLost).toBe(2);
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
