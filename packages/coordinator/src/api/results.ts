// The ledger, newest first.

import { listResultPage, type Outcome, outcomes, resultPage, resultResourceOf } from '@everytick/core';
import { z } from 'zod';
import { resultPageExample } from './examples.ts';
import { type ApiContext, type Operation, operation } from './operation.ts';
import { periodOf } from './period.ts';
import { countField, cursorField, type FieldsOf, momentField, textsField, wordsField } from './request-fields.ts';
import { storedTarget, targetPath } from './target-path.ts';

const fields = {
  from: momentField('scheduled at this moment or later'),
  to: momentField('scheduled before this moment'),
  outcome: wordsField(outcomes as unknown as readonly [Outcome, ...Outcome[]], 'any of these outcomes'),
  location: textsField('any of these locations'),
  limit: countField('how many at most', 1_000, 100),
  cursor: cursorField,
} as const;

const answers = {
  200: { description: 'a page of results', schema: resultPage, example: resultPageExample },
} as const;

export function resultOperations(context: ApiContext): Operation[] {
  return [
    operation({
      method: 'GET',
      url: '/targets/:id/results',
      operationId: 'listTargetResults',
      tag: 'results',
      summary: 'What the checks of a target found, newest first, a page at a time',
      scope: 'read',
      path: targetPath,
      query: fields,
      answers,
      problems: [404],
      handle: async ({ path, query }) => {
        // Removed ones as well: their ledger is still there.
        const { id } = await storedTarget(context, path.id);
        return pageOf(context, query, [id]);
      },
    }),
    operation({
      method: 'GET',
      url: '/results',
      operationId: 'listResults',
      tag: 'results',
      summary: 'What the checks of all targets found, newest first, a page at a time',
      scope: 'read',
      query: { target: targetIdsField, ...fields },
      answers,
      handle: ({ query: { target, ...query } }) => pageOf(context, query, target?.map(Number)),
    }),
  ];
}

const idAllowed = { error: () => 'has to be the id of a target, a whole number' };
const targetIdsField = z
  .array(
    z
      .string(idAllowed)
      .regex(/^[1-9]\d{0,9}$/, idAllowed)
      .refine((id) => Number(id) < 2 ** 31, idAllowed),
  )
  .max(200)
  .optional()
  .meta({ description: 'the id of a target; may be repeated' });

async function pageOf({ pool }: ApiContext, query: FieldsOf<typeof fields>, targetIds?: readonly number[]) {
  const { outcome, location, limit, cursor } = query;
  const { from, to } = periodOf(query);
  const page = await listResultPage(pool, {
    targetIds,
    from,
    to,
    outcomes: outcome,
    locations: location,
    limit,
    cursor,
  });
  return {
    results: page.results.map(resultResourceOf),
    next_cursor: page.nextCursor,
    kept_since: page.keptSince?.toISOString() ?? null,
  };
}
