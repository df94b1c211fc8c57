// How many requests a minute are taken: of each token, and of each address that sends none.

import type { VerifiedToken } from '@everytick/core';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestProblem } from './problem.ts';

const windowMs = 60_000;

export interface RateLimits {
  /** Counts a request for a token, or for its address. Throws `rate_limited`. */
  count(request: FastifyRequest, reply: FastifyReply, caller: VerifiedToken | null): Promise<void>;
}

/** `most` requests a minute. */
export async function rateLimitsOf(server: FastifyInstance, most: number): Promise<RateLimits> {
  await server.register(rateLimit, { global: false, max: most, timeWindow: windowMs });
  // Of more than 5,000 addresses or tokens at once some are counted anew. IPv6 goes by its network: whoever has one address
  // there has 2^64.
  const byAddress = server.createRateLimit({ max: most, timeWindow: windowMs });
  const byToken = server.createRateLimit({
    max: most,
    timeWindow: windowMs,
    keyGenerator: (request) => String(request.caller?.id),
  });
  return {
    async count(request, reply, caller) {
      const counted = await (caller === null ? byAddress : byToken)(request);
      if (counted.isAllowed) return;
      const { max, remaining, ttlInSeconds, isExceeded } = counted;
      reply.headers({
        'ratelimit-limit': String(max),
        'ratelimit-remaining': String(remaining),
        'ratelimit-reset': String(ttlInSeconds),
      });
      if (!isExceeded) return;
      const whose = caller === null ? 'of this address' : `with the token '${caller.name}'`;
      throw new RequestProblem(429, 'rate_limited', `more than ${max} requests a minute ${whose}; try again later`, {
        headers: { 'retry-after': String(Math.max(1, ttlInSeconds)) },
      });
    },
  };
}
