// How many requests a minute are taken: of each token, of each address that sends none, and of what comes from elsewhere
// through this machine.

import type { VerifiedToken } from '@everytick/core';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestProblem } from './problem.ts';

const windowMs = 60_000;

export interface RateLimits {
  /** Counts a request for a token, for its address, or among the foreign ones. Throws `rate_limited`. */
  count(request: FastifyRequest, reply: FastifyReply, whose: VerifiedToken | 'address' | 'foreign'): Promise<void>;
}

const byWhom = { address: 'of this address', foreign: 'of web pages and proxies without a token' } as const;

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
  const foreign = server.createRateLimit({ max: most, timeWindow: windowMs, keyGenerator: () => 'foreign' });
  return {
    async count(request, reply, whose) {
      const bucket = whose === 'address' ? byAddress : whose === 'foreign' ? foreign : byToken;
      const counted = await bucket(request);
      if (counted.isAllowed) return;
      const { max, remaining, ttlInSeconds, isExceeded } = counted;
      reply.headers({
        'ratelimit-limit': String(max),
        'ratelimit-remaining': String(remaining),
        'ratelimit-reset': String(ttlInSeconds),
      });
      if (!isExceeded) return;
      const by = typeof whose === 'string' ? byWhom[whose] : `with the token '${whose.name}'`;
      throw new RequestProblem(429, 'rate_limited', `more than ${max} requests a minute ${by}; try again later`, {
        headers: { 'retry-after': String(Math.max(1, ttlInSeconds)) },
      });
    },
  };
}
