// What a user says of a target, checked before anything is written: the same rules for the command line, the targets
// file and everything else that takes targets in. The constraints of `monitored_targets` are the same rules again.

import { z } from 'zod';
import { EverytickError } from '../domain/error.ts';
import { formatDuration, parseDurationMs } from './duration.ts';
import { defaultTargetName, targetUrlProblem } from './target-url.ts';

/** A target that may be written to the database. */
export interface TargetSpec {
  readonly name: string;
  readonly url: string;
  readonly intervalS: number;
  readonly timeoutMs: number;
  readonly matchPattern: string | null;
}

/** Throws, with a sentence for people, if a pattern cannot be used. */
export type PatternCompiler = (pattern: string) => unknown;

export const defaultIntervalS = 60;
/** Half the interval, and no more than this. */
const longestDefaultTimeoutMs = 10_000;
/** What a result needs to be in the ledger before the next check of its target. The schema asks for the same. */
const reportingMs = 200;
const intervalLimits = { shortestS: 1, longestS: 86_400 };
const timeoutLimits = { shortestMs: 100, longestMs: 120_000 };
const longestPattern = 4096;

const intervalAllowed = 'allowed are 1s to 1d, as seconds or with a unit (10s, 5m, 1h, 1d)';
const timeoutAllowed = 'allowed are 100ms to 120s, as seconds or with a unit (500ms, 5s, 1m)';

/**
 * A schema from what users give (`interval: '10s'`) to a `TargetSpec`, with defaults filled in. Its messages say what was
 * given and what is allowed, and leave naming the field to the caller.
 */
export function targetSpecSchemaWith(compilePattern: PatternCompiler) {
  return z
    .strictObject({
      name: z.string(wrongType('a text (in quotes, if it looks like something else)')).transform(nameOf).optional(),
      url: z.string(wrongType('a text such as https://example.org/')).transform(urlOf),
      interval: z
        .union([z.string(), z.number()], wrongType('such as 10s, 5m, 1h'))
        .transform(intervalSecondsOf)
        .optional(),
      timeout: z
        .union([z.string(), z.number()], wrongType('such as 500ms, 5s'))
        .transform(timeoutMillisecondsOf)
        .optional(),
      match: z
        .string(wrongType('a regular expression in quotes'))
        .transform((pattern, context) => patternOf(pattern, compilePattern, context))
        .optional(),
    })
    .transform((given, context): TargetSpec => {
      const intervalS = given.interval ?? defaultIntervalS;
      const timeoutMs = given.timeout ?? Math.min(longestDefaultTimeoutMs, intervalS * 500);
      const mostMs = intervalS * 1_000 - reportingMs;
      if (timeoutMs > mostMs) {
        const message =
          `${formatDuration(timeoutMs)} is too long for an interval of ${formatDuration(intervalS * 1_000)}; at most ` +
          `${formatDuration(mostMs)} is allowed, for a check has to be over and reported before the next one begins`;
        context.addIssue({ code: 'custom', message, path: ['timeout'] });
      }
      const name = given.name ?? defaultTargetName(given.url);
      return { name, url: given.url, intervalS, timeoutMs, matchPattern: given.match ?? null };
    });
}

/** The schema without a look into patterns, for callers that have no RE2 at hand. */
export const targetSpecSchema = targetSpecSchemaWith(() => undefined);

/** What users may give for a target. */
export type TargetSpecInput = z.input<typeof targetSpecSchema>;

export type TargetField = keyof TargetSpecInput;

/**
 * One target from what a user gave. Throws `target_invalid` that tells every problem, a line each; `labels` are what the
 * user knows the fields as.
 */
export function parseTargetSpec(
  given: TargetSpecInput,
  compilePattern: PatternCompiler,
  labels: Partial<Record<TargetField, string>> = {},
): TargetSpec {
  const parsed = targetSpecSchemaWith(compilePattern).safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: [field], message }) =>
    field === undefined ? message : `${labels[field as TargetField] ?? String(field)}: ${message}`,
  );
  throw new EverytickError('target_invalid', problems.join('\n'));
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
