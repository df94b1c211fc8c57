// What a monitor wants of the response: status, keyword, the answer to a query.

import { mergedRanges, type Range, writtenRange } from '../status-ranges.ts';
import { jsonPathOf } from './jsonata-path.ts';
import type { MonitorReading } from './monitor.ts';

export function addExpectations(reading: MonitorReading): void {
  addStatus(reading);
  if (reading.monitor.type === 'keyword') addKeyword(reading);
  if (reading.monitor.type === 'json-query') addQuery(reading);
}

function addStatus({ monitor, draft }: MonitorReading): void {
  const text = monitor.text('accepted_statuscodes_json');
  if (text === undefined) return;
  let codes: unknown;
  try {
    codes = JSON.parse(text);
  } catch {
    codes = null;
  }
  if (!Array.isArray(codes) || codes.length === 0) {
    draft.hinder('accepted_statuscodes_json accepts no status, so that the monitor is always down');
    return;
  }
  const ranges = codes.flatMap((code: unknown) => {
    const range = statusRange(String(code));
    if (range === null) monitor.leftOut('accepted_statuscodes_json', `'${String(code)}' is no status or range of them`);
    return range === null ? [] : [range];
  });
  if (ranges.length === 0) {
    draft.hinder('accepted_statuscodes_json accepts no status, so that the monitor is always down');
    return;
  }
  const status = mergedRanges(ranges).map(writtenRange);
  if (status.join() !== '2xx') draft.expect('status', status);
}

function statusRange(code: string): Range | null {
  const [, first, last = first] = /^\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?\s*$/.exec(code) ?? [];
  if (first === undefined || Number(last) < 100 || Number(last) < Number(first)) return null;
  // There are no codes below 100.
  return { first: Math.max(100, Number(first)), last: Number(last) };
}

/** Plain text, anywhere in the body. */
function addKeyword({ monitor, draft }: MonitorReading): void {
  const keyword = monitor.text('keyword');
  const inverted = monitor.flag('invert_keyword');
  if (keyword === undefined) {
    if (inverted) draft.hinder('an empty keyword that must not be found: the monitor is always down');
    else monitor.leftOut('keyword', 'is empty, which every body contains');
    return;
  }
  if (/[{}[\],":\\/]|[^ -~]/.test(keyword)) {
    const why =
      'looked for in the body as it is sent; of JSON, Uptime Kuma takes the white space out and undoes escapes first';
    monitor.changed('keyword', why);
  }
  if (inverted) draft.expectAlso('body', { not_matches: quotedPattern(keyword) });
  else draft.set('match', quotedPattern(keyword));
}

/** A pattern in RE2 syntax that matches the text and nothing else. */
export function quotedPattern(text: string): string {
  return text
    .replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}

const comparisons: Readonly<Record<string, string>> = { '>': 'above', '>=': 'at_least', '<': 'below', '<=': 'at_most' };

function addQuery({ monitor, draft }: MonitorReading): void {
  const query = monitor.text('json_path') ?? '$';
  const operator = monitor.text('json_path_operator') ?? '==';
  const expected = monitor.text('expected_value') ?? '';
  const path = jsonPathOf(query);
  if (path === null) {
    const why =
      'the answer is not looked at: of JSONata, paths of names and positions can be carried over; see expect.json';
    monitor.leftOut('json_path', why);
    monitor.leftOut('expected_value', 'goes with json_path');
    return;
  }
  const test = testOf(operator, expected);
  if (test === null) {
    monitor.leftOut(
      'json_path_operator',
      `the answer is not looked at: '${operator}' cannot be carried over with '${expected}'`,
    );
    return;
  }
  draft.expectAlso('json', { path, ...test });
  monitor.changed('json_path', `${path} as JSONPath, which does not look into lists by itself`);
  if (operator === '!=' && 'not_equals' in test) {
    monitor.changed(
      'json_path_operator',
      'null, lists and objects are taken as different; for Uptime Kuma they are down',
    );
  } else if (operator === '!=' || operator === 'contains') {
    monitor.changed('json_path_operator', 'texts and numbers are looked at; true and false are down');
  }
  if (operator in comparisons) monitor.changed('json_path_operator', 'texts are not taken for numbers');
  if (expected === 'true' || expected === 'false')
    monitor.changed('expected_value', `the value ${expected}, not the text`);
}

/** Uptime Kuma compares texts: 5 and "5" are the same to it, and what is no text, number or truth is down. */
function testOf(operator: string, expected: string): Readonly<Record<string, unknown>> | null {
  const comparison = comparisons[operator];
  if (comparison !== undefined) {
    const number = Number(expected);
    return expected.trim() === '' || !Number.isFinite(number) ? null : { [comparison]: number };
  }
  if (operator === 'contains') return expected === '' ? null : { matches: quotedPattern(expected) };
  if (operator !== '==' && operator !== '!=') return null;
  const equal = operator === '==';
  if (expected === 'true' || expected === 'false') return { [equal ? 'equals' : 'not_equals']: expected === 'true' };
  // Patterns look at numbers as at texts.
  const likeNumber = expected.trim() !== '' && Number.isFinite(Number(expected));
  if (likeNumber || !equal) return { [equal ? 'matches' : 'not_matches']: `^${quotedPattern(expected)}$` };
  return { equals: expected };
}
