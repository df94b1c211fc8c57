// The HTTP server of the API: what every request goes through on its way to an operation and back.
//
//   admitted (auth.ts, rate-limits.ts) -> body read (json-body.ts) -> operation -> JSON, or problem+json (problem.ts)

import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { type CoordinatorConfig, EverytickError } from '@everytick/core';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { type ApiMetrics, observeRequests } from './api-metrics.ts';
import { traceRequests } from './api-spans.ts';
import { admitWith } from './auth.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { elsewhere } from './elsewhere.ts';
import { acceptJsonBodies } from './json-body.ts';
import { isLoopbackAddress } from './loopback.ts';
import { serveOpenApi } from './openapi.ts';
import { type ApiContext, addOperation, basePath } from './operation.ts';
import { operationsOf } from './operations.ts';
import { problemType, refusalOf } from './problem.ts';
import { rateLimitsOf } from './rate-limits.ts';
import { TokenVerifier } from './token-verifier.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** Of clients that send slowly, or nothing more. */
const timeouts = { headersMs: 5_000, requestMs: 60_000, idleMs: 65_000 };
/** Requests in flight may finish for so long after the server was told to stop. */
const drainMs = 1_500;
/** Connections. More are closed at once: each takes a descriptor of a process that has other work, the schedule, to do. */
const mostConnections = 256;
/** One name of a target, encoded, may stand in a path at most. */
const longestParameter = 100;

export interface ApiServerOptions extends ApiContext {
  readonly config: Pick<CoordinatorConfig, 'apiHost' | 'apiPort' | 'apiRateLimit' | 'apiBodyLimitBytes'>;
  readonly metrics: ApiMetrics;
  /** What to listen on: one address of `apiHost`. */
  readonly address: string;
}

export interface ApiServer {
  /** With the base path. */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens. Throws `config_invalid` where that is impossible. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { config, address } = options;
  const server = await buildApiServer(options);
  try {
    await server.listen({ host: address, port: config.apiPort });
  } catch (error) {
    await server.close();
    const { code, message } = error as NodeJS.ErrnoException;
    throw new EverytickError(
      'config_invalid',
      code === 'EADDRINUSE'
        ? `EVERYTICK_API_PORT is ${config.apiPort}, and another process listens there already: choose another port, or 0 for a free one`
        : `cannot listen on EVERYTICK_API_HOST ${config.apiHost}, EVERYTICK_API_PORT ${config.apiPort}: ${message}`,
    );
  }
  const { address: bound, family, port } = server.server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${bound}]` : bound;
  return { url: `http://${host}:${port}${basePath}`, close: () => closeWithin(server, drainMs) };
}

/** Everything but the listening. */
export async function buildApiServer(options: ApiServerOptions): Promise<FastifyInstance> {
  const { config, logger, quickPool, address } = options;
  const server = fastify({
    logger: false,
    bodyLimit: config.apiBodyLimitBytes,
    // Those that come in while the others finish are answered as well, and their connections closed.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.idleMs,
    http: { headersTimeout: timeouts.headersMs, connectionsCheckingInterval: 1_000 },
    // Whoever is asked for by a header of the client's choice would be whom the limits count.
    trustProxy: false,
    routerOptions: { maxParamLength: longestParameter, ignoreTrailingSlash: false },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket as Socket),
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      const { problem } = refusalOf(error);
      void reply.code(problem.status).type(problemType).send(problem);
    },
  });
  server.server.maxConnections = mostConnections;
  server.decorateRequest('caller', null);
  traceRequests(server);
  acceptJsonBodies(server);
  const limits = await rateLimitsOf(server, config.apiRateLimit);
  const verifier = new TokenVerifier(quickPool);
  observeRequests(server, options.metrics);
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    done();
  });
  server.addHook(
    'onRequest',
    admitWith({ verifier, limits, host: config.apiHost, loopback: isLoopbackAddress(address) }),
  );
  server.setErrorHandler((error, request, reply) => {
    const { problem, headers, worthLogging } = refusalOf(error);
    if (worthLogging) {
      const route = request.routeOptions.url ?? null;
      logger.error(
        { err: error, method: request.method, route, status: problem.status },
        'the API could not do what was asked',
      );
    }
    return reply.code(problem.status).headers(headers).type(problemType).send(problem);
  });
  server.setNotFoundHandler(elsewhere(server));
  await server.register(
    async (api) => {
      await serveOpenApi(api, version);
      for (const operation of operationsOf(options)) addOperation(api, operation);
    },
    { prefix: basePath },
  );
  await server.ready();
  return server;
}

async function closeWithin(server: FastifyInstance, ms: number): Promise<void> {
  const cut = setTimeout(() => server.server.closeAllConnections(), ms);
  try {
    await server.close();
  } finally {
    clearTimeout(cut);
  }
}
