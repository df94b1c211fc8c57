import { describe, expect, test } from '@jest/globals';
import { EverytickError } from '../domain/error.ts';
import { parseTargetSpec, type TargetSpecInput } from './target-spec.ts';

const rules = { compilePattern: (pattern: string) => new RegExp(pattern) };

function problemsOf(given: object): string {
  try {
    parseTargetSpec(given as TargetSpecInput, rules, { every: '--every' });
  } catch (error) {
    if (error instanceof EverytickError && error.code === 'target_invalid') return error.message;
    throw error;
  }
  return 'none';
}

describe('a target spec', () => {
  test('needs only a URL; the rest has defaults', () => {
    expect(parseTargetSpec({ url: 'https://Shop.example/cart/' }, rules)).toEqual({
      name: 'shop.example/cart',
      url: 'https://shop.example/cart/',
      group: null,
      labels: {},
      intervalS: 60,
      timeoutMs: 10_000,
      matchPattern: null,
      locations: ['default'],
      options: {},
    });
  });

  test('has a timeout of half its interval by default, and no more than 10 s', () => {
    expect(parseTargetSpec({ url: 'https://a.example', every: '3s' }, rules).timeoutMs).toBe(1_500);
  });

  test.each([
    [1, 1],
    ['90', 90],
    ['10s', 10],
    ['5m', 300],
    ['1h', 3_600],
    ['1d', 86_400],
    ['2000ms', 2],
  ])('takes the interval %p as %p seconds', (interval, seconds) => {
    expect(parseTargetSpec({ url: 'https://a.example', every: interval }, rules).intervalS).toBe(seconds);
  });

  test.each([0, '0s', '999ms', '86401', '2d', '1.5s', '-5', 'soon', '', '10 sec'])(
    'refuses the interval %p',
    (interval) => {
      expect(problemsOf({ url: 'https://a.example', every: interval })).toContain(`--every: '${interval}' is `);
    },
  );

  test.each(['50ms', '121s', 'never', '0'])('refuses the timeout %p', (timeout) => {
    expect(problemsOf({ url: 'https://a.example', every: '5m', timeout })).toContain(`timeout: '${timeout}' is `);
  });

  test('takes locations in the order in which they are given', () => {
    const locations = ['oslo', 'default', 'eu-central-1.a'];
    expect(parseTargetSpec({ url: 'https://a.example', locations }, rules).locations).toEqual(locations);
  });

  test.each([
    [[], 'locations: is an empty list; it has to be a list of locations such as [default, frankfurt]'],
    [['Oslo'], "locations: 'Oslo' is no name of a location; allowed are at most 63 small letters"],
    [['-oslo'], "locations: '-oslo' is no name of a location"],
    [['oslo', 'default', 'oslo'], "locations: 'oslo' is given more than once"],
    ['oslo', 'locations: is the string oslo; it has to be a list of locations'],
    [[7], 'locations.0: is the number 7; it has to be the name of a location'],
  ])('refuses the locations %p', (locations, problem) => {
    expect(problemsOf({ url: 'https://a.example', locations })).toContain(problem);
  });

  test('refuses a timeout longer than the interval', () => {
    expect(problemsOf({ url: 'https://a.example', every: '5s', timeout: '6s' })).toBe(
      'timeout: 6s is too long for an interval of 5s; at most 4800ms is allowed, for a check has to be over and reported before the next one begins',
    );
  });

  test('says what may have been meant by a URL without a scheme', () => {
    expect(problemsOf({ url: 'shop.example/cart' })).toBe(
      "url: 'shop.example/cart' is no http or https URL; did you mean 'https://shop.example/cart'?",
    );
  });

  test.each(['ftp://a.example/', 'https://', 'http://exa mple/', 'javascript:alert(1)', ''])(
    'refuses the URL %p',
    (url) => {
      expect(problemsOf({ url })).toMatch(/^url: '.*' is no (valid|http or https) URL; /);
    },
  );

  test.each([
    'ftp://me:hunter2@a.example/',
    'https://me:hunter2@',
    'me:hunter2@a.example',
    'http://me:hunter2@exa mple/?k=hunter2',
  ])('never repeats the password in %p', (url) => {
    expect(problemsOf({ url })).not.toContain('hunter2');
  });

  test('refuses a pattern that does not compile, with the reason', () => {
    expect(problemsOf({ url: 'https://a.example', match: '(' })).toMatch(/^match: .*Unterminated group/);
  });

  test('does not take a failure of the compiler for a mistake of the user', () => {
    const broken = () => {
      throw new TypeError('x is not a function');
    };
    const given = { url: 'https://a.example', expect: { json: [{ path: '$.a', exists: true }] } };
    expect(() => parseTargetSpec({ url: 'https://a.example', match: 'a' }, { compilePattern: broken })).toThrow(
      TypeError,
    );
    expect(() => parseTargetSpec(given, { ...rules, compileJsonPath: broken })).toThrow(TypeError);
  });

  test.each([{ name: 'a\ud800' }, { group: '\udc00' }, { url: 'https://a.example/\ud83d' }, { match: '\ud800' }])(
    'refuses half a character: %j',
    (given) => {
      expect(problemsOf({ url: 'https://a.example', ...given })).toContain('contains NUL or half a character');
    },
  );

  test('tells all problems at once', () => {
    const problems = problemsOf({ name: ' ', url: 'x', every: 0, timeout: 'y', match: '' }).split('\n');
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(['name', 'url', '--every', 'timeout', 'match']);
  });
});
