// URLs beside the target's own: of a token endpoint, of where redirects should end.

import { z } from 'zod';
import { writtenAs } from '../described.ts';
import { longestText, reject, shown, textProblem, wrongType } from '../field-rules.ts';
import { showUrl } from '../target-url.ts';
import { webUrl } from '../written-forms.ts';

/** An http or https URL without user and password, and without the fragment, which is never sent. */
export function httpUrl(example: string) {
  const checked = z.string(wrongType(example)).transform((given, context) => {
    const trimmed = given.trim();
    const problem = textProblem(trimmed, longestText);
    if (problem !== null) return reject(context, problem);
    if (!/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) {
      return reject(context, `'${shown(showUrl(trimmed))}' is no http or https URL; it has to be ${example}`);
    }
    const url = new URL(trimmed);
    if (url.username !== '' || url.password !== '') {
      return reject(context, `'${shown(showUrl(trimmed))}' has a user or a password in it; allowed is ${example}`);
    }
    url.hash = '';
    return url.href;
  });
  return writtenAs(checked, { ...webUrl, maxLength: longestText });
}
