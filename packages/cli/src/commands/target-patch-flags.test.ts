import { mergePatch } from '@everytick/core';
import { describe, expect, test } from '@jest/globals';
import { type EditFlags, patchOf } from './target-patch-flags.ts';

const target = {
  name: 'shop',
  match: 'cart',
  labels: { team: 'web', 'tier.of': '1' },
  headers: { Accept: 'a/b', 'X-Key': { env: 'EVERYTICK_SECRET_A' } },
  auth: { basic: { username: 'me', password: { env: 'EVERYTICK_SECRET_B' } } },
  redirects: { follow: false },
  expect: { status: ['200'], body_size: { min: 1 }, body: [{ matches: 'x' }] },
};

const edited = (flags: EditFlags) => mergePatch(target, patchOf(flags));

describe('what is to change in a target', () => {
  test('is what the flags say and nothing else, and what is taken away is gone', () => {
    expect(patchOf({})).toEqual({});
    const flags: EditFlags = { every: '5s', match: false, status: ['404'], group: 'a', unset: ['http-version'] };
    const { match: _, ...others } = target;
    const changed = { every: '5s', group: 'a', expect: { ...target.expect, status: ['404'] } };
    expect(edited(flags)).toEqual({ ...others, ...changed });
    expect(edited({ unset: ['match', 'match'] })).toEqual(others);
  });

  test.each<[string, EditFlags, object]>([
    ['a label, beside others', { label: ['team=a'] }, { labels: { team: 'a', 'tier.of': '1' } }],
    ['a label that has a dot in its name', { unset: ['labels.tier.of'] }, { labels: { team: 'web' } }],
    ['all labels', { unset: ['labels'] }, { labels: undefined }],
    ['a header', { unset: ['headers.X-Key'] }, { headers: { Accept: 'a/b' } }],
    [
      'where a secret comes from',
      { header: ['X-Key: file:/run/a'] },
      { headers: { Accept: 'a/b', 'X-Key': { file: '/run/a' } } },
    ],
    ['the way to authenticate', { bearer: 'env:A' }, { auth: { bearer: { env: 'A' } } }],
    ['how many redirects are followed', { maxRedirects: '3' }, { redirects: { max: 3 } }],
    ['one of two limits', { maxBody: '9' }, { expect: { ...target.expect, body_size: { min: 1, max: 9 } } }],
    [
      'a list as a whole, and what is beside it',
      { bodyNotMatches: ['y'], unset: ['expect.body-size', 'expect.status'] },
      { expect: { body: [{ not_matches: 'y' }] } },
    ],
  ])('can be %s', (_, flags, changes) => {
    expect(edited(flags)).toEqual(JSON.parse(JSON.stringify({ ...target, ...changes })));
  });

  test.each<[EditFlags, string]>([
    [{ unset: ['header'] }, "--unset: unknown field 'header'; did you mean 'headers'?"],
    [{ unset: ['url'] }, "--unset: unknown field 'url'"],
    [{ unset: ['tls.min'] }, "--unset: unknown field 'tls.min'; "],
    [{ unset: ['headers'], header: ['a: b'] }, '--unset headers cannot be given beside what is to be set of it'],
    [{ unset: ['labels.a'], label: ['a=b'] }, '--unset labels.a cannot be given beside what is to be set of it'],
    [{ unset: ['match'], match: 'a' }, '--unset match cannot be given beside what is to be set of it'],
    [{ label: ['a=b', 'a=c'] }, "--label: 'a' is given more than once"],
  ])('%j is refused', (flags, problem) => {
    expect(() => patchOf(flags)).toThrow(problem);
  });
});
