// Values in a JSON body. Where a path finds several, it is enough if one of them passes; `exists: false` wants that there is
// none. Nothing is converted: numbers compare with numbers alone, and `matches` looks at strings, and at numbers as text.

import type { JsonExpectation, JsonValue } from '@everytick/core';
import type { Expectation, Verdict } from './expectation.ts';
import { compileJsonPath } from './json-path.ts';
import type { JsonSteps } from './json-steps.ts';
import { compilePattern } from './pattern.ts';
import type { ResponseView } from './response-view.ts';
import { type ShownText, withCommas } from './shown-text.ts';

interface Test {
  /** What follows the path: `is "ok"`. */
  readonly wanted: string;
  /** Null where finding out would take too long. */
  passes(found: readonly unknown[], steps: JsonSteps): boolean | null;
}

export function expectJson(expectation: JsonExpectation): Expectation {
  const path = compileJsonPath(expectation.path);
  const { wanted, passes } = testOf(expectation);
  const expected = `${path.text} ${wanted}`;

  const judged = (response: ResponseView): { ok: boolean; seen: string } => {
    const { json, jsonSteps, shown, result, bodySize } = response;
    if ('broken' in json) {
      const part = result.bodyTruncated ? ` (${bodySize}, all that was read)` : '';
      return { ok: false, seen: `not JSON: ${shown.of(json.broken, 140)}${part}` };
    }
    const found = path.find(json.value, jsonSteps);
    const ok = found === null ? null : passes(found, jsonSteps);
    return found === null || ok === null
      ? { ok: false, seen: `a document (${bodySize}) that takes too long to look through` }
      : { ok, seen: shownValues(found, shown) };
  };

  return {
    kind: 'json',
    expected,
    judge(response): Verdict {
      const { ok, seen } = judged(response);
      if (ok) return { ok, seen };
      const { shown } = response;
      const detail = `expected that ${shown.of(expected, 100)}, got ${shown.of(seen, 80)}`;
      return { ok, seen, code: 'json_mismatch', detail };
    },
  };
}

function testOf(expectation: JsonExpectation): Test {
  if ('exists' in expectation) {
    const { exists } = expectation;
    return { wanted: exists ? 'exists' : 'does not exist', passes: (found) => found.length > 0 === exists };
  }
  if ('equals' in expectation)
    return some(`is ${written(expectation.equals)}`, (value) => value === expectation.equals);
  if ('not_equals' in expectation) {
    return some(`is not ${written(expectation.not_equals)}`, (value) => value !== expectation.not_equals);
  }
  if ('above' in expectation) return someNumber(`is above ${expectation.above}`, (value) => value > expectation.above);
  if ('at_least' in expectation) {
    return someNumber(`is at least ${expectation.at_least}`, (value) => value >= expectation.at_least);
  }
  if ('below' in expectation) return someNumber(`is below ${expectation.below}`, (value) => value < expectation.below);
  if ('at_most' in expectation) {
    return someNumber(`is at most ${expectation.at_most}`, (value) => value <= expectation.at_most);
  }
  return 'matches' in expectation ? someText(expectation.matches, true) : someText(expectation.not_matches, false);
}

function some(wanted: string, test: (value: unknown) => boolean): Test {
  return { wanted, passes: (found) => found.some(test) };
}

function someNumber(wanted: string, test: (value: number) => boolean): Test {
  return some(wanted, (value) => typeof value === 'number' && test(value));
}

/** Looking at many strings shares the steps of all expressions, as paths do. */
function someText(source: string, wantsMatch: boolean): Test {
  const pattern = compilePattern(source);
  return {
    wanted: `${wantsMatch ? 'matches' : 'does not match'} /${source}/`,
    passes(found, steps) {
      for (const value of found) {
        if (typeof value !== 'string' && typeof value !== 'number') continue;
        const text = String(value);
        // A path may find one long string any number of times.
        if (!steps.tryTake(stepsOfMatch + (text.length >> 3))) return null;
        const { matched, whole, cost } = pattern.match(text, costOfStep * steps.left);
        steps.tryTake(Math.ceil(cost / costOfStep));
        if (matched ? wantsMatch : whole && !wantsMatch) return true;
      }
      return false;
    },
  };
}

/** Calling the engine costs about as much as this many steps. */
const stepsOfMatch = 25;
/** What the engine counts, in steps: 11 ns to some 30. */
const costOfStep = 3;

function written(value: JsonValue): string {
  return JSON.stringify(value);
}

const mostShown = 3;

function shownValues(found: readonly unknown[], shown: ShownText): string {
  if (found.length === 0) return 'nothing';
  const values = found.slice(0, mostShown).map((value) => shownValue(value, shown));
  const more = found.length - values.length;
  return values.join(', ') + (more > 0 ? ` and ${withCommas(more)} more` : '');
}

function shownValue(value: unknown, shown: ShownText): string {
  if (typeof value === 'string') return `"${shown.of(value, 60)}"`;
  if (Array.isArray(value)) return `an array of ${withCommas(value.length)}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return shown.of(String(value), 60);
}
