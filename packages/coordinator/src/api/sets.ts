// Targets as code: what a whole set would change, and changing it.

import { applyTargets, planResource, planResourceOf, planTargets } from '@everytick/core';
import { planExample, setExample } from './examples.ts';
import { type ApiContext, type Operation, operation } from './operation.ts';
import { readSetBody, setBodySchema } from './set-body.ts';

/** Some 100,000 targets. */
const limitBytes = 32 * 1024 * 1024;

export function setOperations({ pool, rules }: ApiContext): Operation[] {
  const oneByOne = queue();
  const common = {
    method: 'POST',
    tag: 'sets',
    scope: 'write',
    body: { schema: setBodySchema, example: setExample, limitBytes },
    problems: [409, 422],
  } as const;
  return [
    operation({
      ...common,
      url: '/plan',
      operationId: 'planTargets',
      summary: 'What applying a set of targets would change',
      description: 'Changes nothing.',
      answers: { 200: { description: 'the plan', schema: planResource, example: { ...planExample, applied: false } } },
      handle: async ({ body }) => {
        const { set, options } = await readSetBody(body, rules);
        return planResourceOf(await planTargets(pool, set, options), false);
      },
    }),
    operation({
      ...common,
      url: '/apply',
      operationId: 'applyTargets',
      summary: 'Make targets what a set says: all of it, or nothing',
      description: 'In one transaction. Only what differs is touched; applying the same set again changes nothing.',
      answers: { 200: { description: 'what was changed', schema: planResource, example: planExample } },
      handle: async ({ body }) => {
        const { set, options } = await readSetBody(body, rules);
        return planResourceOf(await oneByOne(() => applyTargets(pool, set, options)), true);
      },
    }),
  ];
}

/** Applies wait for each other in any case; here they do so without holding a connection that others could use. */
function queue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
