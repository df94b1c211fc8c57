// How much a configuration may be. Aliases, variables and for_each let a small file stand for very much: what is more than
// this is refused before it is made, so that no file takes all time or memory of the process that reads it.

import type { Part, Place } from './part.ts';
import type { Problems } from './problems.ts';

/** Values in one target, as it is written, or in one layer (defaults, a group, a template). */
export const largestEntry = 50_000;
/** Characters of a text in which variables have been replaced: as many as the longest body has. */
export const longestReplaced = 65_536;

const mostTargets = 200_000;
/** In all targets and layers together: fifty for each of 100,000 targets. */
const mostValues = 5_000_000;
/** In all texts together in which variables have been replaced. */
const mostReplaced = 100_000_000;

const tooManyTargets = `there are more than ${mostTargets} targets, which is too many`;
const tooManyValues = `targets, groups and templates have more than ${mostValues} values in them, which is too many`;
const tooManyCharacters = `texts with variables have more than ${mostReplaced} characters, which is too many`;

/** Null for what is not too large. */
export function tooLarge(part: Part): string | null {
  return part.size > largestEntry ? `has ${part.size} values in it; at most ${largestEntry} are allowed` : null;
}

/** What is left of it while a configuration is read. What is too much ends the reading. */
export class Allowance {
  readonly #problems: Problems;
  #targets = mostTargets;
  #values = mostValues;
  #characters = mostReplaced;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** For a layer. */
  takeValues(place: Place, values: number): boolean {
    this.#values -= values;
    return this.#values >= 0 || this.#refuse(place, 'this', tooManyValues);
  }

  /** For one target, and looks whether there is enough for `others` of the same size that come next. */
  takeTarget(place: Place, values: number, others: number): boolean {
    this.#targets--;
    this.#values -= values;
    const what = others === 0 ? 'this' : `the ${others + 1} targets of ${values} values each that this makes`;
    if (this.#targets < others) return this.#refuse(place, what, tooManyTargets);
    return this.#values >= others * values || this.#refuse(place, what, tooManyValues);
  }

  /** For a text in which variables have been replaced. */
  takeText(place: Place, characters: number): void {
    this.#characters -= characters;
    if (this.#characters < 0) this.#refuse(place, 'this', tooManyCharacters);
  }

  #refuse(place: Place, what: string, tooMany: string): false {
    this.#problems.end(place, `with ${what} ${tooMany}`);
    return false;
  }
}
