// The fields of a target as users give them, each with its own rule. What fields have to do with each other is in
// target-spec.ts. Messages say what was given and what is allowed, and leave naming the field to the caller.

import { z } from 'zod';
import { locationNameAllowed, locationNamePattern } from '../domain/location-name.ts';
import { parseDurationMs } from './duration.ts';
import { targetUrlProblem } from './target-url.ts';

/** Throws, with a sentence for people, if a pattern cannot be used. */
export type PatternCompiler = (pattern: string) => unknown;

const intervalLimits = { shortestS: 1, longestS: 86_400 };
const timeoutLimits = { shortestMs: 100, longestMs: 120_000 };
const longestPattern = 4096;

const intervalAllowed = 'allowed are 1s to 1d, as seconds or with a unit (10s, 5m, 1h, 1d)';
const timeoutAllowed = 'allowed are 100ms to 120s, as seconds or with a unit (500ms, 5s, 1m)';
const locationsAllowed = 'a list of locations such as [default, frankfurt]';

export function targetFieldsWith(compilePattern: PatternCompiler) {
  return {
    name: z.string(wrongType('a text (in quotes, if it looks like something else)')).transform(nameOf),
    url: z.string(wrongType('a text such as https://example.org/')).transform(urlOf),
    interval: z.union([z.string(), z.number()], wrongType('such as 10s, 5m, 1h')).transform(intervalSecondsOf),
    timeout: z.union([z.string(), z.number()], wrongType('such as 500ms, 5s')).transform(timeoutMillisecondsOf),
    match: z
      .string(wrongType('a regular expression in quotes'))
      .transform((pattern, context) => patternOf(pattern, compilePattern, context)),
    locations: z
      .array(z.string(wrongType('the name of a location')), wrongType(locationsAllowed))
      .transform(locationsOf),
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

function urlOf(given: string, context: z.RefinementCtx): string {
  const problem = targetUrlProblem(given.trim());
  return problem === null ? new URL(given.trim()).href : reject(context, problem);
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

function patternOf(pattern: string, compilePattern: PatternCompiler, context: z.RefinementCtx): string {
  if (pattern === '') return reject(context, 'is empty; leave it out where the body does not matter');
  if (pattern.length > longestPattern) {
    return reject(context, `has ${pattern.length} characters; allowed are ${longestPattern}`);
  }
  try {
    compilePattern(pattern);
    return pattern;
  } catch (error) {
    return reject(context, error instanceof Error ? error.message : String(error));
  }
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

function reject(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

function wrongType(allowed: string) {
  return {
    error: ({ input }: { readonly input?: unknown }) =>
      input === undefined ? `is missing; it has to be ${allowed}` : `is ${kindOf(input)}; it has to be ${allowed}`,
  };
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : `the ${typeof value} ${String(value)}`;
}
