import { expect, test } from '@jest/globals';
import { jsonExpectationOf } from './json-path-flag.ts';

test.each<[string, object]>([
  ['$.status == ok', { path: '$.status', equals: 'ok' }],
  ['$.status=="ok"', { path: '$.status', equals: 'ok' }],
  ['$.status == "1"', { path: '$.status', equals: '1' }],
  ['$.error == null', { path: '$.error', equals: null }],
  ['$.ready != false', { path: '$.ready', not_equals: false }],
  ['$.queue >= 10', { path: '$.queue', at_least: 10 }],
  ['$.queue<=1.5', { path: '$.queue', at_most: 1.5 }],
  ['$.queue > -1', { path: '$.queue', above: -1 }],
  ['$.queue < 1e3', { path: '$.queue', below: 1_000 }],
  ['$.name =~ ^[a-z]+ == x$', { path: '$.name', matches: '^[a-z]+ == x$' }],
  ['$.name !~ 7', { path: '$.name', not_matches: '7' }],
  ['$.a.b', { path: '$.a.b', exists: true }],
  [
    '$.items[?(@.price > 10 && @.name == "a")].id == 7',
    { path: '$.items[?(@.price > 10 && @.name == "a")].id', equals: 7 },
  ],
  [`$['a == b'] == 1`, { path: `$['a == b']`, equals: 1 }],
  [`$["a\\"] == b"]`, { path: `$["a\\"] == b"]`, exists: true }],
])('%s is %j', (given, expectation) => {
  expect(jsonExpectationOf(given)).toEqual(expectation);
});
