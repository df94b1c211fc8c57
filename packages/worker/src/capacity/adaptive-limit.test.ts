import { describe, expect, it } from '@jest/globals';
import { AdaptiveLimit } from './adaptive-limit.ts';

const calm = { eventLoopDelayMs: 2, slowestStatementMs: 5, failedStatements: 0 };

describe('the adaptive limit', () => {
  it('begins at its bound, and stays there while all is well', () => {
    const limit = new AdaptiveLimit(500);
    limit.adapt(calm);
    limit.adapt({ eventLoopDelayMs: 100, slowestStatementMs: 1_000, failedStatements: 0 });
    expect(limit.current).toBe(500);
  });

  it.each([
    ['the event loop is late', { ...calm, eventLoopDelayMs: 101 }],
    ['the database is slow', { ...calm, slowestStatementMs: 1_001 }],
    ['the database fails', { ...calm, failedStatements: 1 }],
  ])('falls by three tenths each time %s, down to its floor', (_name, strain) => {
    const limit = new AdaptiveLimit(500);
    const seen = Array.from({ length: 9 }, () => {
      limit.adapt(strain);
      return limit.current;
    });
    expect(seen).toEqual([350, 245, 172, 120, 84, 59, 50, 50, 50]);
  });

  it('rises by a tenth of its bound with each calm second', () => {
    const limit = new AdaptiveLimit(500);
    for (let second = 0; second < 7; second++) limit.adapt({ ...calm, failedStatements: 1 });
    expect(limit.current).toBe(50);
    limit.adapt(calm);
    expect(limit.current).toBe(100);
    for (let second = 0; second < 20; second++) limit.adapt(calm);
    expect(limit.current).toBe(500);
  });

  it('has a floor that a small bound has room for', () => {
    for (const [max, floor] of [
      [1, 1],
      [8, 8],
      [40, 10],
      [10_000, 1_000],
    ] as const) {
      const limit = new AdaptiveLimit(max);
      for (let second = 0; second < 30; second++) limit.adapt({ ...calm, failedStatements: 1 });
      expect(limit.current).toBe(floor);
    }
  });
});
