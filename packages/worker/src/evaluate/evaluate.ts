// Judges what a fetch brought: up, degraded, or down, by all that its target expects.

import type { Assertion, Evaluation, FetchError, FetchResult, Target } from '@everytick/core';
import { expectationsOf } from './expectations.ts';
import { ResponseView } from './response-view.ts';

/**
 * Pure: the same result at the same moment (milliseconds since 1970) is always judged the same way. Throws `target_invalid`
 * for a target whose expectations do not compile, such as a pattern that is none.
 */
export function evaluate(target: Target, result: FetchResult, nowMs = Date.now()): Evaluation {
  // Nothing is asserted about half a response: that a body broke off says all, and that it does not match says nothing.
  const response = new ResponseView(result, nowMs);
  const { shown } = response;
  if (result.error) {
    const { code, detail } = result.error;
    return { outcome: 'down', matched: null, assertions: [], error: { code, detail: shown.of(detail) } };
  }

  const { all, pattern } = expectationsOf(target);
  const assertions: Assertion[] = [];
  let matched: boolean | null = null;
  let error: FetchError | null = null;
  let outcome: Evaluation['outcome'] = 'up';

  for (const expectation of all) {
    const verdict = expectation.judge(response);
    const { kind, expected } = expectation;
    assertions.push({ kind, expected: shown.of(expected), seen: shown.of(verdict.seen), ok: verdict.ok });
    if (expectation === pattern && result.body !== null) matched = verdict.ok;
    if (verdict.ok || error) continue;
    // The first one that fails is the reason. `degraded_above` is the last of all, so that it is the first only if all else holds.
    error = { code: verdict.code, detail: shown.of(verdict.detail) };
    outcome = kind === 'degraded_above' ? 'degraded' : 'down';
  }
  return { outcome, matched, assertions, error };
}
