// What can be expected of a body, a header and a JSON document: one test of each entry of a list.

import { z } from 'zod';
import type { HeaderExpectation, JsonExpectation, JsonValue, PatternExpectation } from '../../domain/check-options.ts';
import { alsoWritten, described, writtenAs } from '../described.ts';
import {
  kindOf,
  longestText,
  reject,
  shown,
  textProblem,
  truth,
  wrongType,
  wrongTypeSentence,
} from '../field-rules.ts';
import { exactlyOne, mapping } from '../mapping.ts';
import { pattern } from '../pattern-field.ts';
import { problemOfCompiler, type TargetRules } from '../target-rules.ts';
import { someText } from '../written-forms.ts';
import { tokenPattern } from './request-options.ts';

const testSynonyms = {
  match: 'matches',
  regex: 'matches',
  pattern: 'matches',
  contains: 'matches',
  not_match: 'not_matches',
  value: 'equals',
  equal: 'equals',
  eq: 'equals',
  ne: 'not_equals',
  gt: 'above',
  gte: 'at_least',
  lt: 'below',
  lte: 'at_most',
  min: 'at_least',
  max: 'at_most',
  header: 'name',
  expression: 'path',
};

const patternTests = (rules: TargetRules) => ({
  matches: described(pattern(rules), {
    description: 'A regular expression (RE2 syntax) that it has to match.',
  }).optional(),
  not_matches: described(pattern(rules), {
    description: 'A regular expression (RE2 syntax) that it must not match.',
  }).optional(),
});

/** With `name` or `path`, which say what is tested, and one test. */
const oneTest = { minProperties: 2, maxProperties: 2 };

export function bodyTest(rules: TargetRules) {
  const test = mapping(patternTests(rules), "a mapping such as {matches: 'Welcome'}", testSynonyms).transform(
    (given, context): PatternExpectation => exactlyOne(given, ['matches', 'not_matches'], context),
  );
  return alsoWritten(test, { minProperties: 1, maxProperties: 1 });
}

export function headerTest(rules: TargetRules) {
  const name = z.string(wrongType('the name of a header')).transform(headerNameOf);
  const value = z.string(wrongType('a text (in quotes, if it looks like something else)')).transform(headerValueOf);
  const test = mapping(
    {
      name: described(
        writtenAs(name, { type: 'string', pattern: "^\\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+\\s*$", maxLength: longestText }),
        { description: 'The name of the header.', allowed: 'the name of a header', examples: ['content-type'] },
      ),
      ...patternTests(rules),
      equals: described(writtenAs(value, { type: 'string', maxLength: longestText }), {
        description: 'What its value has to be.',
      }).optional(),
      present: described(onlyTrue('absent'), { description: 'The header has to be there.' }).optional(),
      absent: described(onlyTrue('present'), { description: 'The header must not be there.' }).optional(),
    },
    "a mapping such as {name: content-type, matches: 'json'}",
    testSynonyms,
  ).transform(
    ({ name, ...tests }, context): HeaderExpectation => ({
      name,
      ...exactlyOne(tests, ['matches', 'not_matches', 'equals', 'present', 'absent'], context),
    }),
  );
  return alsoWritten(test, oneTest);
}

export function jsonTest(rules: TargetRules) {
  const path = z
    .string(wrongType("a JSON path such as '$.status'"))
    .transform((given, context) => jsonPathOf(given, rules, context));
  const test = mapping(
    {
      path: described(writtenAs(path, someText(longestText)), {
        description:
          'Where to look, as JSONPath (RFC 9535). Of several values that it finds, one that passes is enough.',
        allowed: 'a JSONPath, with the leading `$` or without',
        examples: ['$.status', '$.services[*].healthy'],
      }),
      equals: described(jsonValue(), { description: 'What it has to be.' }).optional(),
      not_equals: described(jsonValue(), { description: 'What it must not be.' }).optional(),
      above: described(comparable(), { description: 'It has to be more than this.' }).optional(),
      at_least: described(comparable(), { description: 'It has to be this or more.' }).optional(),
      below: described(comparable(), { description: 'It has to be less than this.' }).optional(),
      at_most: described(comparable(), { description: 'It has to be this or less.' }).optional(),
      ...patternTests(rules),
      exists: described(truth(), {
        description: 'Whether there has to be anything (true) or nothing (false).',
      }).optional(),
    },
    "a mapping such as {path: '$.status', equals: ok}",
    testSynonyms,
  ).transform(
    ({ path, ...tests }, context): JsonExpectation => ({
      path,
      ...exactlyOne(
        tests,
        ['equals', 'not_equals', 'above', 'at_least', 'below', 'at_most', 'matches', 'not_matches', 'exists'],
        context,
      ),
    }),
  );
  return alsoWritten(test, oneTest);
}

function headerNameOf(given: string, context: z.RefinementCtx): string {
  const name = given.trim().toLowerCase();
  return tokenPattern.test(name) && name.length <= longestText
    ? name
    : reject(context, `'${shown(given)}' is no name of a header; it has to be one such as content-type`);
}

function headerValueOf(given: string, context: z.RefinementCtx): string {
  const problem = textProblem(given);
  return problem === null ? given.trim() : reject(context, problem);
}

function onlyTrue(opposite: string) {
  return z.literal(true, {
    error: ({ input }) => `is ${kindOf(input)}; it has to be true (the opposite is ${opposite}: true)`,
  });
}

function jsonPathOf(given: string, { compileJsonPath }: TargetRules, context: z.RefinementCtx): string {
  const path = given.trim();
  if (path === '') return reject(context, "is empty; it has to be a JSON path such as '$.status'");
  const problem = textProblem(path);
  if (problem !== null) return reject(context, problem);
  try {
    compileJsonPath?.(path);
    return path;
  } catch (error) {
    return reject(context, problemOfCompiler(error));
  }
}

const jsonValueAllowed = 'a text, a number, true, false or null';

function jsonValue() {
  const checked = z
    .custom<JsonValue>(() => true)
    .transform((given: unknown, context): JsonValue => {
      if (given === null || typeof given === 'boolean') return given;
      if (typeof given === 'number' && Number.isFinite(given)) return given;
      if (typeof given !== 'string') return reject(context, wrongTypeSentence(given, jsonValueAllowed));
      const problem = textProblem(given);
      return problem === null ? given : reject(context, problem);
    });
  return writtenAs(checked, { type: ['string', 'number', 'boolean', 'null'], maxLength: longestText });
}

const comparable = () => z.number(wrongType('a number to compare with'));
