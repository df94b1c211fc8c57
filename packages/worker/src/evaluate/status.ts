// The status code.

import { EverytickError } from '@everytick/core';
import type { Expectation } from './expectation.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}

/** `200`, `200-299`, `2xx`; any of them. */
export function expectStatus(ranges: readonly string[] = ['200-299']): Expectation {
  const parsed = ranges.map(parse);
  const expected = ranges.join(', ');
  return {
    kind: 'status',
    expected,
    judge({ result: { httpStatus }, shown }) {
      const seen = String(httpStatus ?? 'none');
      if (httpStatus !== null && parsed.some(({ from, to }) => httpStatus >= from && httpStatus <= to)) {
        return { ok: true, seen };
      }
      return { ok: false, seen, code: 'status_unexpected', detail: `expected ${shown.of(expected, 150)}, got ${seen}` };
    },
  };
}

function parse(range: string): Range {
  const [, one, to, hundreds] = /^(?:(\d{3})(?:-(\d{3}))?|([1-9])xx)$/i.exec(range.trim()) ?? [];
  if (hundreds) return { from: Number(hundreds) * 100, to: Number(hundreds) * 100 + 99 };
  if (one) return { from: Number(one), to: Number(to ?? one) };
  throw new EverytickError('target_invalid', `the status ${JSON.stringify(range)} is none of 200, 200-299 and 2xx`);
}
