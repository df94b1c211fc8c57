// The rules for targets, with what the worker knows of patterns and JSON paths.

import type { TargetRules } from '@everytick/core';
import { compileJsonPath, compilePattern } from '@everytick/worker/rules';

/** For documents. */
export const targetRules: TargetRules = { compilePattern, compileJsonPath };

/** For what is given as flags. */
export const flagRules: TargetRules = {
  ...targetRules,
  secretExamples: {
    reference: 'env:EVERYTICK_SECRET_... or file:/run/secrets/...',
    basic: '--user NAME:env:EVERYTICK_SECRET_...',
  },
};
