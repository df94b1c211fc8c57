// Conditions on values in a JSON body. Gatus compares what stands there as a text, and fails to find what is null.
//
// `!=` holds as well where there is no such value, which no single test of Everytick says; a filter on the document does:
// `$[?$.state == 'down']` finds something only where the state is down, and `exists: false` wants the opposite.

import type { JsonExpectation } from '@everytick/core';
import { hasVariables } from '../variable.ts';
import { malformedGlob, slashNote, wholeText } from './body-condition.ts';
import { jsonPathOf, jsonText } from './body-path.ts';
import { argumentOf, type Condition, choicesOf, type Operator, placeholderOf } from './condition.ts';
import { type Carried, carried, notCarried } from './expectation-draft.ts';
import { globPattern } from './glob.ts';
import { goDurationMs, goInteger, isDecimal, numericLiteral } from './go-values.ts';
import { quoted } from './quoted.ts';

const notJson = 'a body that is not JSON is down as well; Gatus takes it as one in which the value is absent';
const truthNote = 'the value has to be true or false; Gatus takes the texts "true" and "false" as well';
const numberNote =
  'the value has to be a number; Gatus takes texts of digits as well, cuts off decimals, and takes what is absent as 0';
const lengthNote =
  'elements of an array, members of an object or characters of a text are counted; Gatus counts the bytes of texts and of objects written as JSON, and takes what is absent as 0';
const bigNote =
  'a number is compared as such; Gatus writes 1000000 and more as 1e+06 before it compares, so that this never held for a number';
const bothNote = 'both have to be of the same type; Gatus compares them as texts';
const globNote = `${slashNote}. Texts and numbers can match; Gatus looks at true, false, arrays and objects written as texts as well`;

export function jsonCondition(path: string, call: 'len' | 'has' | null, condition: Condition): Carried {
  const at = jsonPathOf(path);
  if (at === null) return notCarried('it is no path that Gatus would find anything by');
  if (call === 'has') return hasCondition(at, condition);
  if (call === 'len') return lengthCondition(at, condition);
  const { operator, right } = condition;
  const other = placeholderOf(right);
  if (other !== null) return twoValues(at, other.name === 'BODY' && other.call === null ? other.path : '', operator);
  if (operator !== '==' && operator !== '!=') return compared(at, operator, right);
  const glob = argumentOf(right, 'pat');
  if (glob !== null) return patternCondition(at, operator, glob);
  const any = argumentOf(right, 'any');
  return operator === '==' ? equal(at, right, any) : different(at, any === null ? [right] : choicesOf(any));
}

/** `has([BODY].x) == true`: it is there, and not null. */
function hasCondition(at: string, { operator, right }: Condition): Carried {
  const wanted = wantedTruth(operator, right);
  if (wanted === null) return notCarried('has() is either true or false, so that this always comes to the same');
  if (wanted) return carried({ json: [{ path: at, not_equals: null }] });
  return carried(
    { json: [{ path: at, exists: false }] },
    `null counts as there; for Gatus it is absent. And ${notJson}`,
  );
}

/** Null for a comparison that does not depend on the truth, or is none. */
export function wantedTruth(operator: Operator, right: string): boolean | null {
  if (right !== 'true' && right !== 'false') return null;
  if (operator === '==') return right === 'true';
  return operator === '!=' ? right === 'false' : null;
}

function lengthCondition(at: string, { operator, right }: Condition): Carried {
  const count = numericLiteral(right);
  if (count === null) return notCarried('a length can be compared with a number alone');
  if (operator === '!=')
    return carried({ json: [absent(`length(${at}) == ${count}`)] }, `${lengthNote}. And ${notJson}`);
  return carried({ json: [{ path: `$[?length(${at}) ${operator} ${count}]`, exists: true }] }, lengthNote);
}

function twoValues(at: string, otherPath: string, operator: Operator): Carried {
  const other = otherPath === '' ? null : jsonPathOf(otherPath);
  if (other === null) return notCarried('a value of the body can be compared with another one of the body alone');
  if (operator !== '==' && operator !== '!=') {
    return carried(
      { json: [{ path: `$[?${at} ${operator} ${other}]`, exists: true }] },
      `${bothNote}, or as numbers without decimals`,
    );
  }
  const same = `${at} && ${at} != null && ${at} == ${other}`;
  if (operator === '!=') return carried({ json: [absent(same)] }, `${bothNote}. And ${notJson}`);
  return carried({ json: [{ path: `$[?${same}]`, exists: true }] }, bothNote);
}

