// The name that someone meant who wrote another one, and those that there are.

import { closestWord } from '../targets/closest-word.ts';

/** Among more names, or for longer ones, looking would take long. */
const mostCompared = 200;
const longestCompared = 100;
const mostListed = 10;

/** `; did you mean 'shop'?`, or `otherwise` if nothing is close. */
export function suggestionFor(given: string, known: readonly string[], otherwise: string): string {
  if (known.length > mostCompared || given.length > longestCompared) return otherwise;
  const meant = closestWord(
    given,
    known.filter((name) => name.length <= longestCompared),
  );
  return meant === null ? otherwise : `; did you mean '${meant}'?`;
}

/** `a, b, c and 7 more`. */
export function listOf(names: readonly string[]): string {
  const listed = names.slice(0, mostListed).join(', ');
  return names.length <= mostListed ? listed : `${listed} and ${names.length - mostListed} more`;
}
