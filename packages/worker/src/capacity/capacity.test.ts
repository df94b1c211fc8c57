import { type Logger, silentLogger } from '@everytick/core';
import { atEnd, eventually } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { Capacity } from './capacity.ts';

/** A capacity with windows of 10 ms, on an event loop and a database that the test describes. */
function setUp(max = 500) {
  const now = { eventLoopDelayMs: 0, slowestStatementMs: 0, failedStatements: 0 };
  const lines: unknown[] = [];
  const logger: Logger = silentLogger();
  logger.info = ((fields: unknown) => lines.push(fields)) as Logger['info'];
  const capacity = new Capacity({
    max,
    eventLoop: { takeP99Ms: () => now.eventLoopDelayMs },
    database: {
      take: () => now,
    },
    logger,
    windowMs: 10,
  });
  let raised = 0;
  capacity.onRaised = () => raised++;
  capacity.start();
  atEnd(() => Promise.resolve(capacity.stop()));
  return {
    capacity,
    now,
    lines,
    raised: () => raised,
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

  it('comes back once all is well, and tells the worker that there is room', async () => {
    const { capacity, now, raised } = setUp();
    now.failedStatements = 2;
    await eventually(() => expect(capacity.limit).toBe(50));
    expect(raised()).toBe(0);
    now.failedStatements = 0;
    await eventually(() => expect(capacity.limit).toBe(500));
    expect(raised()).toBe(9);
    expect(capacity.shareOf(100)).toBe(100);
  });
});
