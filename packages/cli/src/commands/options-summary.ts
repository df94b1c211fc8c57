// The options of a target in few words.

import type { CheckOptions, Expectations } from '@everytick/core';
import { counted } from '../output/format.ts';

/** To be put before the URL and at the end of the sentence; empty where there is nothing to say. */
export function optionsSummary({ method, expect }: CheckOptions) {
  const count = expect === undefined ? 0 : expectationCount(expect);
  return {
    method: method === undefined ? '' : `${method} `,
    expectations: count === 0 ? '' : `, ${counted(count, 'expectation')}`,
  };
}

/** Lists count for each of their entries, except that of status codes. */
function expectationCount({ body = [], headers = [], json = [], ...others }: Expectations): number {
  return body.length + headers.length + json.length + Object.keys(others).length;
}
