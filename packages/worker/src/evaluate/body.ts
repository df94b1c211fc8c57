// The text of the body, and its size.

import type { Expectations, PatternExpectation } from '@everytick/core';
import type { Expectation, Verdict } from './expectation.ts';
import { compilePattern, type Match, type Pattern } from './pattern.ts';
import type { ResponseView } from './response-view.ts';
import { withCommas } from './shown-text.ts';

export function expectBody(expectation: PatternExpectation): Expectation {
  return 'matches' in expectation ? expectMatch(expectation.matches) : expectNoMatch(expectation.not_matches);
}

export function expectMatch(source: string): Expectation {
  const pattern = compilePattern(source);
  return {
    kind: 'body',
    expected: `matches /${source}/`,
    judge(response) {
      const match = response.match(pattern, response.text);
      const seen = `${match.matched ? 'a match' : 'no match'} in ${lookedAt(match, response)}`;
      if (match.matched) return { ok: true, seen };
      return { ok: false, seen, code: 'body_mismatch', detail: mismatch(source, match, response) };
    },
  };
}

function expectNoMatch(source: string): Expectation {
  const pattern = compilePattern(source);
  return {
    kind: 'body',
    expected: `does not match /${source}/`,
    judge(response) {
      const match = response.match(pattern, response.text);
      if (!match.matched) {
        const seen = `no match in ${lookedAt(match, response)}`;
        if (match.whole) return { ok: true, seen };
        const what = `expected that the body does not match ${shownPattern(source, response)}`;
        const detail = `${what}, found ${seen}, all that so costly a pattern may look at`;
        return { ok: false, seen, code: 'body_mismatch', detail };
      }
      const seen = `${found(pattern, response)} in ${lookedAt(match, response)}`;
      const detail = `expected that the body does not match ${shownPattern(source, response)}, found ${seen}`;
      return { ok: false, seen, code: 'body_mismatch', detail };
    },
  };
}

function found(pattern: Pattern, { text, shown }: ResponseView): string {
  const span = pattern.locate(text);
  return span ? `"${shown.part(text, span.start, span.end, 80)}"` : 'a match';
}

function lookedAt(match: Match, response: ResponseView): string {
  return match.whole ? response.bodySize : `the first ${withCommas(match.lookedAt)} characters`;
}

function mismatch(source: string, match: Match, response: ResponseView): string {
  const pattern = shownPattern(source, response);
  const bytes = withCommas(response.bodyBytes);
  if (!match.whole) {
    const characters = withCommas(match.lookedAt);
    return `the first ${characters} characters of the body, all that so costly a pattern may look at, do not match ${pattern}`;
  }
  return response.result.bodyTruncated
    ? `the first ${bytes} bytes of the body, all that was read of it, do not match ${pattern}`
    : `the body (${bytes} bytes) does not match ${pattern}`;
}

function shownPattern(source: string, { shown }: ResponseView): string {
  return `/${shown.of(source, 80)}/`;
}

/** Of a body that was not read to its end only the least size is known: what that may satisfy holds. */
export function expectBodySize({
  min = 0,
  max = Number.POSITIVE_INFINITY,
}: NonNullable<Expectations['body_size']>): Expectation {
  const expected = sizes(min, max);
  return {
    kind: 'body_size',
    expected,
    judge({ bodyBytes, result: { bodyTruncated } }): Verdict {
      const least = bodyTruncated ? bodyBytes + 1 : bodyBytes;
      const seen = bodyTruncated ? `at least ${withCommas(least)} bytes` : `${withCommas(bodyBytes)} bytes`;
      if (least <= max && (least >= min || bodyTruncated)) return { ok: true, seen };
      return { ok: false, seen, code: 'body_size', detail: `expected a body of ${expected}, got ${seen}` };
    },
  };
}

function sizes(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return `at least ${withCommas(min)} bytes`;
  return min === 0 ? `at most ${withCommas(max)} bytes` : `${withCommas(min)} to ${withCommas(max)} bytes`;
}
