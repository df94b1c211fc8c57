import { expect, it } from '@jest/globals';
import { Setbacks } from './setbacks.ts';

const MINUTE_MS = 60_000;

it('what fails again and again is left alone for longer and longer, an hour at most', () => {
  const setbacks = new Setbacks();
  let now = 1_000;
  const pauses: number[] = [];
  for (let failures = 0; failures < 9; failures++) {
    setbacks.failed('a day', now);
    pauses.push(setbacks.leftMs('a day', now) / MINUTE_MS);
    now += setbacks.leftMs('a day', now);
    expect(setbacks.leftMs('a day', now)).toBe(0);
    now += MINUTE_MS;
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

it('what failed holds up nothing else, and counts no more once it has succeeded', () => {
  const setbacks = new Setbacks();
  setbacks.failed('a day', 0);
  setbacks.failed('a day', 0);
  expect(setbacks.leftMs('another', 0)).toBe(0);
  setbacks.succeeded('a day');
  expect(setbacks.leftMs('a day', 0)).toBe(0);
  setbacks.failed('a day', 0);
  expect(setbacks.leftMs('a day', 0)).toBe(MINUTE_MS);
});
