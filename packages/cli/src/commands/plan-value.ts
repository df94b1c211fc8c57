// Values of fields in one line of a diff: short, harmless to a terminal, and with what differs in sight.

import { stringify } from 'yaml';

const longest = 100;
/** What is shown before the first letter that differs. */
const leadingContext = 20;

export function shownValue(value: unknown): string {
  return shortened(inOneLine(value), 0);
}

/** The two sides of a change. */
export function shownChange(before: unknown, after: unknown): string {
  const [was, is] = [inOneLine(before), inOneLine(after)];
  if (was.length <= longest && is.length <= longest) return `${was} -> ${is}`;
  const from = firstDifference(was, is) - leadingContext;
  return `${shortened(was, from)} -> ${shortened(is, from)}`;
}

function shortened(line: string, from: number): string {
  if (line.length <= longest) return line;
  const start = Math.max(0, Math.min(from, line.length - longest));
  const end = start + longest;
  return `${start > 0 ? '…' : ''}${line.slice(start, end)}${end < line.length ? '…' : ''}`;
}

function firstDifference(a: string, b: string): number {
  let position = 0;
  while (position < a.length && a[position] === b[position]) position++;
  return position;
}

function inOneLine(value: unknown): string {
  if (value === undefined) return '(none)';
  const visible = /^\S(.*\S)?$/.test(String(value)) && !invisible.test(String(value));
  if (typeof value === 'string') return escaped(visible ? value : JSON.stringify(value));
  return escaped(stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim());
}

const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function escaped(line: string): string {
  return line.replaceAll(new RegExp(invisible, 'gu'), (letter) => {
    return `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
