import type { SummaryResource } from '@everytick/core';
import { expect, test } from '@jest/globals';
import { laterBeginning, summaryLines } from './summary-lines.ts';

const summary: SummaryResource = {
  target_id: 1,
  target: 'fast',
  from: '2026-03-01T00:00:00.000Z',
  to: '2026-03-08T00:00:00.000Z',
  since: '2026-03-07T23:55:50.000Z',
  kept_since: null,
  location: null,
  ticks: { expected: 1_250, up: 1_230, degraded: 0, down: 10, missed: 4, skipped: 0, pending: 6 },
  uptime: 0.99193,
  coverage: 0.992,
  response_time_ms: { p50: 8.12, p90: 20, p95: 45.1, p99: 310.7, max: 1_204.9 },
};

test('the lines of a summary have every tick that was owed, those among them that nobody has recorded yet', () => {
  expect(summaryLines(summary)).toEqual([
    '99.19 % up, 99.2 % observed',
    '1,250 ticks: 1,230 up, 10 down, 4 missed, 6 pending',
    'response time: p50 8.1 ms, p90 20.0 ms, p95 45.1 ms, p99 311 ms, max 1.20 s',
  ]);
  const none = { up: 0, degraded: 0, down: 0, missed: 0, skipped: 0 };
  const waiting = { ...summary, ticks: { ...none, expected: 2, pending: 2 }, uptime: null, coverage: 0 };
  expect(summaryLines({ ...waiting, response_time_ms: null })).toEqual([
    'not observed, 0 % observed',
    '2 ticks: 2 pending',
  ]);
});

test('a target that is younger than the period has been checked since it was added, or since a later moment', () => {
  const endsNow = { endsNow: true };
  expect(laterBeginning(summary, '2026-03-07T23:55:49.100Z', endsNow)).toBe('it was added, 4m 10s ago');
  expect(laterBeginning(summary, '2026-03-07T23:55:49.100Z', { endsNow: false })).toBe('it was added');
  expect(laterBeginning(summary, '2026-01-01T00:00:00.000Z', endsNow)).toBe('2026-03-07 23:55:50 UTC, 4m 10s ago');
  for (const since of [null, '2026-02-28T00:00:00.000Z', summary.from]) {
    expect(laterBeginning({ ...summary, since }, '2026-02-28T00:00:00.000Z', endsNow)).toBeNull();
  }
});
