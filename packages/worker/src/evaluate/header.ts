// Headers of the last response. One name may have several values: it is enough if one of them passes, and `not_matches` wants
// that none matches.

import type { HeaderExpectation } from '@everytick/core';
import type { Expectation } from './expectation.ts';
import { compilePattern } from './pattern.ts';
import type { ResponseView } from './response-view.ts';

interface Test {
  /** What follows the name: `matches /x/`. */
  readonly wanted: string;
  passes(values: readonly string[], response: ResponseView): boolean;
}

export function expectHeader(expectation: HeaderExpectation): Expectation {
  const name = expectation.name.toLowerCase();
  const { wanted, passes } = testOf(expectation);
  const expected = `${name} ${wanted}`;
  return {
    kind: 'header',
    expected,
    judge(response) {
      const values = response.header(name);
      const seen = shownValues(name, values, response);
      if (passes(values, response)) return { ok: true, seen };
      const detail = `expected that the header ${response.shown.of(expected, 100)}, got ${response.shown.of(seen, 60)}`;
      return { ok: false, seen, code: 'header_mismatch', detail };
    },
  };
}

function testOf(expectation: HeaderExpectation): Test {
  if ('present' in expectation) return { wanted: 'is present', passes: (values) => values.length > 0 };
  if ('absent' in expectation) return { wanted: 'is absent', passes: (values) => values.length === 0 };
  if ('equals' in expectation) {
    const { equals } = expectation;
    return { wanted: `is "${equals}"`, passes: (values) => values.includes(equals) };
  }
  const wantsMatch = 'matches' in expectation;
  const source = wantsMatch ? expectation.matches : expectation.not_matches;
  const pattern = compilePattern(source);
  return {
    wanted: `${wantsMatch ? 'matches' : 'does not match'} /${source}/`,
    passes(values, response) {
      if (wantsMatch) return values.some((value) => response.match(pattern, value).matched);
      return values.every((value) => {
        const { matched, whole } = response.match(pattern, value);
        return whole && !matched;
      });
    },
  };
}

const mostShown = 5;

function shownValues(name: string, values: readonly string[], { shown, result }: ResponseView): string {
  if (values.length === 0) return 'no such header';
  const texts = values.slice(0, mostShown).map((value) => {
    // The session of a visitor, and a URL whose query may be as good as a password.
    if (name === 'set-cookie') return shown.of(value.replace(/=[^;]*/, '=***'), 80);
    if (name === 'location' && URL.canParse(value, result.finalUrl)) {
      return shown.url(new URL(value, result.finalUrl).href, 160);
    }
    return `"${shown.of(value, 160)}"`;
  });
  return texts.join(', ');
}
