// How targets did over months and years.

import { EverytickError, listTargetPage, uptimeOf, uptimePage, uptimeResource } from '@everytick/core';
import { uptimeExample, uptimePageExample } from './examples.ts';
import { type ApiContext, type Operation, operation } from './operation.ts';
import { periodOf } from './period.ts';
import { countField, cursorField, momentField, textField } from './request-fields.ts';
import { clientGone } from './request-gone.ts';
import { storedTarget, targetPath } from './target-path.ts';
import { targetFilterFields, targetFilterOf } from './target-query.ts';
import { Turns } from './turns.ts';

/** A page of a hundred targets over years reads as many rows as a week of results. So many leave connections for the rest. */
const slowQuestions = { atOnce: 2, mostWaiting: 20, longestWaitMs: 4_000, work: 'uptimes' };

const period = {
  from: momentField('the beginning of the period, rounded down to its hour; 30 days before its end, unless given'),
  to: momentField('the end of the period; now, unless given'),
} as const;

export function uptimeOperations(context: ApiContext): Operation[] {
  const turns = new Turns(slowQuestions);
  return [
    operation({
      method: 'GET',
      url: '/targets/:id/uptime',
      operationId: 'getTargetUptime',
      tag: 'results',
      summary: 'Uptime, coverage and response times of a target over any time, from the hours and days that are kept',
      scope: 'read',
      path: targetPath,
      query: { ...period, location: textField('from this location; all together, unless given') },
      answers: { 200: { description: 'the uptime', schema: uptimeResource, example: uptimeExample } },
      problems: [404],
      handle: async ({ path, query, reply }) => {
        const { id } = await storedTarget(context, path.id);
        const asked = { targetIds: [id], ...periodOf(query), location: query.location };
        const [uptime] = await turns.during(() => uptimeOf(context.pool, asked), clientGone(reply));
        if (uptime === undefined) throw new EverytickError('target_not_found', `there is no target '${id}'`);
        return uptime;
      },
    }),
    operation({
      method: 'GET',
      url: '/uptime',
      operationId: 'listUptimes',
      tag: 'results',
      summary: 'The same of targets by name, a page at a time',
      description: '`location` says which targets, and as seen from where.',
      scope: 'read',
      query: { ...period, limit: countField('how many at most', 100, 50), cursor: cursorField, ...targetFilterFields },
      answers: { 200: { description: 'a page of uptimes', schema: uptimePage, example: uptimePageExample } },
      handle: async ({ query: { from, to, limit, cursor, ...filter }, reply }) => {
        const asked = { ...periodOf({ from, to }), location: filter.location };
        const page = await listTargetPage(context.pool, { ...targetFilterOf(filter), limit, cursor });
        const targetIds = page.targets.map(({ id }) => id);
        const targets = await turns.during(() => uptimeOf(context.pool, { targetIds, ...asked }), clientGone(reply));
        return { targets, next_cursor: page.nextCursor };
      },
    }),
  ];
}
