// Fetches targets, each over fresh connections, and reports what happened without judging it.

import type { Socket } from 'node:net';
import type { FetchResult, RequestHeaders, Target, TargetFetcher } from '@everytick/core';
import { acceptedEncodings } from './body.ts';
import { CheckRun, type RunContext } from './check-run.ts';
import { Connector, type ConnectorOptions } from './connector.ts';

export interface UndiciFetcherOptions extends ConnectorOptions {
  /** How much of a body is read and kept, before content decoding and after it. 1 MiB where absent. */
  readonly bodyLimitBytes?: number | undefined;
}

export class UndiciFetcher implements TargetFetcher, RunContext {
  readonly connector: Connector;
  readonly bodyLimitBytes: number;
  readonly headers: readonly string[] = [
    'user-agent',
    'Everytick/0.1',
    'accept',
    '*/*',
    'accept-encoding',
    acceptedEncodings,
  ];
  readonly #runs = new Set<CheckRun>();
  readonly #sockets = new Set<Socket>();
  #closed = false;

  constructor(options: UndiciFetcherOptions = {}) {
    this.connector = new Connector(options);
    this.bodyLimitBytes = options.bodyLimitBytes ?? 1_048_576;
  }

  fetch(target: Target, headers?: RequestHeaders): Promise<FetchResult> {
    return new Promise((resolve) => {
      const run = new CheckRun(target, headers, this, (result) => {
        this.#runs.delete(run);
        resolve(result);
      });
      this.#runs.add(run);
      if (this.#closed) run.cancel();
      else run.start();
    });
  }

  /** Checks that are under way end as `internal_error`; whoever closes a fetcher must not record them. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const run of this.#runs) run.cancel();
    await Promise.all(
      [...this.#sockets].map((socket) => new Promise((closed) => socket.once('close', closed).destroy())),
    );
  }

  /** How many sockets are open or still closing. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
