// Waiting for no longer than one is willing to.

import { setTimeout as delay } from 'node:timers/promises';

/** The promise's value, or undefined if it has not settled in time. Leaves no timer behind. */
export async function withinDeadline<Value>(
  promise: Promise<Value> | undefined,
  timeoutMs: number,
): Promise<Value | undefined> {
  const cancel = new AbortController();
  try {
    return await Promise.race([promise, delay(timeoutMs, undefined, { signal: cancel.signal })]);
  } finally {
    cancel.abort();
  }
}
