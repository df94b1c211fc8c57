// `--json-path '$.queue_length < 100'`: a JSON path and one test of what it finds, as people would write it.

import type { JsonExpectation } from '@everytick/core';

const tests = {
  '==': 'equals',
  '!=': 'not_equals',
  '>=': 'at_least',
  '<=': 'at_most',
  '=~': 'matches',
  '!~': 'not_matches',
  '>': 'above',
  '<': 'below',
} as const;
type Operator = keyof typeof tests;
// Longer ones first: `>=` begins with `>`.
const operators = Object.keys(tests) as Operator[];

/** A path without a test: it has to find something. */
export function jsonExpectationOf(given: string): JsonExpectation {
  const found = findOperator(given);
  if (found === null) return { path: given.trim(), exists: true };
  const { operator, at } = found;
  const path = given.slice(0, at).trim();
  const value = given.slice(at + operator.length).trim();
  // What does not fit the test is told by the rules for targets.
  return { path, [tests[operator]]: /~$/.test(operator) ? value : writtenValue(value) } as unknown as JsonExpectation;
}

/** The first one outside brackets and quotes: filters (`[?@.price > 10]`) have operators of their own. */
function findOperator(given: string): { readonly operator: Operator; readonly at: number } | null {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < given.length; at++) {
    const character = given.charAt(at);
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if ('[('.includes(character)) depth++;
    else if ('])'.includes(character)) depth--;
    else if (depth === 0) {
      const operator = operators.find((each) => given.startsWith(each, at));
      if (operator !== undefined) return { operator, at };
    }
  }
  return null;
}

/** JSON where it is JSON, else the text as it stands: quotes are a nuisance in shells. */
function writtenValue(written: string): unknown {
  try {
    const value: unknown = JSON.parse(written);
    return value;
  } catch {
    return written;
  }
}
