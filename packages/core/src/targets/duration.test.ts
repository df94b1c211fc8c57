import { expect, test } from '@jest/globals';
import { formatDuration, parseDurationMs } from './duration.ts';

test.each([
  [500, '500ms'],
  [1_000, '1s'],
  [90_000, '90s'],
  [60_000, '1m'],
  [300_000, '5m'],
  [5_400_000, '90m'],
  [3_600_000, '1h'],
  [86_400_000, '1d'],
])('%p ms is written %p and read back', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
  expect(parseDurationMs(text)).toBe(ms);
});

test.each(['', 's', '1w', '1 2', '-1s', '1e3', '0x10', '99999999999999999d'])('%p is no duration', (text) => {
  expect(parseDurationMs(text)).toBeNull();
});
