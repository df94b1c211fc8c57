// The result of a check that was carried out, where the worker itself may be to blame for what it saw.

import type { CheckResult, ClaimedCheck, EventLoopDelay, FetchResult } from '@everytick/core';
import { missedForStall, resultOfFetch } from './check-result.ts';
import { isOwnDoing } from './suspicion.ts';

/** A failure is the target's only if it cannot be the worker's own. `startedAtMs`: by the database clock. */
export function judgedResult(
  check: ClaimedCheck,
  fetched: FetchResult,
  startedAtMs: number,
  eventLoop: Pick<EventLoopDelay, 'stalledMsSince' | 'longestDelayMs'>,
): CheckResult {
  const { startedAtMonotonicMs: sinceMs, responseTimeUs, phases } = fetched;
  // Waiting for the resolver is no part of the response time, and yet of the check.
  const tookMs = (responseTimeUs + (phases.dnsWaitUs ?? 0)) / 1_000;
  const untilMs = Math.min(performance.now(), sinceMs + tookMs);
  const circumstances = { startedAtMs, loopDelayMs: eventLoop.longestDelayMs(sinceMs, untilMs) };
  const result = resultOfFetch(check, fetched, circumstances);
  if (fetched.missed !== undefined || result.error === null) return result;
  const stalledMs = eventLoop.stalledMsSince(sinceMs);
  if (!isOwnDoing(result, fetched, stalledMs)) return result;
  return missedForStall(check, circumstances, Math.max(stalledMs, circumstances.loopDelayMs), result.error);
}
