// Limits of the response time.

import { EverytickError, formatDuration, parseDurationMs } from '@everytick/core';
import type { Expectation } from './expectation.ts';

export function expectResponseTime(kind: 'down_above' | 'degraded_above', limit: string): Expectation {
  const limitMs = parseDurationMs(limit);
  if (limitMs === null) throw new EverytickError('target_invalid', `${kind} is no duration: ${JSON.stringify(limit)}`);
  const expected = `at most ${formatDuration(limitMs)}`;
  return {
    kind,
    expected,
    judge({ result: { responseTimeUs } }) {
      const seen = `${Math.round(responseTimeUs) / 1_000} ms`;
      if (responseTimeUs <= limitMs * 1_000) return { ok: true, seen };
      const code = kind === 'down_above' ? 'too_slow' : 'slow';
      return {
        ok: false,
        seen,
        code,
        detail: `expected a response within ${formatDuration(limitMs)}, it took ${seen}`,
      };
    },
  };
}
