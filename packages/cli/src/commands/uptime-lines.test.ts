import type { UptimeResource } from '@everytick/core';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatShare, uptimeLines } from './uptime-lines.ts';

const uptime: UptimeResource = {
  target_id: 1,
  target: 'fast',
  from: '2026-01-30T00:00:00.000Z',
  to: '2026-03-01T00:00:00.000Z',
  since: '2026-02-01T00:00:00.000Z',
  location: null,
  uptime: 0.999_52,
  coverage: 0.9999,
  duration_ms: { up: 2_500_000_000, degraded: 0, down: 1_200_000, unobserved: 250_000, skipped: 0 },
  ticks: { up: 83_333, degraded: 0, down: 40, missed: 8, skipped: 0 },
  response_time_ms: { mean: 91.4, p50: 84.1, p90: 121.3, p95: 140.6, p99: 312.2, max: 1_204.9 },
};

test('uptime is said with how much was observed, for how long it was so, and from when on there are data', () => {
  expect(uptimeLines(uptime)).toEqual([
    '99.95 % up, 99.99 % observed',
    '28d 22h up, 20m 0s down, 4m 10s unobserved; 83,381 ticks',
    'response time: mean 91.4 ms, p50 84.1 ms, p90 121 ms, p95 141 ms, p99 312 ms, max 1.20 s',
    'data begin at 2026-02-01 00:00:00 UTC',
  ]);
});

test('where nothing is known, nothing is said to be up', () => {
  const none = { up: 0, degraded: 0, down: 0, unobserved: 0, skipped: 0 };
  expect(uptimeLines({ ...uptime, duration_ms: none, uptime: null, coverage: null })).toEqual([
    'Nothing is known of this time.',
  ]);
  const unseen = {
    ...uptime,
    duration_ms: { ...none, unobserved: 60_000 },
    uptime: null,
    coverage: 0,
    response_time_ms: null,
  };
  expect(uptimeLines(unseen)[0]).toBe('not observed, 0 % observed');
  expect(formatShare(null)).toBe('-');
});

test('nothing but all of it is 100 %, and no share is rounded up', () => {
  expect(formatShare(1)).toBe('100 %');
  expect(formatShare(0.999_999)).toBe('99.9999 %');
  expect(formatShare(0.999_97)).toBe('99.997 %');
  expect(formatShare(0.5)).toBe('50 %');
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (share) => {
      const shown = Number(formatShare(share).replace(' %', ''));
      expect(shown).toBeLessThan(100);
      expect(shown).toBeLessThanOrEqual(share * 100 + 1e-6);
      expect(shown).toBeGreaterThan(share * 100 - 0.011);
    }),
  );
});
