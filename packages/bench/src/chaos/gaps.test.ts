import { expect, it } from '@jest/globals';
import { longestGaps } from './gaps.ts';

it('the longest gap after a fault ends with the next check, even if the next fault comes first', () => {
  const faults = [
    { kind: 'worker_killed', beganAtMs: 1_000 },
    { kind: 'postgres_crashed', beganAtMs: 2_000 },
    { kind: 'worker_killed', beganAtMs: 4_000 },
  ] as const;
  const begun = [900, 1_100, 1_400, 1_900, 2_600, 3_510, 3_900, 4_600, 4_700];
  expect(longestGaps(faults, begun)).toEqual({ worker_killed: 700, postgres_crashed: 910 });
});

it('nothing is said of kinds that did not occur', () => {
  expect(longestGaps([], [1, 2, 3])).toEqual({});
});
