import { EverytickError } from '@everytick/core';
import { cpuMsOf } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { compilePattern } from './pattern.ts';

describe('compilePattern', () => {
  function reason(pattern: string): string {
    try {
      compilePattern(pattern);
    } catch (error) {
      expect(error).toBeInstanceOf(EverytickError);
      expect((error as EverytickError).code).toBe('target_invalid');
      return (error as EverytickError).message;
    }
    throw new Error(`${pattern} compiles`);
  }

  it.each(['(?=a)', '(?!a)', '(?<=a)b', 'x(?<!a)b'])('says that look-around is not supported (%s)', (pattern) => {
    expect(reason(pattern)).toMatch(/look-ahead and look-behind are not supported/);
  });

  it.each(['(a)\\1', '(?<n>a)\\k<n>', '(?P<n>a)(?P=n)'])(
    'says that back-references are not supported (%s)',
    (pattern) => {
      expect(reason(pattern)).toMatch(/back-references are not supported/);
    },
  );

  it.each(['(?>a)', 'a++'])('says that %s is not supported', (pattern) => {
    expect(reason(pattern)).toMatch(/atomic groups and possessive quantifiers are not supported/);
  });

  it.each([
    ['(', 'missing closing )'],
    ['[z-a]', 'invalid character class range'],
    ['a{2000}', 'invalid repeat count'],
    ['\\\\(?=', 'look-ahead'],
    ['[(?=](', 'missing closing )'],
  ])('says what is wrong with %s', (pattern, expected) => {
    expect(reason(pattern)).toContain(`does not compile: ${expected}`);
  });

  it('refuses a pattern that is far too large', () => {
    expect(reason('((a{0,10}b{0,10}){0,10}){0,10}')).toMatch(/too large/);
  });

  it('compiles a pattern once', () => {
    expect(compilePattern('a+b')).toBe(compilePattern('a+b'));
  });

  it('forgets the pattern that was not used for the longest', () => {
    const kept = compilePattern('kept');
    const forgotten = compilePattern('forgotten');
    for (let i = 0; i < 999; i += 1) {
      compilePattern(`p${i}`);
      compilePattern('kept');
    }
    expect(compilePattern('kept')).toBe(kept);
    expect(compilePattern('forgotten')).not.toBe(forgotten);
  });
});

describe('locating a match', () => {
  it('says where the first one is', () => {
    expect(compilePattern('b+').locate('aabbbab')).toEqual({ start: 2, end: 5 });
    expect(compilePattern('c').locate('aabbbab')).toBeNull();
  });

  it('gives up where it would take long', () => {
    const text = `${'ab'.repeat(500_000)}c`;
    expect(cpuMsOf(() => expect(compilePattern('[ab]*[cd]').locate(text)).toBeNull())).toBeLessThan(500);
  });
});
