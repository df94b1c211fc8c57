// An operation of the API: what it takes, what it answers, and how it does it, said once. The routes of the server and the
// OpenAPI document are both made of this.

import type { Logger, TargetRules, TokenScope } from '@everytick/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type pg from 'pg';
import type { z } from 'zod';
import { type Fields, type FieldsOf, readFields } from './request-fields.ts';

export const basePath = '/api/v1';

/** What operations work with. */
export interface ApiContext {
  /** The API's own, with a timeout for statements: a slow question waits for nobody else, and nobody else for it. */
  readonly pool: pg.Pool;
  /** For what takes no time and must not wait for slow questions: tokens, and whether a check has been answered. */
  readonly quickPool: pg.Pool;
  readonly rules: TargetRules;
  readonly logger: Logger;
}

export interface Call<Path extends Fields, Query extends Fields> {
  readonly path: FieldsOf<Path>;
  readonly query: FieldsOf<Query>;
  /** As it came; whoever uses it has to look into it. */
  readonly body: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface BodySpec {
  /** For the OpenAPI document: what a client may send. */
  readonly schema: z.ZodType;
  readonly example: unknown;
  readonly mediaTypes?: readonly string[];
  readonly limitBytes?: number;
}

export interface AnswerSpec {
  readonly description: string;
  /** Left out where there is no body. */
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Operation<Path extends Fields = Fields, Query extends Fields = Fields> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base path; `:id` stands for a parameter. */
  readonly url: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** What a token has to allow; null: everybody may. */
  readonly scope: TokenScope | null;
  readonly path?: Path;
  readonly query?: Query;
  /** Names of request headers that it looks at, with what they are for. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodySpec;
  /** Done once it is known who asks, and before anything of the body is read. */
  readonly beforeBody?: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** By status. */
  readonly answers: Readonly<Record<number, AnswerSpec>>;
  /** Statuses of problems that are its own; those that every operation can have go without saying. */
  readonly problems?: readonly number[];
  readonly handle: (call: Call<Path, Query>) => Promise<unknown>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

/** An operation with the types of its fields. */
export function operation<
  const Path extends Fields = Record<never, never>,
  const Query extends Fields = Record<never, never>,
>(spec: Operation<Path, Query>): Operation {
  return spec as unknown as Operation;
}

export function addOperation(server: FastifyInstance, spec: Operation): void {
  const { method, url, scope, path = {}, query = {}, body, beforeBody, handle } = spec;
  server.route({
    method,
    url,
    config: { scope, operation: spec },
    ...(body?.limitBytes === undefined ? {} : { bodyLimit: body.limitBytes }),
    ...(beforeBody === undefined ? {} : { onRequest: beforeBody }),
    handler: async (request, reply) =>
      handle({
        path: readFields(path, request.params),
        query: readFields(query, request.query),
        body: request.body,
        request,
        reply,
      }),
  });
}
