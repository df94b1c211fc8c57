// Waiting for state that announces itself by no event, such as a row in the database.

import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;

/**
 * Resolves with what `condition` returns, once it neither throws nor returns false. Rejects after `timeoutMs` with what it
 * last threw, so that a failed expectation reads as one.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 5_000 }: { timeoutMs?: number } = {},
): Promise<Exclude<T, false>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let obstacle: unknown;
    try {
      const value = await condition();
      if (value !== false) return value as Exclude<T, false>;
      obstacle = new Error(`Still false after ${timeoutMs} ms: ${condition}`);
    } catch (error) {
      obstacle = error;
    }
    if (performance.now() > deadline) throw obstacle;
    await delay(POLL_MS);
  }
}
