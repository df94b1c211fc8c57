// A set of targets, said as a whole: what a configuration declares, and what `plan` and `apply` compare with the database.

import type { TargetSpec } from '../targets/target-spec.ts';

export interface TargetDeclaration {
  readonly spec: TargetSpec;
  /** Null: pausing and resuming are left to people. */
  readonly paused: boolean | null;
}

export interface TargetSet {
  /** Whose targets they are: applying one source leaves those of others alone. Null: nobody's, as if added by hand. */
  readonly source: string | null;
  /** No name twice. */
  readonly declarations: readonly TargetDeclaration[];
}

export const sourceNamePattern = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/;
export const sourceNameAllowed =
  'at most 63 small letters, digits, dots, dashes and underscores, beginning and ending with a letter or digit';
