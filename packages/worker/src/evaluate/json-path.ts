// JSONPath (RFC 9535) in bounded time. Parsing and checking an expression is json-p3's; walking the document is done here.
//
// No engine that we know of can be told how much a query may cost, and short ones cost without bound: `$..*..*..*` finds the
// same values once for each way to reach them, `$..[?@ == $]` compares subtrees for each subtree. json-p3's own walk also
// fails on arrays of more than about 120,000 elements, copies the location of each value, and takes `$` in a filter within
// a filter for something else than the document. So the parsed expression becomes functions that pay a step for every value
// they touch, and all expressions of one check share a budget of steps.
//
// The worst of 23 hostile expressions on 12 documents of 1 MiB (Node 24, one shared core): 30 to 40 ms on one object of
// 120,000 members, 8 to 25 ms on all others. JSON.parse of the same documents takes 5 to 50 ms, 100 ms where there are
// 40,000 objects of different members.

import { EverytickError } from '@everytick/core';
import { JSONPathEnvironment, JSONPathError, type JSONPathQuery, jsonpath, Nothing, TokenKind } from 'json-p3';
import { costOfLargeMember, costOfMember, type JsonSteps, largeObject, stepsSpent } from './json-steps.ts';
import { withCommas } from './shown-text.ts';

export interface JsonPath {
  /** As it was written, with the leading `$`. */
  readonly text: string;
  /** The values it finds, in the order of the document; null where the steps did not suffice. */
  find(document: unknown, steps: JsonSteps): readonly unknown[] | null;
}

const longestPath = 1_000;

/**
 * Compiles a JSONPath expression; the leading `$` may be absent (`status.ok`, `[0].name`). Left out of RFC 9535 are the
 * functions `match` and `search`. Throws `target_invalid`, with a sentence for the one who wrote it.
 */
export function compileJsonPath(path: string): JsonPath {
  const text = withRoot(path.trim());
  if (text.length > longestPath) {
    throw invalid(path, `it is longer than ${withCommas(longestPath)} characters`);
  }
  const walk = walkOf(parse(path, text), path);
  return {
    text,
    find(document, steps) {
      try {
        return walk([document], { root: document, steps });
      } catch (error) {
        if (error === stepsSpent) return null;
        throw error;
      }
    },
  };
}

