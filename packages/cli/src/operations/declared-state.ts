// Targets as the API shows them, back as what sets declare.

import {
  type DeclaredState,
  EverytickError,
  parseTargetSpec,
  type TargetResource,
  type TargetSpec,
  type TargetSpecInput,
} from '@everytick/core';

/** What is stored was looked into when it was given. */
const rules = { compilePattern: () => undefined, literalSecrets: 'allowed' } as const;

/** Throws `target_invalid` for one that this version does not understand. */
export function declaredState({ spec, paused, source }: TargetResource): DeclaredState {
  return { spec: parseTargetSpec(spec as TargetSpecInput, rules), paused, source };
}

/** Null for one that would not be taken any more. */
export function specOfDocument(document: TargetResource['spec']): TargetSpec | null {
  try {
    return parseTargetSpec(document as TargetSpecInput, rules);
  } catch (error) {
    if (error instanceof EverytickError) return null;
    throw error;
  }
}
