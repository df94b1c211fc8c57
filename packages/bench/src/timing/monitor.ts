// Something that carries checks out and says how long their phases took.

import type { CheckPlan } from './check-plan.ts';
import type { Said } from './truth.ts';

export interface Monitor extends AsyncDisposable {
  readonly name: string;
  /** Whether it is to go through a proxy now and then. */
  readonly usesProxies: boolean;
  /** Does not reject: a check that failed says why. */
  check(plan: CheckPlan): Promise<Measured>;
}

export interface Measured {
  readonly plan: CheckPlan;
  readonly said: Said;
  /** Null where the check succeeded, as all should. */
  readonly failure: string | null;
  /** Whether the monitor itself says that its figures may be its own doing; null for one that cannot tell. */
  readonly suspect: boolean | null;
}
