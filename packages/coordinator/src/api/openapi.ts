// The OpenAPI 3.1 document: made of the same operations and schemas that the server works by, so it cannot say anything else.

import { problemResource, STATUS_CODES } from '@everytick/core';
import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { z } from 'zod';
import { ApiComponents, type JsonSchema } from './api-components.ts';
import type { AnswerSpec, Operation } from './operation.ts';
import { problemType } from './problem.ts';
import { tags } from './tags.ts';
import { writtenSchemas } from './target-body.ts';

const title = 'Everytick';
const description = `Website monitoring in which every tick is accounted for.

Moments are in UTC (RFC 3339), durations are written as in targets files (\`10s\`, \`500ms\`), and figures have their unit in
their name. Lists come a page at a time: give \`next_cursor\` as \`cursor\` until it is null. What goes wrong is told as
\`application/problem+json\` (RFC 9457); \`code\` is for programs.`;

/** Has to come before the operations: they are looked at as they are added. */
export async function serveOpenApi(api: FastifyInstance, version: string): Promise<void> {
  const components = new ApiComponents();
  for (const [name, schema] of Object.entries(writtenSchemas)) components.add(schema(), name);
  const bodyExamples = new Map<string, unknown>();
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, description, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/', description: 'the coordinator that serves this document' }],
      tags: Object.entries(tags).map(([name, about]) => ({ name, description: about })),
      // With a token, or on loopback without one.
      security: [{ token: [] }, {}],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description:
              'A token as `everytick tokens create` makes them. Its scope is `read` or `write`, which includes `read`. Where the API listens on loopback, requests of the same machine need none.',
          },
        },
      },
    },
    transform: ({ schema, url, route }) => {
      const spec = (route.config as { readonly operation?: Operation } | undefined)?.operation;
      if (spec?.body !== undefined) bodyExamples.set(spec.operationId, spec.body.example);
      return { schema: spec === undefined ? { ...schema, hide: true } : documented(spec, components), url };
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return {};
      const { openapiObject } = document;
      addBodyExamples(openapiObject.paths ?? {}, bodyExamples);
      return {
        ...openapiObject,
        components: { ...openapiObject.components, schemas: { ...components.schemas } },
      } as typeof openapiObject;
    },
  });
}

/** Beside references there is no room for them in what the plugin takes. */
function addBodyExamples(paths: object, byOperation: ReadonlyMap<string, unknown>): void {
  for (const methods of Object.values(paths)) {
    for (const { operationId, requestBody } of Object.values(methods as Record<string, DocumentedOperation>)) {
      const example = byOperation.get(operationId);
      for (const media of Object.values(requestBody?.content ?? {})) Object.assign(media, { example });
    }
  }
}

interface DocumentedOperation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, object>> };
}

function documented(spec: Operation, components: ApiComponents): FastifySchema {
  const { operationId, summary, tag, scope, path, query, headers, body } = spec;
  const about = [spec.description, scope === null ? 'Open to everybody.' : `Scope of the token: \`${scope}\`.`];
  return {
    operationId,
    summary,
    description: about.filter((text) => text !== undefined).join('\n\n'),
    tags: [tag],
    ...(scope === null ? { security: [] } : {}),
    ...(path === undefined ? {} : { params: components.of(z.object(path)) }),
    ...(query === undefined ? {} : { querystring: components.of(z.object(query)) }),
    ...(headers === undefined ? {} : { headers: headersSchema(headers) }),
    ...(body === undefined
      ? {}
      : {
          body: {
            content: Object.fromEntries(
              (body.mediaTypes ?? ['application/json']).map((type) => [type, { schema: components.of(body.schema) }]),
            ),
          },
        }),
    response: {
      ...Object.fromEntries(
        Object.entries(spec.answers).map(([status, answer]) => [status, answerSchema(answer, components)]),
      ),
      ...Object.fromEntries(problemsOf(spec).map((status) => [status, problemSchema(status, components)])),
    },
  } as FastifySchema;
}

function headersSchema(headers: Readonly<Record<string, string>>): JsonSchema {
  const properties = Object.entries(headers).map(([name, about]) => [name, { type: 'string', description: about }]);
  return { type: 'object', properties: Object.fromEntries(properties) };
}

function answerSchema({ description, schema, example, headers }: AnswerSpec, components: ApiComponents): JsonSchema {
  const media =
    schema === undefined
      ? { type: 'null' }
      : {
          content: {
            'application/json': { schema: components.of(schema), ...(example === undefined ? {} : { example }) },
          },
        };
  return { description, ...media, ...(headers === undefined ? {} : { headers: headersSchema(headers)['properties'] }) };
}

/** Those that every operation can have, those of bodies, and its own. */
function problemsOf({ method, path, scope, problems = [] }: Operation): number[] {
  const everywhere = [400, 429, 500, 503];
  const ofTokens = scope === null ? [] : [401, 403];
  // Also where none is wanted: one that is sent is read.
  const ofBodies = method === 'GET' ? [] : [413, 415];
  const ofPaths = path === undefined ? [] : [414];
  return [...new Set([...everywhere, ...ofTokens, ...ofBodies, ...ofPaths, ...problems])].sort((a, b) => a - b);
}

const examples: Readonly<
  Record<number, { readonly code: string; readonly detail: string; readonly errors?: unknown }>
> = {
  400: { code: 'request_invalid', detail: "limt: is no parameter; did you mean 'limit'?; allowed are limit, cursor" },
  401: { code: 'unauthorized', detail: 'a token is needed: Authorization: Bearer ett_...' },
  403: { code: 'forbidden', detail: "the token 'dashboard' has the scope read; this needs write" },
  404: { code: 'target_not_found', detail: "there is no target '7'; nothing was changed" },
  409: { code: 'target_name_taken', detail: "target 'shop' exists already; nothing was added. Choose another name." },
  412: {
    code: 'precondition_failed',
    detail: 'target 7 is not as If-Match says: it has been changed since it was read; nothing was changed',
  },
  413: { code: 'body_too_large', detail: 'Request body is too large; see EVERYTICK_API_BODY_LIMIT_BYTES' },
  414: { code: 'request_invalid', detail: 'the id is longer than any' },
  415: { code: 'unsupported_media_type', detail: 'a body has to be application/json' },
  422: {
    code: 'target_invalid',
    detail: "every: '10 sec' is no duration; allowed are 1s to 1d, as seconds or with a unit (10s, 5m, 1h, 1d)",
    errors: [
      {
        pointer: '/every',
        detail: "'10 sec' is no duration; allowed are 1s to 1d, as seconds or with a unit (10s, 5m, 1h, 1d)",
      },
    ],
  },
  429: { code: 'rate_limited', detail: 'more than 1200 requests a minute of this address; try again later' },
  500: { code: 'internal', detail: 'something went wrong here; the log of the coordinator says what' },
  503: { code: 'unavailable', detail: 'the database cannot be reached now; try again later' },
};

function problemSchema(status: number, components: ApiComponents): JsonSchema {
  const reason = STATUS_CODES[status] ?? '';
  const example = { type: 'about:blank', title: reason, status, ...examples[status] };
  return {
    description: reason,
    content: { [problemType]: { schema: components.of(problemResource), example } },
  };
}
