// The fields of a target as users give them, each with its own rule. What fields have to do with each other is in
// target-spec.ts. Messages say what was given and what is allowed, and leave naming the field to the caller.

import { z } from 'zod';
import { locationNameAllowed, locationNamePattern } from '../domain/location-name.ts';
import { parseDurationMs } from './duration.ts';
import {
  longestList,
  reject,
  report,
  reportKey,
  shown,
  textProblem,
  wrongType,
  wrongTypeSentence,
} from './field-rules.ts';
import { pattern } from './pattern-field.ts';
import { defaultSecretExamples, type TargetRules } from './target-rules.ts';
import { targetUrlProblem } from './target-url.ts';

const intervalLimits = { shortestS: 1, longestS: 86_400 };
const timeoutLimits = { shortestMs: 100, longestMs: 120_000 };

const intervalAllowed = 'allowed are 1s to 1d, as seconds or with a unit (10s, 5m, 1h, 1d)';
const timeoutAllowed = 'allowed are 100ms to 120s, as seconds or with a unit (500ms, 5s, 1m)';
const locationsAllowed = 'a list of locations such as [default, frankfurt]';

export function targetFieldsWith(rules: TargetRules) {
  return {
    name: z.string(wrongType('a text (in quotes, if it looks like something else)')).transform(nameOf),
    url: z
      .string(wrongType('a text such as https://example.org/'))
      .transform((given, context) => urlOf(given, rules, context)),
    every: z.union([z.string(), z.number()], wrongType('such as 10s, 5m, 1h')).transform(intervalSecondsOf),
    timeout: z.union([z.string(), z.number()], wrongType('such as 500ms, 5s')).transform(timeoutMillisecondsOf),
    match: pattern(rules),
    locations: z
      .array(z.string(wrongType('the name of a location')), wrongType(locationsAllowed))
      .transform(locationsOf),
    group: z.string(wrongType('a text such as shop')).transform(nameOf),
    labels: z.custom<Record<string, string | number | boolean>>(() => true).transform(labelsOf),
  };
}

function nameOf(given: string, context: z.RefinementCtx): string {
  const name = given.trim();
  // Control characters would let a name write to other people's terminals.
  if (/\p{Cc}/u.test(name)) return reject(context, 'contains control characters; allowed is one line of text');
  if (name === '') return reject(context, 'is empty; allowed are 1 to 200 characters');
  if (name.length > 200) return reject(context, `has ${name.length} characters; allowed are 1 to 200`);
  return name;
}

function urlOf(given: string, rules: TargetRules, context: z.RefinementCtx): string {
  const problem = targetUrlProblem(given.trim());
  if (problem !== null) return reject(context, problem);
  const { href, password } = new URL(given.trim());
  if (password === '' || rules.literalSecrets === 'allowed') return href;
  const { basic } = rules.secretExamples ?? defaultSecretExamples;
  return reject(
    context,
    `has a password in it, which would be stored for everyone to read; leave it out and give ${basic}`,
  );
}

function intervalSecondsOf(given: string | number, context: z.RefinementCtx): number {
  const ms = parseDurationMs(given);
  if (ms === null) return reject(context, `'${given}' is no duration; ${intervalAllowed}`);
  const seconds = ms / 1_000;
  if (seconds < intervalLimits.shortestS) return reject(context, `'${given}' is too short; ${intervalAllowed}`);
  if (seconds > intervalLimits.longestS) return reject(context, `'${given}' is too long; ${intervalAllowed}`);
  if (!Number.isInteger(seconds)) return reject(context, `'${given}' is no whole number of seconds`);
  return seconds;
}

function timeoutMillisecondsOf(given: string | number, context: z.RefinementCtx): number {
  const ms = parseDurationMs(given);
  if (ms === null) return reject(context, `'${given}' is no duration; ${timeoutAllowed}`);
  if (ms < timeoutLimits.shortestMs) return reject(context, `'${given}' is too short; ${timeoutAllowed}`);
  if (ms > timeoutLimits.longestMs) return reject(context, `'${given}' is too long; ${timeoutAllowed}`);
  return Math.round(ms);
}

function locationsOf(given: readonly string[], context: z.RefinementCtx): readonly string[] {
  if (given.length === 0) return reject(context, `is an empty list; it has to be ${locationsAllowed}`);
  const wrong = given.find((name) => !locationNamePattern.test(name));
  if (wrong !== undefined) {
    return reject(context, `'${wrong}' is no name of a location; allowed are ${locationNameAllowed}`);
  }
  const repeated = given.find((name, index) => given.indexOf(name) !== index);
  if (repeated !== undefined) return reject(context, `'${repeated}' is given more than once`);
  return given;
}

const labelsExample = 'a mapping such as {team: shop, tier: 1}';
const longestLabel = 200;

function labelsOf(given: unknown, context: z.RefinementCtx): Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return reject(context, wrongTypeSentence(given, labelsExample));
  }
  const labels = Object.entries(given).flatMap(([key, value]): [string, string][] => {
    if (!/^[a-z]([a-z0-9._/-]{0,61}[a-z0-9])?$/i.test(key)) {
      const allowed = 'at most 63 letters, digits, dots, dashes, underscores and slashes, beginning with a letter';
      reportKey(context, `'${shown(key)}' is no name of a label; allowed are ${allowed}`, key);
      return [];
    }
    const problem = labelProblem(value);
    if (problem === null) return [[key, String(value).trim()]];
    report(context, problem, [key]);
    return [];
  });
  if (labels.length > longestList) return reject(context, `has ${labels.length} labels; allowed are ${longestList}`);
  return Object.fromEntries(labels.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function labelProblem(value: unknown): string | null {
  if (!['string', 'number', 'boolean'].includes(typeof value)) return wrongTypeSentence(value, 'a text');
  const label = String(value).trim();
  if (label === '') return 'is empty; leave it out, or say what it is';
  if (/\p{Cc}/u.test(label)) return 'contains control characters; allowed is one line of text';
  return textProblem(label, longestLabel);
}
