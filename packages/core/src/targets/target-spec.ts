// What a user says of a target, checked before anything is written: the same rules for the command line, the targets
// file and everything else that takes targets in. The constraints of `monitored_targets` are the same rules again.

import type { z } from 'zod';
import type { CheckOptions } from '../domain/check-options.ts';
import { defaultLocation } from '../domain/location-name.ts';
import { canonicalCheckOptions, checkOptionsOf, optionalCheckOptionsWith } from './check-options-schema.ts';
import { formatDuration } from './duration.ts';
import { report } from './field-rules.ts';
import { mapping } from './mapping.ts';
import { type OptionsProblem, optionsProblems } from './options-fit.ts';
import { targetFieldsWith } from './target-fields.ts';
import { type TargetLabels, targetInvalid, targetProblems } from './target-problems.ts';
import type { TargetRules } from './target-rules.ts';
import { defaultTargetName } from './target-url.ts';

/** A target that may be written to the database. */
export interface TargetSpec {
  readonly name: string;
  readonly url: string;
  readonly intervalS: number;
  readonly timeoutMs: number;
  readonly matchPattern: string | null;
  /** Names of the locations from which it is checked, each of them at every tick. */
  readonly locations: readonly string[];
  /** What it is shown with. */
  readonly group: string | null;
  /** What it can be found by. In the order of their names. */
  readonly labels: Readonly<Record<string, string>>;
  /** What differs from a plain GET that wants a 2xx; empty where nothing does. */
  readonly options: CheckOptions;
}

export const defaultIntervalS = 60;
/** Half the interval, and no more than this. */
const longestDefaultTimeoutMs = 10_000;
/** What a result needs to be in the ledger before the next check of its target. The schema asks for the same. */
const reportingMs = 200;

/**
 * A schema from what users give (`every: '10s'`) to a `TargetSpec`, with defaults filled in. Its messages say what was
 * given and what is allowed, and leave naming the field to the caller.
 */
export function targetSpecSchemaWith(rules: TargetRules) {
  const schema = made.get(rules) ?? makeSchema(rules);
  made.set(rules, schema);
  return schema;
}

/** Making one takes 20 ms, which is much for a single target. */
const made = new WeakMap<TargetRules, ReturnType<typeof makeSchema>>();

function makeSchema(rules: TargetRules) {
  const { name, url, every, timeout, match, locations, group, labels } = targetFieldsWith(rules);
  const fields = {
    name: name.optional(),
    url,
    every: every.optional(),
    timeout: timeout.optional(),
    match: match.optional(),
    locations: locations.optional(),
    group: group.optional(),
    labels: labels.optional(),
    ...optionalCheckOptionsWith(rules),
  };
  return mapping(fields, 'a mapping such as {url: https://example.org/}').transform((given, context): TargetSpec => {
    const intervalS = given.every ?? defaultIntervalS;
    const spec = {
      name: given.name ?? defaultTargetName(given.url),
      url: given.url,
      intervalS,
      timeoutMs: given.timeout ?? defaultTimeoutMs(intervalS),
      matchPattern: given.match ?? null,
      locations: given.locations ?? [defaultLocation],
      group: given.group ?? null,
      labels: given.labels ?? {},
      options: canonicalCheckOptions(checkOptionsOf(given)),
    };
    for (const { path, message, mentions } of fitProblems(spec)) report(context, message, path, mentions);
    return spec;
  });
}

/** Of a target that says none itself. */
export function defaultTimeoutMs(intervalS: number): number {
  return Math.min(longestDefaultTimeoutMs, intervalS * 500);
}

/** What does not go together in a target of which each field is right by itself. */
export function fitProblems(spec: TargetSpec): OptionsProblem[] {
  const problem = timeoutProblem(spec.timeoutMs, spec.intervalS);
  return [
    ...(problem === null ? [] : [{ path: ['timeout'], message: problem }]),
    ...optionsProblems(spec.options, spec),
  ];
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

/** What users may give for a target. */
export type TargetSpecInput = z.input<ReturnType<typeof targetSpecSchemaWith>>;

/** One target from what a user gave. Throws `target_invalid` that tells every problem, a line each. */
export function parseTargetSpec(given: TargetSpecInput, rules: TargetRules, labels: TargetLabels = {}): TargetSpec {
  const parsed = targetSpecSchemaWith(rules).safeParse(given);
  if (parsed.success) return parsed.data;
  throw targetInvalid(targetProblems(parsed.error), labels);
}
