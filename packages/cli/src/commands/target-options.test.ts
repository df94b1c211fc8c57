import { describe, expect, test } from '@jest/globals';
import { changesInputOf, type EditFlags } from './target-options.ts';

describe('what is to change in a target', () => {
  test('is what the flags say, and null for what is taken away', () => {
    const flags: EditFlags = { every: '5s', match: false, status: ['404'], unset: ['headers', 'http-version'] };
    expect(changesInputOf(flags)).toEqual({
      every: '5s',
      match: null,
      expect: { status: ['404'] },
      headers: null,
      http_version: null,
    });
    expect(changesInputOf({ unset: ['match', 'match'] })).toEqual({ match: null });
    expect(changesInputOf({})).toEqual({});
  });

  test.each<[EditFlags, string]>([
    [{ unset: ['header'] }, "--unset: unknown field 'header'; did you mean 'headers'?"],
    [{ unset: ['url'] }, "--unset: unknown field 'url'"],
    [{ unset: ['headers'], header: ['a: b'] }, '--unset headers cannot be given beside what is to be set of it'],
    [{ unset: ['match'], match: 'a' }, '--unset match cannot be given beside what is to be set of it'],
  ])('%j is refused', (flags, problem) => {
    expect(() => changesInputOf(flags)).toThrow(problem);
  });
});
