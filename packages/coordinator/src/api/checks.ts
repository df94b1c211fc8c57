// Checking at once, outside the schedule: through a worker, of which the ledger says nothing.

import {
  checkReportResource,
  defaultLocation,
  EverytickError,
  locationNameAllowed,
  locationNamePattern,
  longestOnDemandTimeoutMs,
  parseTargetSpec,
  type RequestedTarget,
  requestCheck,
  type TargetRules,
  type TargetSpecInput,
  targetsNotFound,
  unknownField,
} from '@everytick/core';
import { z } from 'zod';
import { checkReportExample, checkRequestExample } from './examples.ts';
import { type ApiContext, type Operation, operation } from './operation.ts';
import { targetDocumentSchema } from './target-body.ts';
import { storedTarget } from './target-path.ts';
import { Turns } from './turns.ts';

const mostSeconds = longestOnDemandTimeoutMs / 1000;

const checkBodySchema = z
  .object({
    target_id: z
      .int()
      .positive()
      .optional()
      .meta({ description: `a target that is there; it may take ${mostSeconds} s, even if its timeout is longer` }),
    spec: targetDocumentSchema
      .optional()
      .meta({ description: `or one that is not; only how to check it matters, for ${mostSeconds} s at most` }),
    location: z.string().optional().meta({ description: "from where; 'default', unless given" }),
  })
  .meta({ id: 'CheckRequest', description: 'either target_id or spec' });

/** Of a URL that a client is told again, in characters. */
const longestShown = 300;
const fields = ['target_id', 'spec', 'location'];

/** Each of them asks several times a second whether it has been answered. */
const most = { atOnce: 40, mostWaiting: 0, longestWaitMs: 0, work: 'checks' };

export function checkOperations(context: ApiContext): Operation[] {
  const turns = new Turns(most);
  return [
    operation({
      method: 'POST',
      url: '/check',
      operationId: 'checkNow',
      tag: 'checks',
      summary: 'Check once, now, through a worker',
      description: `Answers when the check is over. With 503 and the code no_worker where no worker takes it. A timeout of more than ${mostSeconds} s is cut to that.`,
      scope: 'write',
      body: { schema: checkBodySchema, example: checkRequestExample },
      answers: { 200: { description: 'what was found', schema: checkReportResource, example: checkReportExample } },
      problems: [404, 422],
      handle: async ({ body }) => {
        const { target, location } = await readCheckBody(body, context);
        return turns.during(() => requestCheck(context.quickPool, { target, location }));
      },
    }),
  ];
}

async function readCheckBody(body: unknown, context: ApiContext) {
  if (!isMapping(body)) throw invalid([], 'has to be a mapping such as {"target_id": 7}');
  const unknown = Object.keys(body).find((key) => !fields.includes(key));
  if (unknown === 'url')
    throw invalid([unknown], `${unknownField(unknown, fields)}; did you mean ${asSpec(body['url'])}?`);
  if (unknown !== undefined) throw invalid([unknown], unknownField(unknown, fields));
  const { target_id: id, spec, location = defaultLocation } = body;
  if (typeof location !== 'string' || !locationNamePattern.test(location)) {
    throw invalid(['location'], `is no name of a location; allowed are ${locationNameAllowed}`);
  }
  if ((id === undefined) === (spec === undefined))
    throw invalid([], 'what shall be checked? Give either target_id or spec');
  if (spec !== undefined) return { target: specified(spec, context.rules), location };
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 1) {
    throw invalid(['target_id'], 'has to be the id of a target, a whole number');
  }
  const target = await storedTarget({ pool: context.quickPool }, id);
  if (target.deletedAt !== null) throw targetsNotFound([String(id)]);
  return { target: target satisfies RequestedTarget, location };
}

function asSpec(url: unknown): string {
  const shown = typeof url === 'string' && url.length <= longestShown ? url : 'https://...';
  return JSON.stringify({ spec: { url: shown } });
}

function specified(spec: unknown, rules: TargetRules): RequestedTarget {
  // How often does not matter, so the longest timeout goes with it.
  const given = isMapping(spec) ? { ...spec, every: '1d' } : spec;
  try {
    return parseTargetSpec(given as TargetSpecInput, rules);
  } catch (error) {
    if (!(error instanceof EverytickError)) throw error;
    const problems = error.problems.map((problem) => ({ ...problem, path: ['spec', ...problem.path] }));
    throw new EverytickError(error.code, error.message, { problems });
  }
}

function invalid(path: readonly string[], message: string): EverytickError {
  return new EverytickError('target_invalid', [path.join('.'), message].filter(Boolean).join(': '), {
    problems: [{ path, message }],
  });
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
