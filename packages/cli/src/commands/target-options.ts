// The flags that say how to check a target, the same wherever a URL is given.

import { EverytickError, type TargetChangesInput, type TargetLabels, type TargetSpecInput } from '@everytick/core';
import type { Command } from 'commander';
import { type CheckFlags, checkFlagLabels, checkOptionsInputOf, givenCheckFlags, unsetOf } from './check-flags.ts';
import { repeatable } from './repeatable-option.ts';

export interface TargetFlags extends CheckFlags {
  readonly every?: string;
  readonly timeout?: string;
  readonly match?: string;
  readonly location?: readonly string[];
}

/** For changing a target: nothing has to be given, and a pattern can be taken away. */
export interface EditFlags extends Omit<TargetFlags, 'match'> {
  readonly url?: string;
  readonly name?: string;
  readonly match?: string | false;
}

export function addTargetFlags(command: Command, defaultEvery: string): Command {
  return command
    .option('--every <interval>', `how often to check: 1s to 1d, such as 10s, 5m, 1h (default: ${defaultEvery})`)
    .option(
      '--timeout <duration>',
      'how long one check may take: 100ms to 120s, at least 200ms shorter than the interval (default: half the interval, at most 10s)',
    )
    .option('--match <regex>', 'a regular expression (RE2 syntax) that the body has to match')
    .option(
      '--location <name>',
      'from where to check, as in EVERYTICK_LOCATION of workers there; again for one more (default: default)',
      repeatable,
    );
}

/** What users know the fields of a target as, on the command line. */
export const flagLabels: TargetLabels = {
  name: '--name',
  url: 'URL',
  every: '--every',
  timeout: '--timeout',
  match: '--match',
  locations: '--location',
  ...checkFlagLabels,
};

export const editFlagLabels: TargetLabels = { ...flagLabels, url: '--url' };

export function specInputOf(
  url: string,
  flags: TargetFlags & { readonly name?: string },
  defaultEvery: string,
): TargetSpecInput {
  return {
    url,
    every: flags.every ?? defaultEvery,
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
    ...(flags.match === undefined ? {} : { match: flags.match }),
    ...(flags.location === undefined ? {} : { locations: [...flags.location] }),
    ...checkOptionsInputOf(flags),
  };
}

/** Throws `usage` where something is to be changed and taken away. */
export function changesInputOf(flags: EditFlags): TargetChangesInput {
  const { match, ...options } = Object.fromEntries(unsetOf(flags).map((option) => [option, null]));
  const input = {
    ...(flags.url === undefined ? {} : { url: flags.url }),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.every === undefined ? {} : { every: flags.every }),
    ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
    ...(flags.match === undefined ? {} : { match: flags.match === false ? null : flags.match }),
    ...(flags.location === undefined ? {} : { locations: [...flags.location] }),
    ...checkOptionsInputOf(flags),
  };
  const contradiction = Object.keys(options).find((option) => option in input);
  if (contradiction !== undefined || (match === null && typeof flags.match === 'string')) {
    throw new EverytickError(
      'usage',
      `--unset ${contradiction ?? 'match'} cannot be given beside what is to be set of it`,
    );
  }
  return { ...input, ...(match === undefined ? {} : { match }), ...options };
}

/** The target flags that were given, as users wrote them. */
export function givenTargetFlags(flags: TargetFlags & { readonly name?: string }): string[] {
  const given = (['name', 'every', 'timeout', 'match', 'location'] as const)
    .filter((flag) => flags[flag] !== undefined)
    .map((flag) => `--${flag}`);
  return [...given, ...givenCheckFlags(flags)];
}
