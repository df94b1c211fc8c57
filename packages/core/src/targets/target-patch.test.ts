import { describe, expect, test } from '@jest/globals';
import { changesOfPatch, mergePatch } from './target-patch.ts';

describe('a merge patch', () => {
  // RFC 7396, appendix A.
  test.each<[unknown, unknown, unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('of %j by %j gives %j', (document, patch, merged) => {
    expect(mergePatch(document, patch)).toEqual(merged);
  });

  test('sets no prototype', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__": {"a": 1}, "b": {"__proto__": {"a": 1}}}'));
    expect((merged as { a?: number; b: { a?: number } }).a).toBeUndefined();
    expect(Object.keys(merged as object)).toEqual(['__proto__', 'b']);
  });
});

test('a patch changes what it touches, and only that is looked into', () => {
  const document = { name: 'shop', url: 'no URL', expect: { status: ['200'], down_above: '2s' } };
  const rules = { compilePattern: () => undefined };
  expect(changesOfPatch(document, { expect: { down_above: null }, group: null, every: '5s' }, rules)).toEqual({
    intervalS: 5,
    group: null,
    options: { expect: { status: ['200'] } },
  });
  expect(() => changesOfPatch(document, { expect: { degraded_above: '3s' } }, rules)).toThrow(
    'expect.degraded_above: 3s has to be less than down_above, which is 2s',
  );
  expect(() => changesOfPatch(document, { eyery: '5s' }, rules)).toThrow(
    "unknown field 'eyery'; did you mean 'every'?",
  );
});
