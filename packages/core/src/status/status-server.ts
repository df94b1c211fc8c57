// What a process tells Prometheus and Kubernetes about itself: /metrics, /healthz and /readyz.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { withinDeadline } from '../clock/within-deadline.ts';
import { EverytickError } from '../domain/error.ts';
import type { Logger } from '../logging/logger.ts';
import { createServer } from './node-http.ts';

/** One condition of readiness. Resolves when it holds; the message of its rejection says why it does not. */
export interface ReadinessCheck {
  readonly name: string;
  readonly check: () => Promise<void>;
}

/** Answers one path. Rejects only where it has not begun to answer. */
export type StatusPage = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface StatusServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly registry: Registry;
  /** Asked on /readyz only: liveness never asks the database, or an outage would restart every process. */
  readonly readiness: readonly ReadinessCheck[];
  /** What there is beside /metrics, /healthz and /readyz, by path. */
  readonly pages?: Readonly<Record<string, StatusPage>>;
  readonly logger: Logger;
}

export interface StatusServer {
  readonly url: string;
  close(): Promise<void>;
}

const READINESS_TIMEOUT_MS = 2_000;

export async function startStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      respondJson(response, 405, { error: `${request.method} is not allowed here, only GET and HEAD` });
      return;
    }
    const answer = pages.get(path);
    if (answer === undefined) {
      respondJson(response, 404, { error: 'there is nothing here', paths: [...pages.keys()] });
      return;
    }
    answer(request, response).catch((error: unknown) => {
      options.logger.error({ err: error, path }, 'status request failed');
      if (!response.headersSent) respondJson(response, 500, { error: 'see the log of this process' });
    });
  });

  const metrics: StatusPage = async (_request, response) => {
    const body = await options.registry.metrics();
    response.writeHead(200, { 'content-type': options.registry.contentType }).end(body);
  };

  const healthz: StatusPage = (_request, response) => {
    respondJson(response, 200, { status: 'alive' });
    return Promise.resolve();
  };

  const readyz: StatusPage = async (_request, response) => {
    const checks = await Promise.all(
      options.readiness.map(async ({ name, check }) => {
        try {
          const answer = await withinDeadline(
            check().then(() => 'holds'),
            READINESS_TIMEOUT_MS,
          );
          if (answer === undefined) throw new Error(`no answer within ${READINESS_TIMEOUT_MS} ms`);
          return { name, ready: true };
        } catch (error) {
          return { name, ready: false, reason: (error as Error).message };
        }
      }),
    );
    const ready = checks.every((check) => check.ready);
    respondJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', checks });
  };

  const pages = new Map<string, StatusPage>(
    Object.entries({ '/metrics': metrics, '/healthz': healthz, '/readyz': readyz, ...options.pages }),
  );

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new EverytickError(
          'config_invalid',
          error.code === 'EADDRINUSE'
            ? `EVERYTICK_STATUS_PORT is ${options.port}, and another process listens there already: choose another port, or 0 for a free one`
            : `cannot listen on EVERYTICK_STATUS_HOST ${options.host}, EVERYTICK_STATUS_PORT ${options.port}: ${error.message}`,
        ),
      ),
    );
    server.listen(options.port, options.host, resolve);
  });
  const { address, family, port } = server.address() as AddressInfo;

  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respondJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
