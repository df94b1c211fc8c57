import { cpuMsOf } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ShownText } from './shown-text.ts';

describe('a text for people', () => {
  it.each([
    ['as it is', 'as it is'],
    ['Grüße, 日本 😀', 'Grüße, 日本 😀'],
    ['a\r\nb\tc\0d\x7f', 'a␍␊b␉c␀d␡'],
    ['\u0085\u200B\u202E\u2028\uFEFF', '\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD'],
    ['\uD83D', '\uFFFD'],
  ])('shows %j as %j', (text, shown) => {
    expect(new ShownText().of(text)).toBe(shown);
  });

  it('is cut, and not within a character', () => {
    const shown = new ShownText();
    expect(shown.of('x'.repeat(200))).toHaveLength(200);
    expect(shown.of('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`);
    expect(shown.of('😀😀😀', 4)).toBe('😀…');
  });

  it.each([
    [['hunter22'], 'password: hunter22!', 'password: ***!'],
    [['hunter22'], 'hunter22hunter22', '***'],
    [['abcd', 'cdef'], 'xabcdefx', 'x***x'],
    [['abcd'], 'abcabcd', 'abc***'],
    [['a b/c'], 'https://x.example/a%20b%2Fc', 'https://x.example/***'],
    [['say "x"'], '{"a":"say \\"x\\""}', '{"a":"***"}'],
    [['line\nline'], 'a line\nline b', 'a *** b'],
    [['abc'], 'abc', 'abc'],
    [['****'], '*****', '***'],
  ])('has none of the secrets %j: %j becomes %j', (secrets, text, shown) => {
    expect(new ShownText(secrets).of(text)).toBe(shown);
  });

  it('shows no beginning of a secret that it is cut at', () => {
    const shown = new ShownText(['topsecretvalue']);
    expect(shown.of(`${'x'.repeat(195)}topsecretvalue${'y'.repeat(100)}`)).toBe(`${'x'.repeat(195)}***y…`);
  });

  it('shows nothing of a part that a secret reaches into', () => {
    const shown = new ShownText(['topsecret', 'other']);
    const text = 'a topsecret b';
    expect(shown.part(text, 5, 9)).toBe('***');
    expect(shown.part(text, 0, 4)).toBe('***');
    expect(shown.part(text, 10, 13)).toBe('***');
    expect(shown.part(text, 2, 11)).toBe('***');
    expect(shown.part(text, 0, 2)).toBe('a ');
    expect(shown.part(text, 11, 13)).toBe(' b');
  });

  it('never has a secret, is never long, and has nothing that is invisible', () => {
    const letters = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '…', '\n', '␊', '"', '\\', '%', ' ', '😀'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(letters), fc.array(letters), fc.integer({ min: 3, max: 40 }), (secrets, parts, longest) => {
        const shown = new ShownText(secrets);
        const text = [...parts, ...secrets, ...parts].join('a');
        for (const made of [shown.of(text, longest), shown.part(text, 3, 20, longest)]) {
          expect(made.length).toBeLessThanOrEqual(longest);
          expect(made).not.toMatch(/\p{Cc}|\p{Cs}/u);
          expect(secrets.filter((secret) => secret.length >= 4 && made.includes(secret))).toEqual([]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('costs little to make of a large one', () => {
    const large = `${'a\u202E'.repeat(500_000)}`;
    const shown = new ShownText(['secret1', 'secret2']);
    expect(cpuMsOf(() => void shown.of(large))).toBeLessThan(100);
  });
});
