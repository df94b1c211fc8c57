// From a set and what is stored to a plan.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { EverytickError } from '../domain/error.ts';
import { nameTaken } from '../targets/target-errors.ts';
import { fieldDifferences, stateDocument } from './changed-fields.ts';
import { countChanges, type Plan, type PlannedChange, type PlanOptions } from './plan.ts';
import { sourceConflict } from './source-conflict.ts';
import type { StoredState } from './stored-targets-of-set.ts';
import { sourceNameAllowed, sourceNamePattern, type TargetDeclaration, type TargetSet } from './target-set.ts';

/** Throws `usage`, `target_name_taken` for a name that is declared twice. */
export function refuseImpossible({ source, declarations }: TargetSet, { prune }: PlanOptions): void {
  if (source !== null && !sourceNamePattern.test(source)) {
    throw new EverytickError('usage', `'${source}' is no name of a source; allowed are ${sourceNameAllowed}`);
  }
  if (prune && source === null) {
    throw new EverytickError(
      'usage',
      '--prune needs to know whose targets: give --source NAME, or source: in the file',
    );
  }
  const names = new Set<string>();
  const repeated = declarations.map(({ spec }) => spec.name).filter((name) => names.size === names.add(name).size);
  if (repeated.length > 0) throw nameTaken(repeated, 'is declared more than once; nothing was changed');
}

/** How many targets are compared at a stretch: other work of the process, such as the schedule, waits meanwhile. */
const atOnce = 200;

/** Throws `target_source_conflict`. `stored` as `readStoredStates` gives it for the same set. */
export async function planOf(
  set: TargetSet,
  stored: ReadonlyMap<string, StoredState>,
  { adopt, prune }: PlanOptions,
): Promise<Plan> {
  const foreign = set.declarations.flatMap(({ spec }) => {
    const there = stored.get(spec.name);
    return there === undefined || there.source === null || there.source === set.source ? [] : [there];
  });
  if (foreign.length > 0 && !adopt) throw sourceConflict(set.source, foreign);

  const declared = new Set(set.declarations.map(({ spec }) => spec.name));
  const undeclared = [...stored.values()].filter(({ spec }) => !declared.has(spec.name));
  const changes = prune ? undeclared.map(removalOf) : [];
  for (const [position, declaration] of set.declarations.entries()) {
    if (position % atOnce === atOnce - 1) await nextTurn();
    const change = changeOf(set.source, declaration, stored.get(declaration.spec.name));
    if (change !== null) changes.push(change);
  }
  const { added, changed } = countChanges(changes);
  return {
    source: set.source,
    changes: changes.sort((a, b) => (a.name < b.name ? -1 : 1)),
    unchanged: set.declarations.length - added - changed,
    undeclared: prune ? [] : undeclared.map(({ spec }) => spec.name),
  };
}

function changeOf(
  source: string | null,
  { spec, paused }: TargetDeclaration,
  there: StoredState | undefined,
): PlannedChange | null {
  if (there === undefined) {
    const after = { spec, paused: paused ?? false, source };
    return { action: 'add', name: spec.name, id: null, before: null, after, changed: [] };
  }
  const after = { spec, paused: paused ?? there.paused, source };
  const changed = fieldDifferences(stateDocument(there), stateDocument(after)).map(({ field }) => field);
  if (changed.length === 0) return null;
  return { action: 'change', name: spec.name, id: there.id, before: declared(there), after, changed };
}

function removalOf(there: StoredState): PlannedChange {
  return { action: 'remove', name: there.spec.name, id: there.id, before: declared(there), after: null, changed: [] };
}

function declared({ spec, paused, source }: StoredState) {
  return { spec, paused, source };
}
