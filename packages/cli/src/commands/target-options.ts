// The flags that say how to check a target, the same wherever a URL is given.

import type { TargetChangesInput, TargetField, TargetSpecInput } from '@everytick/core';
import type { Command } from 'commander';

export interface TargetFlags {
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

/** For an option that may be given several times. */
export function repeatable(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** What users know the fields of a target as, on the command line. */
export const flagLabels: Readonly<Record<TargetField, string>> = {
  name: '--name',
  url: 'URL',
  interval: '--every',
  timeout: '--timeout',
  match: '--match',
  locations: '--location',
};

export const editFlagLabels: typeof flagLabels = { ...flagLabels, url: '--url' };

export function specInputOf(
  url: string,
  flags: TargetFlags & { readonly name?: string },
  defaultEvery: string,
): TargetSpecInput {
  return {
    url,
    interval: flags.every ?? defaultEvery,
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
    ...(flags.match === undefined ? {} : { match: flags.match }),
    ...(flags.location === undefined ? {} : { locations: [...flags.location] }),
  };
}

export function changesInputOf(flags: EditFlags): TargetChangesInput {
  return {
    ...(flags.url === undefined ? {} : { url: flags.url }),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.every === undefined ? {} : { interval: flags.every }),
    ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
    ...(flags.match === undefined ? {} : { match: flags.match === false ? null : flags.match }),
    ...(flags.location === undefined ? {} : { locations: [...flags.location] }),
  };
}

/** The target flags that were given, as users wrote them. */
export function givenTargetFlags(flags: TargetFlags & { readonly name?: string }): string[] {
  return (['name', 'every', 'timeout', 'match', 'location'] as const)
    .filter((flag) => flags[flag] !== undefined)
    .map((flag) => `--${flag}`);
}
