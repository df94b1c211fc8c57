import { expect, it } from '@jest/globals';
import { countStale, lateness, undisturbed } from './lateness.ts';

const row = (scheduledAtMs: number, lateMs: number | null, targetId = 1) => ({
  targetId,
  locationId: 1,
  scheduledAtMs,
  startedAtMs: lateMs === null ? null : scheduledAtMs + lateMs,
  responseTimeMs: lateMs === null ? null : 1,
  outcome: lateMs === null ? 'missed' : 'up',
  ticks: 1,
  errorCode: null,
  errorDetail: null,
});

it('tells percentiles of what was carried out, and nothing of what was not', () => {
  expect(lateness([row(0, 3), row(5_000, 1), row(10_000, null), row(15_000, 2)])).toEqual({
    checks: 3,
    p50: 2,
    p99: 3,
    max: 3,
  });
  expect(lateness([row(0, null)])).toEqual({ checks: 0, p50: null, p99: null, max: null });
});

it('leaves out what was due while a fault was felt', () => {
  const fault = {
    kind: 'worker_killed',
    victim: 'worker-1',
    atMs: 0,
    lastsMs: 0,
    beganAtMs: 10_000,
    overAtMs: 12_000,
  } as const;
  const rows = [row(9_999, 1), row(10_000, 1), row(14_999, 1), row(15_001, 1)];
  expect(undisturbed(rows, [fault]).map(({ scheduledAtMs }) => scheduledAtMs)).toEqual([9_999, 15_001]);
});

it('counts checks that began when the next tick of the same target was due', () => {
  expect(countStale([row(0, 4_999), row(5_000, 5_000), row(10_000, 20_000), row(10_000, 0, 2)])).toBe(1);
});
