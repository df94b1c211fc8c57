import { expect, it } from '@jest/globals';
import { RecentMap } from './recent-map.ts';

it('knows at least as many as its size, and never more than twice as many', () => {
  const map = new RecentMap<number, number>(10);
  for (let key = 0; key < 100; key++) {
    map.set(key, key * 2);
    for (let recent = Math.max(0, key - 9); recent <= key; recent++) expect(map.get(recent)).toBe(recent * 2);
  }
  const known = Array.from({ length: 100 }, (_, key) => map.get(key)).filter((value) => value !== undefined);
  expect(known.length).toBeLessThanOrEqual(20);
});

it('keeps what is asked for again and again', () => {
  const map = new RecentMap<string, number>(10);
  map.set('kept', 1);
  for (let other = 0; other < 100; other++) {
    map.set(`other ${other}`, other);
    expect(map.get('kept')).toBe(1);
  }
});
