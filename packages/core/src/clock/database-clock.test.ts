import { describe, expect, it } from '@jest/globals';
import { DatabaseClock } from './database-clock.ts';

const NOON = Date.UTC(2026, 0, 1, 12);

function sample(sentAt: number, wayThereMs: number, inDatabaseMs: number, wayBackMs: number, offset = NOON) {
  const start = sentAt + wayThereMs;
  const end = start + inDatabaseMs;
  return {
    sentAtMonotonicMs: sentAt,
    databaseStartMs: offset + start,
    databaseEndMs: offset + end,
    receivedAtMonotonicMs: end + wayBackMs,
  };
}

describe('the database clock in another process', () => {
  it('shows the time of the database at any monotonic instant, however long the statement took', () => {
    const clock = new DatabaseClock();
    clock.observe(sample(1_000, 2, 500, 2));
    expect(clock.atMonotonic(5_000)).toBeCloseTo(NOON + 5_000, 6);
    expect(clock.toMonotonic(NOON + 5_000)).toBeCloseTo(5_000, 6);
    expect(clock.uncertaintyMs).toBeCloseTo(2, 6);
  });

  it('believes the quicker exchange', () => {
    const clock = new DatabaseClock();
    clock.observe(sample(1_000, 1, 0, 1));
    clock.observe(sample(2_000, 90, 0, 10));
    expect(clock.atMonotonic(3_000)).toBeCloseTo(NOON + 3_000, 6);
  });

  it('is off by half the difference of the ways at most', () => {
    const clock = new DatabaseClock();
    clock.observe(sample(1_000, 9, 0, 1));
    expect(Math.abs(clock.atMonotonic(3_000) - (NOON + 3_000))).toBeLessThanOrEqual(clock.uncertaintyMs);
  });

  it('follows the database when a new sample is half a minute younger, even a slower one', () => {
    const clock = new DatabaseClock();
    clock.observe(sample(1_000, 1, 0, 1));
    clock.observe(sample(40_000, 5, 0, 5, NOON + 3));
    expect(clock.atMonotonic(50_000)).toBeCloseTo(NOON + 3 + 50_000, 6);
  });

  it('follows at once when one of the clocks has jumped, whichever way and however slow the exchange', () => {
    const clock = new DatabaseClock();
    clock.observe(sample(1_000, 1, 0, 1));
    clock.observe(sample(2_000, 20, 0, 20, NOON + 600_000));
    expect(clock.atMonotonic(3_000)).toBeCloseTo(NOON + 600_000 + 3_000, 6);
    clock.observe(sample(4_000, 30, 0, 30, NOON));
    expect(clock.atMonotonic(5_000)).toBeCloseTo(NOON + 5_000, 6);
    // The monotonic clock itself, which a virtual machine may set back.
    clock.observe(sample(500, 40, 0, 40, NOON + 9_000));
    expect(clock.atMonotonic(600)).toBeCloseTo(NOON + 9_600, 6);
  });

  it('refuses to guess before the first exchange', () => {
    expect(() => new DatabaseClock().atMonotonic(1)).toThrow('has not been read');
  });
});
