// A condition of Gatus, taken apart, and what it means: everything is text, `==` and `!=` compare texts or whole numbers,
// the others compare numbers. https://github.com/TwiN/gatus#conditions

import { compilePattern } from '@everytick/worker/rules';
import { globPattern } from './glob.ts';
import { gatusNumber, goInteger } from './go-values.ts';

/** In the order in which Gatus looks for them. */
const operators = ['==', '!=', '<=', '>=', '>', '<'] as const;
export type Operator = (typeof operators)[number];

export interface Condition {
  readonly left: string;
  readonly operator: Operator;
  readonly right: string;
}

const mirrored: Readonly<Record<Operator, Operator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
};

/** With the placeholder on the left, where there is one; null for what is no condition. */
export function parseCondition(text: string): Condition | null {
  const operator = operators.find((each) => text.includes(` ${each} `));
  if (operator === undefined) return null;
  const [left = '', right = ''] = text.split(` ${operator} `).map((side) => side.trim());
  const swap = !isPlaceholder(left) && isPlaceholder(right);
  return swap ? { left: right, operator: mirrored[operator], right: left } : { left, operator, right };
}

const placeholders = [
  'STATUS',
  'RESPONSE_TIME',
  'IP',
  'BODY',
  'CONNECTED',
  'CERTIFICATE_EXPIRATION',
  'DOMAIN_EXPIRATION',
  'DNS_RCODE',
  'CONTEXT',
] as const;
export type PlaceholderName = (typeof placeholders)[number];

export interface Placeholder {
  readonly name: PlaceholderName;
  /** What follows `[BODY]` or `[CONTEXT]`, without a leading dot; empty for all of it. */
  readonly path: string;
  readonly call: 'len' | 'has' | null;
}

/** `[STATUS]`, `[BODY].user.name`, `len([BODY].data)`; null for what stands for itself. */
export function placeholderOf(side: string): Placeholder | null {
  const [, call, inner = side] = /^(len|has)\((.*)\)$/s.exec(side) ?? [];
  const [, name = '', rest = ''] = /^\[([A-Z_]+)\](.*)$/is.exec(inner.trim()) ?? [];
  const known = placeholders.find((each) => each === name.toUpperCase());
  if (known === undefined) return null;
  const withPath = known === 'BODY' || known === 'CONTEXT';
  if (rest !== '' && !(withPath && /^[.[]/.test(rest))) return null;
  return { name: known, path: rest.replace(/^\./, ''), call: call === 'len' || call === 'has' ? call : null };
}

function isPlaceholder(side: string): boolean {
  return placeholderOf(side) !== null;
}

/** What stands between the parentheses of `pat(...)` or `any(...)`; null where the side is none. */
export function argumentOf(side: string, name: 'pat' | 'any'): string | null {
  return side.startsWith(`${name}(`) && side.endsWith(')') ? side.slice(name.length + 1, -1) : null;
}

export function choicesOf(any: string): string[] {
  return any.split(',').map((choice) => choice.trim());
}

/** The verdict of Gatus where `left` is what the placeholder stands for. */
export function holds({ operator, right }: Condition, left: string): boolean {
  switch (operator) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return !isEqual(left, right);
    case '<':
      return gatusNumber(left) < gatusNumber(right);
    case '<=':
      return gatusNumber(left) <= gatusNumber(right);
    case '>':
      return gatusNumber(left) > gatusNumber(right);
    case '>=':
      return gatusNumber(left) >= gatusNumber(right);
  }
}

function isEqual(left: string, right: string): boolean {
  const glob = argumentOf(right, 'pat');
  if (glob !== null) {
    const pattern = globPattern(glob);
    return pattern !== null && compilePattern(pattern).match(left).matched;
  }
  const any = argumentOf(right, 'any');
  if (any !== null) return choicesOf(any).includes(left);
  const [a, b] = [goInteger(left), goInteger(right)];
  return a !== null && b !== null ? a === b : left === right;
}
