// Tables for people: no borders, columns as wide as what is in them, and never wider than the terminal.

import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import { paint } from './paint.ts';

export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
  /** Where space is short, the column may be cut to this width. */
  readonly shrinkTo?: number;
  /** Where space is still short, columns are left out, the highest number first. Without a number a column stays. */
  readonly dispensable?: number;
}

const gap = 2;
const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(gap),
};

/** The lines of a table, its head included. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const natural = columns.map((column, index) =>
    Math.max(displayWidth(column.head), ...rows.map((row) => displayWidth(row[index] ?? ''))),
  );
  const { shown, widths } = fit(columns, natural, width);
  const table = new Table({
    chars: noBorders,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    head: shown.map((index) => paint('dim', columns[index]?.head ?? '')),
    colWidths: shown.map((index) => widths[index] ?? null),
    colAligns: shown.map((index) => columns[index]?.align ?? 'left'),
  });
  for (const row of rows) table.push(shown.map((index) => row[index] ?? ''));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** How many cells of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (/\p{Mark}/u.test(character)) continue;
    const wide = /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}

function fit(columns: readonly Column[], natural: readonly number[], width: number) {
  let shown = columns.map((_, index) => index);
  const narrowest = (index: number) => Math.min(natural[index] ?? 0, columns[index]?.shrinkTo ?? Infinity);
  while (totalOf(shown.map(narrowest)) > width) {
    const dispensable = shown.filter((index) => columns[index]?.dispensable !== undefined);
    if (dispensable.length === 0) break;
    const worst = dispensable.reduce((a, b) =>
      (columns[a]?.dispensable ?? 0) >= (columns[b]?.dispensable ?? 0) ? a : b,
    );
    shown = shown.filter((index) => index !== worst);
  }
  const widths = [...natural];
  // Cells are taken from the widest column first, so that two long columns end up equally long.
  for (let excess = totalOf(shown.map((index) => widths[index] ?? 0)) - width; excess > 0; excess--) {
    const shrinkable = shown.filter((index) => (widths[index] ?? 0) > narrowest(index));
    if (shrinkable.length === 0) break;
    const widest = shrinkable.reduce((a, b) => ((widths[a] ?? 0) >= (widths[b] ?? 0) ? a : b));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return { shown, widths };
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, widths.length - 1);
}
