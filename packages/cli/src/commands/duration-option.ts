// A flag that says how far back to look.

import { EverytickError, parseDurationMs } from '@everytick/core';

/** A thousand years are enough, and what PostgreSQL can subtract. */
const LONGEST_MS = 1_000 * 366 * 86_400_000;

/** Milliseconds. Throws `usage` for what is no duration. */
export function durationOf(flag: string, given: string): number {
  const ms = parseDurationMs(given);
  if (ms === null || ms > LONGEST_MS) {
    throw new EverytickError('usage', `${flag} '${given}' is no duration; allowed are such as 90s, 15m, 1h, 7d`);
  }
  return ms;
}
