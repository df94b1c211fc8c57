// A regular expression, given by a user.

import { z } from 'zod';
import { longestText, reject, textProblem, wrongType } from './field-rules.ts';
import type { TargetRules } from './target-rules.ts';

export function pattern({ compilePattern }: TargetRules) {
  return z.string(wrongType('a regular expression in quotes')).transform((given, context) => {
    if (given === '') return reject(context, 'is empty; leave it out where the body does not matter');
    const problem = textProblem(given, longestText);
    if (problem !== null) return reject(context, problem);
    try {
      compilePattern(given);
      return given;
    } catch (error) {
      return reject(context, error instanceof Error ? error.message : String(error));
    }
  });
}
