// What counts as up. All of it has to hold.

import { z } from 'zod';
import type {
  Expectations,
  HeaderExpectation,
  JsonExpectation,
  JsonValue,
  PatternExpectation,
} from '../../domain/check-options.ts';
import { formatDuration, parseDurationMs } from '../duration.ts';
import {
  choice,
  kindOf,
  listOf,
  longestText,
  reject,
  shown,
  textProblem,
  truth,
  wholeNumber,
  wrongType,
  wrongTypeSentence,
} from '../field-rules.ts';
import { exactlyOne, mapping, withoutEmpty } from '../mapping.ts';
import { pattern } from '../pattern-field.ts';
import type { TargetRules } from '../target-rules.ts';
import { tokenPattern } from './request-options.ts';
import { statusList } from './status-list.ts';
import { httpUrl } from './web-url.ts';

const expectExample = "a mapping such as {status: 200, body: [{matches: 'Welcome'}]}";
const bodyExample = "a list such as [{matches: 'Welcome'}, {not_matches: '(?i)error'}]";
const headersExample = "a list such as [{name: content-type, matches: 'json'}]";
const jsonExample = "a list such as [{path: '$.status', equals: ok}]";
const durationAllowed = 'a duration such as 500ms or 2s, in seconds where it has no unit';

const longestDays = 3650;

const expectSynonyms = {
  code: 'status',
  codes: 'status',
  status_code: 'status',
  statuses: 'status',
  url: 'final_url',
  match: 'body',
  matches: 'body',
  regex: 'body',
  header: 'headers',
  jsonpath: 'json',
  json_path: 'json',
  size: 'body_size',
  slow_above: 'degraded_above',
  max_response_time: 'down_above',
  response_time: 'down_above',
  cert_days: 'certificate_days',
  certificate: 'certificate_days',
  ssl: 'tls',
};
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

export function expectationsWith(rules: TargetRules) {
  const patterns = { matches: pattern(rules).optional(), not_matches: pattern(rules).optional() };
  const body = mapping(patterns, "a mapping such as {matches: 'Welcome'}", testSynonyms).transform(
    (given, context): PatternExpectation => exactlyOne(given, ['matches', 'not_matches'], context),
  );
  const header = mapping(
    {
      name: z.string(wrongType('the name of a header')).transform(headerNameOf),
      ...patterns,
      equals: z
        .string(wrongType('a text (in quotes, if it looks like something else)'))
        .transform(headerValueOf)
        .optional(),
      present: onlyTrue('absent').optional(),
      absent: onlyTrue('present').optional(),
    },
    "a mapping such as {name: content-type, matches: 'json'}",
    testSynonyms,
  ).transform(
    ({ name, ...tests }, context): HeaderExpectation => ({
      name,
      ...exactlyOne(tests, ['matches', 'not_matches', 'equals', 'present', 'absent'], context),
    }),
  );
  const json = mapping(
    {
      path: z
        .string(wrongType("a JSON path such as '$.status'"))
        .transform((path, context) => jsonPathOf(path, rules, context)),
      equals: jsonValue().optional(),
      not_equals: jsonValue().optional(),
      above: comparable().optional(),
      at_least: comparable().optional(),
      below: comparable().optional(),
      at_most: comparable().optional(),
      ...patterns,
      exists: truth().optional(),
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
  const bytes = () => wholeNumber(0, Number.MAX_SAFE_INTEGER, 'bytes').optional();
  const bodySize = mapping({ min: bytes(), max: bytes() }, 'a mapping such as {min: 1000, max: 500000}', {
    minimum: 'min',
    maximum: 'max',
    at_least: 'min',
    at_most: 'max',
  }).transform(({ min, max }, context) => {
    if (min !== undefined && max !== undefined && min > max) {
      return reject(context, `${min} is more than max, which is ${max}`, ['min']);
    }
    return withoutEmpty({ min: min || undefined, max });
  });
  return mapping(
    {
      status: statusList.optional(),
      final_url: httpUrl('an http or https URL such as https://www.example.org/').optional(),
      body: listOf(body, bodyExample).optional(),
      headers: listOf(header, headersExample).optional(),
      json: listOf(json, jsonExample).optional(),
      body_size: bodySize.optional(),
      degraded_above: responseTime().optional(),
      down_above: responseTime().optional(),
      certificate_days: wholeNumber(0, longestDays, 'days').optional(),
      tls: choice(['required', 'forbidden']).optional(),
    },
    expectExample,
    expectSynonyms,
  ).transform((given, context): Expectations | undefined => {
    const { degraded_above, down_above } = given;
    if (degraded_above !== undefined && down_above !== undefined && degraded_above >= down_above) {
      const why = `${formatDuration(degraded_above)} has to be less than down_above, which is ${formatDuration(down_above)}`;
      return reject(context, why, ['degraded_above']);
    }
    return withoutEmpty({
      ...given,
      degraded_above: degraded_above === undefined ? undefined : formatDuration(degraded_above),
      down_above: down_above === undefined ? undefined : formatDuration(down_above),
    });
  });
}

/** Milliseconds. */
function responseTime() {
  return z.union([z.string(), z.number()], wrongType(durationAllowed)).transform((given, context): number => {
    const ms = parseDurationMs(given);
    if (ms === null)
      return reject(context, `'${shown(String(given))}' is no duration; it has to be ${durationAllowed}`);
    return ms >= 1
      ? Math.round(ms * 1_000) / 1_000
      : reject(context, `'${given}' is too short; allowed is 1ms or more`);
  });
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
    return reject(context, error instanceof Error ? error.message : String(error));
  }
}

const jsonValueAllowed = 'a text, a number, true, false or null';

function jsonValue() {
  return z
    .custom<JsonValue>(() => true)
    .transform((given: unknown, context): JsonValue => {
      if (given === null || typeof given === 'boolean') return given;
      if (typeof given === 'number' && Number.isFinite(given)) return given;
      if (typeof given !== 'string') return reject(context, wrongTypeSentence(given, jsonValueAllowed));
      const problem = textProblem(given);
      return problem === null ? given : reject(context, problem);
    });
}

const comparable = () => z.number(wrongType('a number to compare with'));
