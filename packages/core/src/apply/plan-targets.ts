// What `apply` would do, without doing it.

import type { Queryable } from '../database/queryable.ts';
import { planOf, refuseImpossible } from './compare.ts';
import type { Plan, PlanOptions } from './plan.ts';
import { readStoredStates } from './stored-targets-of-set.ts';
import type { TargetSet } from './target-set.ts';

/** Throws `target_source_conflict`, `target_name_taken` (a name that is declared twice), `usage`. */
export async function planTargets(database: Queryable, set: TargetSet, options: PlanOptions): Promise<Plan> {
  refuseImpossible(set, options);
  return planOf(set, await readStoredStates(database, set), options);
}
