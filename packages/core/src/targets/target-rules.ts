// What the rules for targets leave to those who apply them.

import { EverytickError } from '../domain/error.ts';

/** Throws an EverytickError (or a SyntaxError), with a sentence for people, if a pattern cannot be used. */
export type PatternCompiler = (pattern: string) => unknown;

/** What users are told of a pattern that cannot be used. What else a compiler throws is no mistake of theirs: it goes on. */
export function problemOfCompiler(error: unknown): string {
  if (error instanceof EverytickError || error instanceof SyntaxError) return error.message;
  throw error;
}

export interface TargetRules {
  readonly compilePattern: PatternCompiler;
  /** The same for JSON paths; without it they are not looked into. */
  readonly compileJsonPath?: PatternCompiler | undefined;
  /**
   * `refused` (default): passwords, tokens and private keys have to be references, because what is given will be stored.
   * `allowed`: they may stand there as they are.
   */
  readonly literalSecrets?: 'refused' | 'allowed' | undefined;
  /** How the user writes what is asked for instead; for messages. */
  readonly secretExamples?: SecretExamples | undefined;
}

export interface SecretExamples {
  readonly reference: string;
  readonly basic: string;
}

export const defaultSecretExamples: SecretExamples = {
  reference: '{env: EVERYTICK_SECRET_...} or {file: /run/secrets/...}',
  basic: 'auth: {basic: {username: ..., password: {env: EVERYTICK_SECRET_...}}}',
};
