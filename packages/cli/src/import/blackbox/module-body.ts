// What a module wants of the body.

import { optionChanged, optionLeftOut } from '../option-notes.ts';
import { celExpectations } from './cel.ts';
import { base2Bytes } from './durations.ts';
import type { ModuleReading } from './http-module.ts';

/** What a worker reads of a body, unless it is told otherwise. */
const usualBodyLimit = 1_048_576;

export function addBodyExpectations(reading: ModuleReading): void {
  const { http, draft } = reading;
  for (const pattern of http.get('fail_if_body_matches_regexp')?.items ?? []) {
    if (pattern.text !== undefined) draft.expectAlso('body', { not_matches: pattern.text });
  }
  for (const pattern of http.get('fail_if_body_not_matches_regexp')?.items ?? []) {
    if (pattern.text !== undefined) draft.expectAlso('body', { matches: pattern.text });
  }
  addCel(reading, 'fail_if_body_json_matches_cel', false);
  addCel(reading, 'fail_if_body_json_not_matches_cel', true);
  addSizeLimit(reading);
}

function addCel({ http, draft, report }: ModuleReading, key: string, wanted: boolean): void {
  const expression = http.get(key);
  if (expression?.text === undefined) return;
  const expectations = celExpectations(expression.text, wanted);
  if (expectations === null) {
    const why =
      'not looked at: of CEL, comparisons of one value with a literal can be carried over; the rest may be said with expect.json';
    optionLeftOut(report, expression, why);
    return;
  }
  for (const expectation of expectations) draft.expectAlso('json', expectation);
}

/** A longer body fails the probe. */
function addSizeLimit({ http, draft, report }: ModuleReading): void {
  const limit = http.get('body_size_limit');
  if (limit?.text === undefined) return;
  const max = base2Bytes(limit.text);
  if (max === null) optionLeftOut(report, limit, 'is no size');
  else if (max > 0) {
    draft.expect('body_size', { max });
    if (max > usualBodyLimit) {
      optionChanged(report, limit, 'workers read less of a body unless EVERYTICK_BODY_LIMIT_BYTES is as large');
    }
  }
}
