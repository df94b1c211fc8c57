// What conditions become, one by one, until all of an endpoint's have been read.

import type { JsonExpectation, PatternExpectation } from '@everytick/core';

/** What one condition becomes. */
export type Carried =
  | {
      readonly kind: 'expect';
      readonly body?: PatternExpectation;
      readonly json?: readonly JsonExpectation[];
      readonly note?: string;
    }
  | { readonly kind: 'left out'; readonly why: string };

export const carried = (
  what: { readonly body?: PatternExpectation; readonly json?: readonly JsonExpectation[] },
  note?: string,
): Carried => ({
  kind: 'expect',
  ...what,
  ...(note === undefined ? {} : { note }),
});

export const notCarried = (why: string): Carried => ({ kind: 'left out', why });
