// The description of the API itself.

import { z } from 'zod';
import { type Operation, operation } from './operation.ts';

const document = z
  .looseObject({ openapi: z.string(), info: z.looseObject({ title: z.string(), version: z.string() }) })
  .meta({ description: 'OpenAPI 3.1' });

export function documentOperation(): Operation {
  return operation({
    method: 'GET',
    url: '/openapi.json',
    operationId: 'getOpenApiDocument',
    tag: 'api',
    summary: 'This document',
    scope: null,
    answers: { 200: { description: 'the OpenAPI document', schema: document } },
    handle: ({ request }) => Promise.resolve(request.server.swagger()),
  });
}
