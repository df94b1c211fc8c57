// Judges what a fetch brought: up, or down for one reason.

import type { CheckErrorCode, Evaluation, FetchResult, Target } from '@everytick/core';
import { compilePattern, type Match } from './pattern.ts';

// A byte order mark would stand before what `^` is meant to find. Bytes that are not UTF-8 become U+FFFD.
const utf8 = new TextDecoder('utf-8');

/** Pure: the same result is always judged the same way. Throws only for a pattern that does not compile. */
export function evaluate(target: Target, result: FetchResult): Evaluation {
  if (result.error) return { outcome: 'down', matched: null, error: result.error };
  const { httpStatus, body } = result;
  const match = target.matchPattern === null || body === null ? null : matchBody(target.matchPattern, body);
  const matched = match?.matched ?? null;
  if (httpStatus === null || httpStatus < 200 || httpStatus > 299) {
    return down('status_unexpected', `expected 200-299, got ${httpStatus ?? 'none'}`, matched);
  }
  if (match?.matched === false) return down('body_mismatch', mismatch(target, result, match), matched);
  return { outcome: 'up', matched, error: null };
}

function matchBody(pattern: string, body: Buffer): Match {
  return compilePattern(pattern).match(utf8.decode(body));
}

function mismatch(target: Target, { body, bodyTruncated }: FetchResult, match: Match): string {
  const pattern = `/${shorten(target.matchPattern ?? '', 80)}/`;
  const bytes = (body?.length ?? 0).toLocaleString('en-US');
  if (!match.whole) {
    const characters = match.lookedAt.toLocaleString('en-US');
    return `the first ${characters} characters of the body, all that so costly a pattern may look at, do not match ${pattern}`;
  }
  return bodyTruncated
    ? `the first ${bytes} bytes of the body, all that was read of it, do not match ${pattern}`
    : `the body (${bytes} bytes) does not match ${pattern}`;
}

function down(code: CheckErrorCode, detail: string, matched: boolean | null): Evaluation {
  return { outcome: 'down', matched, error: { code, detail } };
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
