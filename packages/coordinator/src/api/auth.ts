// Who may do what.
//
//   token sent ........ has to be valid, wherever the API listens, and to have the scope
//   no token sent ..... allowed where the API listens on loopback and the request comes from this machine, see loopback.ts
//
// Tokens that turn out to be none count for the address they come from: whoever guesses is slowed down, whoever knows is not,
// whatever others at the same address do. What web pages and proxies send without a token counts for itself, so that no page
// which somebody looks at uses up what the programs of this machine may ask.

import type { TokenScope, VerifiedToken } from '@everytick/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Foreign, foreignness } from './loopback.ts';
import { RequestProblem } from './problem.ts';
import type { RateLimits } from './rate-limits.ts';
import type { TokenVerifier } from './token-verifier.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose token came with it; null: none did. */
    caller: VerifiedToken | null;
  }
  interface FastifyContextConfig {
    /** What a token has to allow; null: everybody may. */
    scope?: TokenScope | null;
  }
}

export interface AuthOptions {
  readonly verifier: TokenVerifier;
  readonly limits: RateLimits;
  /** As what the API was told to listen on. */
  readonly host: string;
  /** Whether that is on this machine alone. */
  readonly loopback: boolean;
}

/** Before anything of the body is read. */
export function admitWith(options: AuthOptions): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => {
    const token = tokenOf(request.headers.authorization);
    if (token === null) {
      const foreign = options.loopback ? foreignness(request, options.host) : null;
      await options.limits.count(request, reply, foreign === null ? 'address' : 'foreign');
      if (scopeOf(request) !== null) refuseWithoutToken(foreign, options);
      return;
    }
    const caller = await options.verifier.verify(token);
    if (caller === null) {
      await options.limits.count(request, reply, 'address');
      throw unauthorized('the token is not valid: it is none, has expired, or was revoked', 'invalid_token');
    }
    request.caller = caller;
    await options.limits.count(request, reply, caller);
    const scope = scopeOf(request);
    if (scope === null || caller.scopes.includes(scope) || caller.scopes.includes('write')) return;
    throw new RequestProblem(403, 'forbidden', `the token '${caller.name}' has the scope read; this needs write`, {
      headers: { 'www-authenticate': 'Bearer realm="everytick", error="insufficient_scope", scope="write"' },
    });
  };
}

/** What is not there needs no token to say so. */
function scopeOf(request: FastifyRequest): TokenScope | null {
  return request.is404 ? null : (request.routeOptions.config.scope ?? null);
}

function tokenOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(header) ?? [];
  if (token === undefined) throw unauthorized('Authorization has to be "Bearer" and a token', 'invalid_request');
  return token;
}

const why: Readonly<Record<Foreign, string>> = {
  host: 'without a token the API answers to names of this machine only, such as localhost',
  origin: 'a web page of another origin has sent this; that needs a token',
  proxy: 'a proxy has passed this on, or something else that speaks HTTP/1.0; that needs a token',
};

function refuseWithoutToken(foreign: Foreign | null, { loopback }: AuthOptions): void {
  if (!loopback) throw unauthorized('a token is needed: Authorization: Bearer ett_...');
  if (foreign === null) return;
  if (foreign === 'origin') throw new RequestProblem(403, 'forbidden', why.origin);
  throw unauthorized(why[foreign]);
}

function unauthorized(detail: string, error?: string): RequestProblem {
  const challenge = `Bearer realm="everytick"${error === undefined ? '' : `, error="${error}"`}`;
  return new RequestProblem(401, 'unauthorized', detail, { headers: { 'www-authenticate': challenge } });
}
