// How targets did in a period, and what is so now.

import { overviewOfTargets, overviewResource, summarizeTarget, summaryResource } from '@everytick/core';
import { overviewExample, summaryExample } from './examples.ts';
import { type ApiContext, type Operation, operation } from './operation.ts';
import { periodOf } from './period.ts';
import { momentField, textField } from './request-fields.ts';
import { clientGone } from './request-gone.ts';
import { storedTarget, targetPath } from './target-path.ts';
import { targetFilterFields, targetFilterOf } from './target-query.ts';
import { Turns } from './turns.ts';

/** They may read a week of results. So many leave connections for the rest. */
const slowQuestions = { atOnce: 2, mostWaiting: 20, longestWaitMs: 4_000, work: 'summaries' };

export function summaryOperations(context: ApiContext): Operation[] {
  const turns = new Turns(slowQuestions);
  return [
    operation({
      method: 'GET',
      url: '/targets/:id/summary',
      operationId: 'summarizeTarget',
      tag: 'results',
      summary: 'Uptime, coverage and response times of a target in a period',
      scope: 'read',
      path: targetPath,
      query: {
        from: momentField('the beginning of the period; 24 hours before its end, unless given'),
        to: momentField('the end of the period; now, unless given'),
        location: textField('from this location; all together, unless given'),
      },
      answers: { 200: { description: 'the summary', schema: summaryResource, example: summaryExample } },
      problems: [404],
      handle: async ({ path, query, reply }) => {
        const { id: targetId } = await storedTarget(context, path.id);
        const asked = { targetId, ...periodOf(query), location: query.location };
        return turns.during(() => summarizeTarget(context.pool, asked), clientGone(reply));
      },
    }),
    operation({
      method: 'GET',
      url: '/overview',
      operationId: 'getOverview',
      tag: 'targets',
      summary: 'How many targets are in which state now',
      scope: 'read',
      query: targetFilterFields,
      answers: { 200: { description: 'the overview', schema: overviewResource, example: overviewExample } },
      handle: ({ query, reply }) => {
        const filter = targetFilterOf(query);
        return turns.during(() => overviewOfTargets(context.pool, filter), clientGone(reply));
      },
    }),
  ];
}
