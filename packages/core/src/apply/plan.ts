// What has to change so that the database has what a set declares.

import type { TargetSpec } from '../targets/target-spec.ts';

export interface PlanOptions {
  /** Removes targets of the same source that the set does not declare. Needs a source. */
  readonly prune: boolean;
  /** Takes over targets that belong to another source, instead of refusing to. */
  readonly adopt: boolean;
}

export type PlannedAction = 'add' | 'change' | 'remove';

/** A target as a set can say it. */
export interface DeclaredState {
  readonly spec: TargetSpec;
  readonly paused: boolean;
  readonly source: string | null;
}

export interface PlannedChange {
  readonly action: PlannedAction;
  readonly name: string;
  /** Null where it has still to be added. */
  readonly id: number | null;
  /** Null for what is added. */
  readonly before: DeclaredState | null;
  /** Null for what is removed. */
  readonly after: DeclaredState | null;
  /** What differs, by the names that users write; dotted below options: `expect.status`. Empty for what is added or removed. */
  readonly changed: readonly string[];
}

export interface Plan {
  readonly source: string | null;
  /** By name; empty where nothing has to change. */
  readonly changes: readonly PlannedChange[];
  readonly unchanged: number;
  /** Names of targets of the same source that the set does not declare, and that stay because nobody said `prune`. */
  readonly undeclared: readonly string[];
}

const countNames = { add: 'added', change: 'changed', remove: 'removed' } as const;

/** How many there are of each kind. */
export function countChanges(changes: readonly { readonly action: PlannedAction }[]) {
  const counts = { added: 0, changed: 0, removed: 0 };
  for (const { action } of changes) counts[countNames[action]]++;
  return counts;
}
