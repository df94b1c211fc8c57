// Conditions on the whole body. Gatus takes the white space around it away, and compares the rest as a text.

import { argumentOf, type Condition, choicesOf } from './condition.ts';
import { type Carried, carried, notCarried } from './expectation-draft.ts';
import { globPattern } from './glob.ts';
import { goInteger } from './go-values.ts';
import { quoted } from './quoted.ts';

export const slashNote =
  'a slash counts as any other character; Gatus removes all slashes from text and pattern before it compares them';
export const malformedGlob = 'the pattern of pat() is malformed, so that Gatus takes it as matching nothing';

const space = '\\s*';

export function bodyCondition({ operator, right }: Condition): Carried {
  if (operator !== '==' && operator !== '!=') {
    return notCarried(
      'Gatus compares the whole body as a number; an expectation of Everytick does so for values in JSON alone',
    );
  }
  const glob = argumentOf(right, 'pat');
  if (glob !== null) {
    const pattern = globPattern(glob, space);
    if (pattern === null) return notCarried(malformedGlob);
    return carried({ body: test(operator, pattern) }, slashNote);
  }
  const any = argumentOf(right, 'any');
  const texts = any === null ? [wholeText(right)] : choicesOf(any).map(quoted);
  const [only = ''] = texts;
  const wanted = texts.length === 1 && !only.includes('|') ? only : `(?:${texts.join('|')})`;
  return carried({ body: test(operator, `^${space}${wanted}${space}$`) });
}

/** `has([BODY])`: whether there is anything in it but white space. */
export function bodyExists(wanted: boolean): Carried {
  return carried({ body: wanted ? { matches: '\\S' } : { not_matches: '\\S' } });
}

function test(operator: '==' | '!=', pattern: string) {
  return operator === '==' ? { matches: pattern } : { not_matches: pattern };
}

/** Whole numbers are the same however they are written; of the other ways one is enough: the usual one. */
export function wholeText(literal: string): string {
  const integer = goInteger(literal);
  const usual = quoted(String(integer ?? literal));
  return integer === null || String(integer) === literal ? usual : `${usual}|${quoted(literal)}`;
}
