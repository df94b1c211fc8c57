import { describe, expect, it } from '@jest/globals';
import { isSuspect } from './suspicion.ts';

describe('a response time is suspect', () => {
  it.each([
    [true, 'where the worker was held up for most of it', 30, 35],
    [true, 'where it was held up for more than a twentieth of it', 60, 1_000],
    [false, 'not where it was held up for less than that', 40, 1_000],
    [false, 'not where it was held up no longer than it often is', 9, 10],
    [false, 'not where it was not held up', 0, 0],
  ])('%s: %s', (suspect, _, loopDelayMs, responseTimeMs) => {
    expect(isSuspect(loopDelayMs, responseTimeMs * 1_000)).toBe(suspect);
  });
});
