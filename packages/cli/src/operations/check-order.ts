// A check that somebody wants made now, by a worker.

import type { TargetSpec } from '@everytick/core';

export type CheckOrder = {
  /** The name of the location whose workers may take it. */
  readonly location: string;
} & ({ readonly targetId: number } | { readonly spec: TargetSpec });
