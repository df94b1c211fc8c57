// The options of a target in few words.

import { isDeepStrictEqual } from 'node:util';
import { type CheckOptions, checkOptionNames, type Expectations } from '@everytick/core';
import { stringify } from 'yaml';
import { counted } from '../output/format.ts';

const longest = 120;

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

/** Each option that differs: `method GET -> POST`. */
export function changedOptions(before: CheckOptions, after: CheckOptions): string[] {
  return checkOptionNames
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((name) => `${name} ${written(before[name])} -> ${written(after[name])}`);
}

function written(value: unknown): string {
  if (value === undefined) return 'default';
  const flow = stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 })
    .trim()
    .replace(/\s+/g, ' ');
  return flow.length <= longest ? flow : `${flow.slice(0, longest - 1)}…`;
}
