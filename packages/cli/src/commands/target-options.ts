// The flags that say how to check a target, the same wherever a URL is given.

import type { TargetField, TargetSpecInput } from '@everytick/core';
import type { Command } from 'commander';

export interface TargetFlags {
  readonly every?: string;
  readonly timeout?: string;
  readonly match?: string;
}

export function addTargetFlags(command: Command, defaultEvery: string): Command {
  return command
    .option('--every <interval>', `how often to check: 1s to 1d, such as 10s, 5m, 1h (default: ${defaultEvery})`)
    .option(
      '--timeout <duration>',
      'how long one check may take: 100ms to 120s, no longer than the interval (default: 10s)',
    )
    .option('--match <regex>', 'a regular expression (RE2 syntax) that the body has to match');
}

/** What users know the fields of a target as, on the command line. */
export const flagLabels: Readonly<Record<TargetField, string>> = {
  name: '--name',
  url: 'URL',
  interval: '--every',
  timeout: '--timeout',
  match: '--match',
};

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
  };
}

/** The target flags that were given, as users wrote them. */
export function givenTargetFlags(flags: TargetFlags & { readonly name?: string }): string[] {
  return (['name', 'every', 'timeout', 'match'] as const)
    .filter((flag) => flags[flag] !== undefined)
    .map((flag) => `--${flag}`);
}
