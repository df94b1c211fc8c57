// A regular expression, given by a user.

import { z } from 'zod';
import { writtenAs } from './described.ts';
import { longestText, reject, textProblem, wrongType } from './field-rules.ts';
import { problemOfCompiler, type TargetRules } from './target-rules.ts';
import { form } from './written-forms.ts';

export function pattern({ compilePattern }: TargetRules) {
  const checked = z.string(wrongType('a regular expression in quotes')).transform((given, context) => {
    if (given === '') return reject(context, 'is empty; leave it out where the body does not matter');
    const problem = textProblem(given, longestText);
    if (problem !== null) return reject(context, problem);
    try {
      compilePattern(given);
      return given;
    } catch (error) {
      return reject(context, problemOfCompiler(error));
    }
  });
  return writtenAs(checked, form('Pattern'));
}
