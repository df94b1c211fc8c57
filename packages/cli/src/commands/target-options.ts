// The flags that say how to check a target, the same wherever a URL is given.

import type { TargetLabels, TargetSpecInput } from '@everytick/core';
import type { Command } from 'commander';
import { type CheckFlags, checkFlagLabels, checkOptionsInputOf, givenCheckFlags } from './check-flags.ts';
import { labelsOf } from './label-flags.ts';
import { repeatable } from './repeatable-option.ts';

export interface TargetFlags extends CheckFlags {
  readonly every?: string;
  readonly timeout?: string;
  readonly match?: string;
  readonly location?: readonly string[];
  readonly group?: string;
  readonly label?: readonly string[];
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
    )
    .option('--group <name>', 'what it is shown with')
    .option('--label <name=value>', 'what it can be found by; again for one more', repeatable);
}

/** What users know the fields of a target as, on the command line. */
export const flagLabels: TargetLabels = {
  name: '--name',
  url: 'URL',
  every: '--every',
  timeout: '--timeout',
  match: '--match',
  locations: '--location',
  group: '--group',
  labels: '--label',
  'labels.*': '--label *',
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
    ...(flags.group === undefined ? {} : { group: flags.group }),
    ...(flags.label === undefined ? {} : { labels: labelsOf(flags.label) }),
    ...checkOptionsInputOf(flags),
  };
}

/** The target flags that were given, as users wrote them. */
export function givenTargetFlags(flags: TargetFlags & { readonly name?: string }): string[] {
  const given = (['name', 'every', 'timeout', 'match', 'location', 'group', 'label'] as const)
    .filter((flag) => flags[flag] !== undefined)
    .map((flag) => `--${flag}`);
  return [...given, ...givenCheckFlags(flags)];
}
