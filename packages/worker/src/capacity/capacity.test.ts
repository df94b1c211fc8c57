import { type Logger, silentLogger } from '@everytick/core';
import { atEnd, eventually } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { Capacity } from './capacity.ts';

/** A capacity with windows of 10 ms, on an event loop and a database that the test describes. */
function setUp(max = 500) {
  const now = { eventLoopDelayMs: 0, slowestStatementMs: 0, failedStatements: 0 };
  const lines: unknown[] = [];
  let windows = 0;
  const logger: Logger = silentLogger();
  logger.info = ((fields: unknown) => lines.push(fields)) as Logger['info'];
  const capacity = new Capacity({
    max,
    eventLoop: { takeP99Ms: () => now.eventLoopDelayMs },
    database: {
      take() {
        windows++;
        return now;
      },
    },
    logger,
    windowMs: 10,
  });
  let raised = 0;
  capacity.onRaised = () => raised++;
  capacity.start();
  atEnd(() => Promise.resolve(capacity.stop()));
  const from = () => windows;
  return {
    capacity,
    now,
    lines,
    raised: () => raised,
    async windowsPass(count: number) {
      const until = from() + count;
      await eventually(() => windows >= until);
    },
  };
}

describe('the capacity of a worker', () => {
  it('falls to its floor while the event loop is late, and says so a few times, not at each step', async () => {
    const { capacity, now, lines } = setUp();
    now.eventLoopDelayMs = 250;
    await eventually(() => expect(capacity.limit).toBe(50));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({ limit: 245, max: 500, eventLoopDelayMs: 250 });
    expect(capacity.eventLoopDelayMs).toBe(250);
    expect(capacity.max).toBe(500);
    expect([100, 4, 1].map((count) => capacity.shareOf(count))).toEqual([10, 1, 1]);
  });

  it('comes back when it is wanted, tells the worker that there is room, and stays when it is not wanted', async () => {
    const { capacity, now, raised, windowsPass } = setUp();
    now.failedStatements = 2;
    await eventually(() => expect(capacity.limit).toBe(50));
    now.failedStatements = 0;
    await windowsPass(5);
    expect(capacity.limit).toBe(50);
    expect(raised()).toBe(0);
    capacity.starved = true;
    await eventually(() => expect(capacity.limit).toBe(500));
    expect(raised()).toBe(9);
  });

  it('was wanted though the worker has just got room again', async () => {
    const { capacity, now, windowsPass } = setUp();
    now.slowestStatementMs = 3_000;
    await eventually(() => expect(capacity.limit).toBe(50));
    now.slowestStatementMs = 0;
    await windowsPass(1);
    capacity.starved = true;
    capacity.starved = false;
    await eventually(() => expect(capacity.limit).toBe(100));
    await windowsPass(3);
    expect(capacity.limit).toBe(100);
  });
});
