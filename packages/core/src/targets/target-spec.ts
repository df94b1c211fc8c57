// What a user says of a target, checked before anything is written: the same rules for the command line, the targets
// file and everything else that takes targets in. The constraints of `monitored_targets` are the same rules again.

import { z } from 'zod';
import { EverytickError } from '../domain/error.ts';
import { defaultLocation } from '../domain/location-name.ts';
import { formatDuration } from './duration.ts';
import { type PatternCompiler, targetFieldsWith } from './target-fields.ts';
import { defaultTargetName } from './target-url.ts';

export type { PatternCompiler };

/** A target that may be written to the database. */
export interface TargetSpec {
  readonly name: string;
  readonly url: string;
  readonly intervalS: number;
  readonly timeoutMs: number;
  readonly matchPattern: string | null;
  /** Names of the locations from which it is checked, each of them at every tick. */
  readonly locations: readonly string[];
}

export const defaultIntervalS = 60;
/** Half the interval, and no more than this. */
const longestDefaultTimeoutMs = 10_000;
/** What a result needs to be in the ledger before the next check of its target. The schema asks for the same. */
const reportingMs = 200;

/**
 * A schema from what users give (`interval: '10s'`) to a `TargetSpec`, with defaults filled in. Its messages say what was
 * given and what is allowed, and leave naming the field to the caller.
 */
export function targetSpecSchemaWith(compilePattern: PatternCompiler) {
  const { name, url, interval, timeout, match, locations } = targetFieldsWith(compilePattern);
  return z
    .strictObject({
      name: name.optional(),
      url,
      interval: interval.optional(),
      timeout: timeout.optional(),
      match: match.optional(),
      locations: locations.optional(),
    })
    .transform((given, context): TargetSpec => {
      const intervalS = given.interval ?? defaultIntervalS;
      const timeoutMs = given.timeout ?? Math.min(longestDefaultTimeoutMs, intervalS * 500);
      const problem = timeoutProblem(timeoutMs, intervalS);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem, path: ['timeout'] });
      return {
        name: given.name ?? defaultTargetName(given.url),
        url: given.url,
        intervalS,
        timeoutMs,
        matchPattern: given.match ?? null,
        locations: given.locations ?? [defaultLocation],
      };
    });
}

/** Why a timeout does not go with an interval, or null if it does. */
export function timeoutProblem(timeoutMs: number, intervalS: number): string | null {
  const mostMs = intervalS * 1_000 - reportingMs;
  if (timeoutMs <= mostMs) return null;
  return (
    `${formatDuration(timeoutMs)} is too long for an interval of ${formatDuration(intervalS * 1_000)}; at most ` +
    `${formatDuration(mostMs)} is allowed, for a check has to be over and reported before the next one begins`
  );
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
  throw targetInvalid(parsed.error, labels);
}

/** `target_invalid` with a line per problem. */
export function targetInvalid(error: z.ZodError, labels: Partial<Record<TargetField, string>>): EverytickError {
  const problems = error.issues.map(({ path: [field], message }) =>
    field === undefined ? message : `${labels[field as TargetField] ?? String(field)}: ${message}`,
  );
  return new EverytickError('target_invalid', problems.join('\n'));
}
