// The body of a request, which is stored with the target unless it looks as if it held a secret.

import type { SecretText } from '@everytick/core';
import type { SecretReferences } from './secret-references.ts';

const likelySecret = /(pass(word|wd|phrase)?|secret|token|api[-_]?key|credentials?)["']?\s*[:=>]/i;

/** Parameters as those of `SecretReferences.reference`. */
export function sentBody(
  body: string,
  secrets: SecretReferences,
  words: readonly string[],
  where: string,
  target: string | null,
): SecretText {
  if (!likelySecret.test(body)) return body;
  return secrets.reference(body, words, where, 'the body of the request, which seems to hold a secret', target);
}
