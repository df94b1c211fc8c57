// When the worker itself is the reason for what it saw: figures that are not to be trusted, and failures that say nothing
// about the target.

import { type CheckResult, type FetchResult, parseDurationMs } from '@everytick/core';

/**
 * Less than this is the ordinary life of a busy process (a round of the event loop with hundreds of sockets in it, a
 * collection of garbage), and about what can be told apart at all: whatever held the loop up for 20 ms or longer is seen as
 * more than 10 (event-loop-delay.ts).
 */
const NOTABLE_DELAY_MS = 10;
/** A share of the response time that nobody would take for a change of the target. */
const NOTABLE_SHARE = 0.05;
/** A worker that stood still for this share of a check's timeout cannot say that the target failed. */
const STALLED_SHARE = 0.5;

/**
 * Whether the worker was held up for so long while it measured that the response time may be its own doing: noticeably,
 * and by a good part of what was measured. 15 ms say nothing against a response time of a second, and everything
 * against one of 20 ms.
 */
export function isSuspect(loopDelayMs: number, responseTimeUs: number): boolean {
  return loopDelayMs > NOTABLE_DELAY_MS && loopDelayMs > (responseTimeUs / 1_000) * NOTABLE_SHARE;
}

/**
 * Whether what speaks against the target may be the worker's own doing: one that stood still reads answers too late. That
 * is so of a failed fetch, and of a response that was too slow by no more than the worker was. `stalledMs`: for how
 * long it stood still in all while the check ran.
 */
export function isOwnDoing(result: CheckResult, fetched: FetchResult, stalledMs: number): boolean {
  if (result.error === null) return false;
  if (fetched.error !== null) return stalledMs >= result.check.target.timeoutMs * STALLED_SHARE;
  const limitMs = limitThatWasBroken(result);
  const heldUpMs = Math.max(stalledMs, (result.loopDelayUs ?? 0) / 1_000);
  return limitMs !== null && heldUpMs > 0 && fetched.responseTimeUs / 1_000 - heldUpMs <= limitMs;
}

function limitThatWasBroken({ check, error }: CheckResult): number | null {
  const expect = check.target.options?.expect;
  const text = error?.code === 'too_slow' ? expect?.down_above : error?.code === 'slow' ? expect?.degraded_above : null;
  return text == null ? null : parseDurationMs(text);
}
