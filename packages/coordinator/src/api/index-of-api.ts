// Where somebody who knows only where the API is finds the rest of it.

import { z } from 'zod';
import { basePath, type Operation, operation } from './operation.ts';

const links = {
  document: `${basePath}/openapi.json`,
  targets: `${basePath}/targets`,
  results: `${basePath}/results`,
  overview: `${basePath}/overview`,
  uptime: `${basePath}/uptime`,
  locations: `${basePath}/locations`,
  workers: `${basePath}/workers`,
} as const;

const index = z
  .object({ name: z.string(), links: z.record(z.string(), z.string()) })
  .meta({ id: 'Index', description: 'paths by what is found there; `document` describes all of them' });

export function indexOperation(): Operation {
  return operation({
    method: 'GET',
    url: '',
    operationId: 'getIndex',
    tag: 'api',
    summary: 'Where to find what',
    scope: 'read',
    answers: { 200: { description: 'links', schema: index, example: { name: 'Everytick', links } } },
    handle: () => Promise.resolve({ name: 'Everytick', links }),
  });
}
