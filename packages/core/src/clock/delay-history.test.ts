import { expect, it } from '@jest/globals';
import { DelayHistory } from './delay-history.ts';

function history(size: number, delays: readonly (readonly [fromMs: number, toMs: number])[]): DelayHistory {
  const made = new DelayHistory(size);
  for (const [fromMs, toMs] of delays) made.add(fromMs, toMs);
  return made;
}

const delays = [
  [100, 130],
  [200, 210],
  [300, 400],
] as const;

it.each([
  ['the longest of several', 0, 1_000, 100],
  ['none that was over before', 130, 200, 0],
  ['none that began afterwards', 130, 300, 10],
  ['one that lies between others', 195, 215, 10],
  ['of one that had begun, the part from the beginning on', 390, 500, 10],
  ['of one that was not over, the part up to the end', 150, 305, 10],
  ['of one that was longer than the time itself, no more than that', 310, 312, 2],
])('finds %s', (_, sinceMs, untilMs, expected) => {
  expect(history(10, delays).longestMs(sinceMs, untilMs)).toBe(expected);
});

it('adds up those that are long enough, from a moment on', () => {
  expect(history(10, delays).sumMs(0, 30)).toBe(130);
  expect(history(10, delays).sumMs(350, 30)).toBe(50);
  expect(history(10, delays).sumMs(400, 0)).toBe(0);
});

it('remembers the latest, as many as it was made for', () => {
  const short = history(2, delays);
  expect(short.longestMs(0, 150)).toBe(0);
  expect(short.sumMs(0, 0)).toBe(110);
  expect(new DelayHistory(2).longestMs(0, 1_000)).toBe(0);
});
