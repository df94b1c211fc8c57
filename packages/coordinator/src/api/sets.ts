// Targets as code: what a whole set would change, and changing it.

import { setImmediate as turn } from 'node:timers/promises';
import {
  applyTargets,
  countChanges,
  type Plan,
  type PlanResource,
  planResource,
  planResourceOf,
  planTargets,
} from '@everytick/core';
import { planExample, setExample } from './examples.ts';
import { type ApiContext, type Operation, operation } from './operation.ts';
import { readSetBody, setBodySchema } from './set-body.ts';
import { SetTurns } from './set-turns.ts';

/** A set as large as `mostTargets` allows, with some 600 bytes a target. */
const limitBytes = 32 * 1024 * 1024;
/** Changes that are put into words before others get their turn. */
const turnAfter = 100;

export function setOperations({ pool, rules }: ApiContext): Operation[] {
  const turns = new SetTurns();
  const common = {
    method: 'POST',
    tag: 'sets',
    scope: 'write',
    body: { schema: setBodySchema, example: setExample, limitBytes },
    problems: [409, 422],
    beforeBody: (_request, reply) => turns.arrive(reply),
  } as const satisfies Partial<Operation>;
  return [
    operation({
      ...common,
      url: '/plan',
      operationId: 'planTargets',
      summary: 'What applying a set of targets would change',
      description: `Changes nothing. ${oneByOne}`,
      answers: { 200: { description: 'the plan', schema: planResource, example: { ...planExample, applied: false } } },
      handle: ({ body, reply }) =>
        turns.work(reply, async (gone) => {
          const { set, options } = await readSetBody(body, rules, gone);
          return inWords(await planTargets(pool, set, options), false, gone);
        }),
    }),
    operation({
      ...common,
      url: '/apply',
      operationId: 'applyTargets',
      summary: 'Make targets what a set says: all of it, or nothing',
      description: `In one transaction. Only what differs is touched; applying the same set again changes nothing. ${oneByOne}`,
      answers: { 200: { description: 'what was changed', schema: planResource, example: planExample } },
      handle: ({ body, reply }) =>
        turns.work(reply, async (gone) => {
          const { set, options } = await readSetBody(body, rules, gone);
          return inWords(await applyTargets(pool, set, options), true, gone);
        }),
    }),
  ];
}

const oneByOne = 'Sets are taken one by one; while two wait, others are refused with 503.';

/** As `planResourceOf` does it, a part at a time: the schedule is kept by the same thread. */
async function inWords(plan: Plan, applied: boolean, gone: AbortSignal): Promise<PlanResource> {
  const changes: PlanResource['changes'] = [];
  for (let from = 0; from < plan.changes.length; from += turnAfter) {
    await turn();
    gone.throwIfAborted();
    const part = { ...plan, changes: plan.changes.slice(from, from + turnAfter) };
    changes.push(...planResourceOf(part, applied).changes);
  }
  return { ...planResourceOf({ ...plan, changes: [] }, applied), ...countChanges(plan.changes), changes };
}
