import { expect, it } from '@jest/globals';
import { InternedOptions } from './interned-options.ts';

const text = (number: number) => JSON.stringify({ method: 'HEAD', headers: { number: String(number) } });

it('gives the same object for the same text, and another one for another text', () => {
  const options = new InternedOptions();
  const first = options.of(text(1));
  expect(first).toEqual({ method: 'HEAD', headers: { number: '1' } });
  expect(options.of(text(1))).toBe(first);
  expect(options.of(text(2))).not.toBe(first);
});

it('forgets those that were asked for longest ago, when there are too many', () => {
  const options = new InternedOptions({ maxTexts: 3 });
  const [one, two, three] = [1, 2, 3].map((number) => options.of(text(number)));
  expect(options.of(text(1))).toBe(one);
  options.of(text(4));
  expect(options.size).toBe(3);
  expect(options.of(text(1))).toBe(one);
  expect(options.of(text(3))).toBe(three);
  expect(options.of(text(2))).toEqual(two);
  expect(options.of(text(2))).not.toBe(two);
});

it('keeps fewer of them where they are long, and hands out even one that is too long to be kept', () => {
  const options = new InternedOptions({ maxCharacters: 1_000 });
  const long = (number: number) => JSON.stringify({ body: String(number).repeat(400) });
  for (const number of [1, 2, 3, 4, 5]) options.of(long(number));
  expect(options.size).toBe(2);
  expect(options.of(JSON.stringify({ body: 'x'.repeat(2_000) }))).toEqual({ body: 'x'.repeat(2_000) });
  expect(options.size).toBe(0);
  expect(options.of(long(5))).toBe(options.of(long(5)));
});
