// Options that may be given several times.

import { InvalidArgumentError, Option } from 'commander';

export function repeatable(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Of a closed list. */
export function repeatableChoice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description)
    .choices(choices)
    .argParser((given: string, before: readonly string[] | undefined) => {
      if (choices.includes(given)) return repeatable(given, before);
      throw new InvalidArgumentError(`allowed are ${choices.join(', ')}.`);
    });
}
