// The body of a request, which is stored with the target unless it looks as if it held a secret.

import type { SecretText } from '@everytick/core';
import type { SecretReferences } from './secret-references.ts';
import { soundsSecret } from './source-text.ts';

/**
 * A name and the beginning of its value, as JSON (also inside a text), forms, XML and GraphQL write them. A value that
 * begins with a dollar sign, a brace or a parenthesis is none by itself.
 */
const named = /([A-Za-z][\w.-]*)(?:%5D|[\\"'\])])*\s*[:=>]\s*[\\"']*[^\s&"'\\$:{(<>=]/gi;

/** Whether what stands under a name in the body is likely to be a secret. */
export function bodySoundsSecret(body: string): boolean {
  for (const [, name = ''] of body.matchAll(named)) if (soundsSecret(name)) return true;
  return false;
}

/** Parameters as those of `SecretReferences.reference`. */
export function sentBody(
  body: string,
  secrets: SecretReferences,
  words: readonly string[],
  where: string,
  target: string | null,
): SecretText {
  if (!bodySoundsSecret(body)) return body;
  return secrets.reference(body, words, where, 'the body of the request, which seems to hold a secret', target);
}