function withRoot(path: string): string {
  if (path.startsWith('$')) return path;
  return /^[.[]/.test(path) ? `$${path}` : `$.${path}`;
}

const environment = new JSONPathEnvironment();

function parse(path: string, text: string): JSONPathQuery {
  try {
    return environment.compile(text);
  } catch (error) {
    if (!(error instanceof JSONPathError)) throw error;
    throw new EverytickError('target_invalid', sentence(path, `it is no JSONPath (RFC 9535): ${error.message}`), {
      cause: error,
    });
  }
}

function invalid(path: string, reason: string): EverytickError {
  return new EverytickError('target_invalid', sentence(path, reason));
}

function sentence(path: string, reason: string): string {
  return `the JSON path "${path.length <= 80 ? path : `${path.slice(0, 79)}…`}" cannot be used: ${reason}`;
}

const { selectors: kinds, expressions } = jsonpath;

interface Context {
  readonly root: unknown;
  readonly steps: JsonSteps;
}

type Walk = (from: readonly unknown[], context: Context) => unknown[];
type Select = (value: unknown, found: unknown[], context: Context) => void;
type Test = (value: unknown, context: Context) => boolean;
/** A value of the document, a literal, or `Nothing`. */
type Operand = (value: unknown, context: Context) => unknown;

function walkOf(query: JSONPathQuery, path: string): Walk {
  const segments = query.segments.map((segment) => {
    const select = inTurn(segment.selectors.map((selector) => selectOf(selector, path)));
    return segment.token.kind === TokenKind.DDOT ? inDescendants(select) : select;
  });
  return (from, context) => {
    let values = [...from];
    for (const select of segments) {
      const found: unknown[] = [];
      context.steps.take(1 + values.length);
      for (const value of values) select(value, found, context);
      values = found;
    }
    return values;
  };
}

function inTurn(selects: readonly Select[]): Select {
  const [only] = selects;
  if (only && selects.length === 1) return only;
  return (value, found, context) => {
    context.steps.take(selects.length);
    for (const select of selects) select(value, found, context);
  };
}

/** For the value itself and all that is below it, parents first. A document may be nested deeper than the stack allows. */
function inDescendants(select: Select): Select {
  return (value, found, context) => {
    const open = [value];
    while (open.length > 0) {
      const next = open.pop();
      select(next, found, context);
      const children = childrenOf(next, context);
      for (let i = children.length - 1; i >= 0; i -= 1) open.push(children[i]);
    }
  };
}

function selectOf(selector: jsonpath.JSONPathSelector, path: string): Select {
  if (selector instanceof kinds.NameSelector) return byName(selector.name);
  if (selector instanceof kinds.IndexSelector) return byIndex(selector.index);
  if (selector instanceof kinds.SliceSelector) return bySlice(selector.start, selector.stop, selector.step);
  if (selector instanceof kinds.FilterSelector) return byFilter(testOf(selector.expression, path));
  if (selector instanceof kinds.WildcardSelector) {
    return (value, found, context) => {
      for (const child of childrenOf(value, context)) found.push(child);
    };
  }
  throw invalid(path, `${selector} is not supported`);
}

function byName(name: string): Select {
  return (value, found) => {
    if (isObject(value) && Object.hasOwn(value, name)) found.push(value[name]);
  };
}

function byIndex(index: number): Select {
  return (value, found) => {
    if (!Array.isArray(value)) return;
    const at = index < 0 ? value.length + index : index;
    if (at >= 0 && at < value.length) found.push(value[at]);
  };
}

/** RFC 9535, 2.3.4.2.2. */
function bySlice(start: number | undefined, stop: number | undefined, step = 1): Select {
  return (value, found, context) => {
    if (!Array.isArray(value) || step === 0) return;
    const { length } = value;
    const bound = (given: number, lowest: number, highest: number) =>
      Math.min(Math.max(given < 0 ? length + given : given, lowest), highest);
    if (step > 0) {
      const end = bound(stop ?? length, 0, length);
      for (let i = bound(start ?? 0, 0, length); i < end; i += step) {
        context.steps.take(1);
        found.push(value[i]);
      }
    } else {
      const end = stop === undefined ? -1 : bound(stop, -1, length - 1);
      for (let i = bound(start ?? length - 1, -1, length - 1); i > end; i += step) {
        context.steps.take(1);
        found.push(value[i]);
      }
    }
  };
}

function byFilter(test: Test): Select {
  return (value, found, context) => {
    for (const child of childrenOf(value, context)) if (test(child, context)) found.push(child);
  };
}

function testOf(expression: jsonpath.expressions.FilterExpression, path: string): Test {
  if (expression instanceof expressions.LogicalExpression) return testOf(expression.expression, path);
  if (expression instanceof expressions.PrefixExpression) {
    const test = testOf(expression.right, path);
    return (value, context) => !test(value, context);
  }
  if (expression instanceof expressions.FilterQuery) {
    const walk = queryOf(expression, path);
    return (value, context) => walk(value, context).length > 0;
  }
  if (expression instanceof expressions.InfixExpression) {
    if (!expression.logical) return comparisonOf(expression, path);
    const left = testOf(expression.left, path);
    const right = testOf(expression.right, path);
    return expression.operator === '&&'
      ? (value, context) => left(value, context) && right(value, context)
      : (value, context) => left(value, context) || right(value, context);
  }
  throw unsupported(expression, path);
}

function queryOf(
  query: jsonpath.expressions.FilterQuery,
  path: string,
): (value: unknown, context: Context) => unknown[] {
  const walk = walkOf(query.path, path);
  const fromRoot = query instanceof expressions.RootQuery;
  return (value, context) => walk([fromRoot ? context.root : value], context);
}

/** RFC 9535, 2.3.5.2.2. */
function comparisonOf({ left, operator, right }: jsonpath.expressions.InfixExpression, path: string): Test {
  const a = operandOf(left, path);
  const b = operandOf(right, path);
  const compare = comparisons[operator];
  if (!compare) throw invalid(path, `the operator ${operator} is not supported`);
  return (value, context) => compare(a(value, context), b(value, context), context.steps);
}

const comparisons: Readonly<Record<string, (a: unknown, b: unknown, steps: JsonSteps) => boolean>> = {
  '==': equal,
  '!=': (a, b, steps) => !equal(a, b, steps),
  '<': less,
  '>': (a, b, steps) => less(b, a, steps),
  '<=': (a, b, steps) => less(a, b, steps) || equal(a, b, steps),
  '>=': (a, b, steps) => less(b, a, steps) || equal(a, b, steps),
};

function operandOf(expression: jsonpath.expressions.FilterExpression, path: string): Operand {
  if (
    expression instanceof expressions.NumberLiteral ||
    expression instanceof expressions.StringLiteral ||
    expression instanceof expressions.BooleanLiteral
  ) {
    const { value } = expression;
    return () => value;
  }
  if (expression instanceof expressions.NullLiteral) return () => null;
  if (expression instanceof expressions.FilterQuery) return onlyValueOf(queryOf(expression, path));
  if (expression instanceof expressions.FunctionExtension) return functionOf(expression, path);
  throw unsupported(expression, path);
}

function onlyValueOf(query: (value: unknown, context: Context) => unknown[]): Operand {
  return (value, context) => {
    const found = query(value, context);
    return found.length === 1 ? found[0] : Nothing;
  };
}

function functionOf(call: jsonpath.expressions.FunctionExtension, path: string): Operand {
  const [argument] = call.args;
  if (argument && call.name === 'length') {
    const operand = operandOf(argument, path);
    return (value, context) => lengthOf(operand(value, context), context);
  }
  if (argument instanceof expressions.FilterQuery) {
    const query = queryOf(argument, path);
    if (call.name === 'value') return onlyValueOf(query);
    if (call.name === 'count') return (value, context) => query(value, context).length;
  }
  throw unsupported(call, path);
}

function unsupported(expression: jsonpath.expressions.FilterExpression, path: string): EverytickError {
  if (!(expression instanceof expressions.FunctionExtension)) return invalid(path, `${expression} is not supported`);
  return invalid(
    path,
    `the function ${expression.name}() is not supported` +
      (/^(match|search)$/.test(expression.name) ? '; test what the path finds with matches instead' : ''),
  );
}

/** In Unicode characters, elements or members; RFC 9535, 2.4.4. */
function lengthOf(value: unknown, context: Context): unknown {
  if (typeof value === 'string') {
    context.steps.take(value.length);
    let characters = 0;
    for (const _ of value) characters += 1;
    return characters;
  }
  return isObject(value) || Array.isArray(value) ? childrenOf(value, context).length : Nothing;
}

function less(a: unknown, b: unknown, steps: JsonSteps): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  payForStrings(a, b, steps);
  return a < b;
}

