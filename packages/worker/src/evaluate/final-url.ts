// Where redirects led to.

import { redactUrl } from '@everytick/core';
import type { Expectation } from './expectation.ts';

/** Compares normalised URLs. Fragments never reach a server; user and password are no part of a place. */
export function expectFinalUrl(url: string): Expectation {
  const expected = normalise(url);
  return {
    kind: 'final_url',
    expected: redactUrl(expected),
    judge({ result: { finalUrl }, shown }) {
      const actual = normalise(finalUrl);
      const same = redactUrl(actual) === redactUrl(expected);
      const seen = shown.url(actual, 140);
      if (actual === expected) return { ok: true, seen };
      // Values of a query are not shown, so that the two may look the same.
      const note = same ? ' (a part that is not shown differs)' : '';
      return {
        ok: false,
        seen: seen + note,
        code: 'final_url_unexpected',
        detail: `expected to end at ${shown.url(expected, 70)}, ended at ${shown.url(actual, 60)}${note}`,
      };
    },
  };
}

function normalise(given: string): string {
  if (!URL.canParse(given)) return given;
  const url = new URL(given);
  url.hash = '';
  url.username = '';
  url.password = '';
  return url.href;
}
