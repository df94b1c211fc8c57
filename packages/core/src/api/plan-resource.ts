// Plans as the API and `--json` show them.

import { z } from 'zod';
import { countChanges, type DeclaredState, type Plan } from '../apply/plan.ts';
import { targetDocument } from '../targets/target-document.ts';
import { withoutPassword } from '../targets/target-url.ts';

const declaredState = z
  .looseObject({ name: z.string(), url: z.string(), paused: z.boolean(), source: z.string().nullable() })
  .meta({ id: 'DeclaredState', description: 'a target as targets files say it, with `paused` and `source`' });

const count = (description: string) => z.int().nonnegative().meta({ description });

export const planResource = z
  .object({
    source: z.string().nullable(),
    applied: z.boolean().meta({ description: 'whether the changes have been made' }),
    changes: z.array(
      z.object({
        action: z.enum(['add', 'change', 'remove']),
        name: z.string(),
        id: z.int().positive().nullable(),
        changed: z.array(z.string()).meta({ description: 'what differs: `every`, `expect.status`' }),
        before: declaredState.nullable(),
        after: declaredState.nullable(),
      }),
    ),
    added: count('how many targets are added; of a plan, would be'),
    changed: count('how many targets are changed; of a plan, would be'),
    removed: count('how many targets are removed; of a plan, would be'),
    unchanged: count('how many targets are as declared already'),
    undeclared: z.array(z.string()).meta({
      description: 'names of targets of this source that the set does not declare; they stay without `prune`',
    }),
  })
  .meta({ id: 'Plan' });
export type PlanResource = z.infer<typeof planResource>;

export function planResourceOf(plan: Plan, applied: boolean): PlanResource {
  return {
    source: plan.source,
    applied,
    changes: plan.changes.map(({ action, name, id, changed, before, after }) => ({
      action,
      name,
      id,
      changed: [...changed],
      before: before && stateOf(before),
      after: after && stateOf(after),
    })),
    ...countChanges(plan.changes),
    unchanged: plan.unchanged,
    undeclared: [...plan.undeclared],
  };
}

function stateOf({ spec, paused, source }: DeclaredState) {
  return { ...targetDocument(spec), url: withoutPassword(spec.url), paused, source };
}