const comparisons = { '<': 'below', '<=': 'at_most', '>': 'above', '>=': 'at_least' } as const;

function compared(at: string, operator: keyof typeof comparisons, right: string): Carried {
  const integer = goInteger(right);
  const limit = integer === null && isDecimal(right) ? Number(right) : integer === null ? null : Number(integer);
  if (limit === null) {
    const ms = goDurationMs(right);
    return notCarried(
      ms === null
        ? `${right} is no number, so that Gatus takes it as 0`
        : 'values that are durations such as 5m cannot be compared; Everytick compares numbers in JSON',
    );
  }
  return carried({ json: [{ path: at, [comparisons[operator]]: limit } as unknown as JsonExpectation] }, numberNote);
}

function patternCondition(at: string, operator: '==' | '!=', glob: string): Carried {
  const pattern = globPattern(glob);
  if (pattern === null) return notCarried(malformedGlob);
  if (operator === '==') return carried({ json: [{ path: at, matches: pattern }] }, globNote);
  return carried(
    { json: [{ path: at, not_matches: pattern }] },
    `${globNote}. The value has to be there; Gatus takes one that is absent as different`,
  );
}

function equal(at: string, right: string, any: string | null): Carried {
  if (right === '[]' || right === '{}') {
    return carried(
      { json: [{ path: `$[?length(${at}) == 0]`, exists: true }] },
      'an empty array, object or text counts; Gatus tells them apart',
    );
  }
  const choices = any === null ? [right] : choicesOf(any);
  const problem = choices.map(uncomparable).find((each) => each !== null);
  if (problem !== undefined) return notCarried(problem);
  const [only = ''] = choices;
  if (choices.length === 1 && isTruth(only))
    return carried({ json: [{ path: at, equals: only === 'true' }] }, truthNote);
  if (choices.some(isTruth)) {
    const json = [{ path: `$[?${choices.map((each) => same(at, each)).join(' || ')}]`, exists: true }];
    return carried({ json });
  }
  if (choices.length === 1 && !isNumeric(only)) return carried({ json: [{ path: at, equals: only }] });
  // A number and the text of it are the same to Gatus: patterns look at both.
  const texts = any === null ? choices.map(wholeText) : choices.map(quoted);
  const pattern =
    texts.length === 1 && texts[0]?.includes('|') === false ? `^${texts[0]}$` : `^(?:${texts.join('|')})$`;
  return carried({ json: [{ path: at, matches: pattern }] }, choices.some(isBig) ? bigNote : undefined);
}

function different(at: string, choices: readonly string[]): Carried {
  const problem = choices.map(uncomparable).find((each) => each !== null);
  if (problem !== undefined) return notCarried(problem);
  if (choices.some(hasVariables)) return notCarried('a variable cannot stand in a JSONPath');
  return carried({ json: [absent(choices.map((each) => same(at, each)).join(' || '))] }, notJson);
}

function absent(test: string): JsonExpectation {
  return { path: `$[?${test}]`, exists: false };
}

/** As a test of a filter: the text, and the value that is written so. */
function same(at: string, literal: string): string {
  const text = `${at} == ${jsonText(literal)}`;
  if (isTruth(literal)) return `${at} == ${literal} || ${text}`;
  const integer = goInteger(literal);
  if (integer !== null) return `${at} == ${integer} || ${text}`;
  // Only what Go writes so is a number to Gatus: 1.50 is not.
  return isDecimal(literal) && String(Number(literal)) === literal ? `${at} == ${literal} || ${text}` : text;
}

function uncomparable(literal: string): string | null {
  if (literal === 'null')
    return 'Gatus takes null as absent, so that this does not depend on the response; has() is what asks for it';
  if (/^[[{]/.test(literal)) return 'whole arrays and objects cannot be compared; name the values in them';
  return null;
}

function isTruth(literal: string): boolean {
  return literal === 'true' || literal === 'false';
}

function isNumeric(literal: string): boolean {
  return goInteger(literal) !== null || isDecimal(literal) || hasVariables(literal);
}

function isBig(literal: string): boolean {
  return Math.abs(Number(literal)) >= 1_000_000;
}
