import { expect, test } from '@jest/globals';
import { type Column, displayWidth, tableLines } from './table.ts';

const columns: Column[] = [
  { head: 'NAME', shrinkTo: 6 },
  { head: 'URL', shrinkTo: 8, dispensable: 1 },
  { head: 'TIME', align: 'right' },
];
const rows = [
  ['shop', 'https://shop.example/', '12 ms'],
  ['a long name indeed', 'https://b.example/', '3 ms'],
];

test('columns are as wide as what is in them, and lines have no trailing blanks', () => {
  expect(tableLines(columns, rows, 200)).toEqual([
    'NAME                URL                     TIME',
    'shop                https://shop.example/  12 ms',
    'a long name indeed  https://b.example/      3 ms',
  ]);
});

test.each([48, 47, 40, 30, 24, 23, 20, 13])('a table for %p cells is not wider', (width) => {
  for (const line of tableLines(columns, rows, width)) expect(displayWidth(line)).toBeLessThanOrEqual(width);
});

test('where space is short, long columns are cut before a dispensable one goes', () => {
  expect(tableLines(columns, rows, 30)[0]).toMatch(/^NAME +URL +TIME$/);
  expect(tableLines(columns, rows, 20)[0]).toMatch(/^NAME +TIME$/);
});

test('letters of East Asian scripts take two cells, styles none', () => {
  expect(displayWidth('監視')).toBe(4);
  expect(displayWidth('\u001b[31mdown\u001b[39m')).toBe(4);
});
