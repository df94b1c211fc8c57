// A flag that says how many.

import { InvalidArgumentError } from 'commander';

/** Reads 1 to `most`. */
export function countOf(most: number): (given: string) => number {
  return (given) => {
    const count = /^\d+$/.test(given) ? Number(given) : 0;
    if (count < 1 || count > most) throw new InvalidArgumentError(`allowed are 1 to ${most}.`);
    return count;
  };
}