function equal(a: unknown, b: unknown, steps: JsonSteps): boolean {
  const open: [unknown, unknown][] = [[a, b]];
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [left, right] = pair;
    steps.take(2);
    if (typeof left === 'string' && typeof right === 'string') payForStrings(left, right, steps);
    if (left === right) continue;
    if (Array.isArray(left) && Array.isArray(right)) {
      if (left.length !== right.length) return false;
      steps.take(left.length);
      for (const [i, value] of left.entries()) open.push([value, right[i]]);
    } else if (isObject(left) && isObject(right)) {
      // Listing the names of a large object is dear, and it is not equal to a smaller one.
      if (steps.membersOf(left).length !== steps.membersOf(right).length) return false;
      const names = Object.keys(left);
      steps.take(names.length < largeObject ? costOfMember * names.length : costOfLargeMember * names.length);
      for (const name of names) {
        if (!Object.hasOwn(right, name)) return false;
        open.push([left[name], right[name]]);
      }
    } else {
      return false;
    }
  }
  return true;
}

// Long strings are compared at many bytes a nanosecond, but a filter may compare the same two over and over.
function payForStrings(a: string, b: string, steps: JsonSteps): void {
  steps.take(Math.min(a.length, b.length) >> 6);
}

const none: readonly unknown[] = [];

function childrenOf(value: unknown, { steps }: Context): readonly unknown[] {
  if (Array.isArray(value)) {
    steps.take(value.length);
    return value;
  }
  return isObject(value) ? steps.membersOf(value) : none;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
