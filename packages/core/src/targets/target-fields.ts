// The fields of a target as users give them, each with its own rule. What fields have to do with each other is in
// target-spec.ts. Messages say what was given and what is allowed, and leave naming the field to the caller.

import { z } from 'zod';
import { defaultLocation, locationNameAllowed, locationNamePattern } from '../domain/location-name.ts';
import { described, writtenAs } from './described.ts';
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
import { longestUrl, targetUrlProblem } from './target-url.ts';
import { form, someText, webUrl } from './written-forms.ts';

const intervalLimits = { shortestS: 1, longestS: 86_400 };
const timeoutLimits = { shortestMs: 100, longestMs: 120_000 };

const intervalAllowed = 'allowed are 1s to 1d, as seconds or with a unit (10s, 5m, 1h, 1d)';
const timeoutAllowed = 'allowed are 100ms to 120s, as seconds or with a unit (500ms, 5s, 1m)';
const locationsAllowed = 'a list of locations such as [default, frankfurt]';

export function targetFieldsWith(rules: TargetRules) {
  const name = z.string(wrongType('a text (in quotes, if it looks like something else)')).transform(nameOf);
  const url = z
    .string(wrongType('a text such as https://example.org/'))
    .transform((given, context) => urlOf(given, rules, context));
  const every = z.union([z.string(), z.number()], wrongType('such as 10s, 5m, 1h')).transform(intervalSecondsOf);
  const timeout = z.union([z.string(), z.number()], wrongType('such as 500ms, 5s')).transform(timeoutMillisecondsOf);
  const locations = z
    .array(z.string(wrongType('the name of a location')), wrongType(locationsAllowed))
    .transform(locationsOf);
  const group = z.string(wrongType('a text such as shop')).transform(nameOf);
  const labels = z.custom<Record<string, string | number | boolean>>(() => true).transform(labelsOf);
  return {
    name: described(writtenAs(name, someText(longestName)), {
      description: 'What the target is called; no other target has the same name.',
      otherwise: 'host and path of the URL',
      examples: ['shop'],
    }),
    url: described(writtenAs(url, { ...webUrl, maxLength: longestUrl }), {
      description: 'What is requested; the one field that has to be given.',
      allowed: 'an http or https URL without password',
      examples: ['https://example.org/'],
    }),
    every: described(
      writtenAs(every, form('Duration', { minimum: intervalLimits.shortestS, maximum: intervalLimits.longestS })),
      {
        description: 'How often it is checked.',
        allowed: '1s to 1d, a whole number of seconds',
        default: '1m',
        examples: ['10s', '5m', '1h'],
      },
    ),
    timeout: described(
      writtenAs(
        timeout,
        form('Duration', { minimum: timeoutLimits.shortestMs / 1_000, maximum: timeoutLimits.longestMs / 1_000 }),
      ),
      {
        description: 'How long a check may take, from the look-up of the name to the end of the body.',
        allowed: '100ms to 120s, and at least 200ms less than the interval',
        otherwise: 'half the interval, at most 10s',
        examples: ['500ms', '5s'],
      },
    ),
    match: described(pattern(rules), {
      description: 'A regular expression (RE2 syntax) that the body has to match.',
      otherwise: 'any body',
      examples: ['Add to (cart|basket)'],
    }),
    locations: described(
      writtenAs(locations, {
        type: 'array',
        items: { type: 'string', pattern: locationNamePattern.source },
        minItems: 1,
        uniqueItems: true,
      }),
      {
        description: 'From where it is checked, from each of them at every tick.',
        allowed: 'names of locations, as `EVERYTICK_LOCATION` of the workers says them',
        default: [defaultLocation],
        examples: [['default', 'frankfurt']],
      },
    ),
    group: described(writtenAs(group, someText(longestName)), {
      description: 'What it is shown with.',
      otherwise: 'none',
      examples: ['shop'],
    }),
    labels: described(writtenAs(labels, writtenLabels), {
      description: 'What it can be found by.',
      allowed: 'at most 20 names and values; a value is a text of at most 200 characters, a number, true or false',
      otherwise: 'none',
      examples: [{ team: 'shop', tier: 1 }],
    }),
  };
}

const longestName = 200;

function nameOf(given: string, context: z.RefinementCtx): string {
  const name = given.trim();
  // Control characters would let a name write to other people's terminals.
  if (/\p{Cc}/u.test(name)) return reject(context, 'contains control characters; allowed is one line of text');
  if (name === '') return reject(context, 'is empty; allowed are 1 to 200 characters');
  if (name.length > longestName) {
    return reject(context, `has ${name.length} characters; allowed are 1 to ${longestName}`);
  }
  const problem = textProblem(name);
  return problem === null ? name : reject(context, problem);
}

function urlOf(given: string, rules: TargetRules, context: z.RefinementCtx): string {
  const problem = targetUrlProblem(given.trim()) ?? textProblem(given.trim(), longestUrl);
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
const labelNamePattern = /^[a-zA-Z]([a-zA-Z0-9._/-]{0,61}[a-zA-Z0-9])?$/;

const writtenLabels = {
  type: 'object',
  propertyNames: { pattern: labelNamePattern.source },
  additionalProperties: { type: ['string', 'number', 'boolean'], pattern: '\\S', maxLength: longestLabel },
  maxProperties: longestList,
};

function labelsOf(given: unknown, context: z.RefinementCtx): Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return reject(context, wrongTypeSentence(given, labelsExample));
  }
  const labels = Object.entries(given).flatMap(([key, value]): [string, string][] => {
    if (!labelNamePattern.test(key)) {
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
