// A TCP proxy that injects faults: between any two processes, on all their connections or on one.

import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { type DroppedAnswer, FaultProxyConnection, type ProxiedConnection } from './fault-proxy-connection.ts';
import { atEnd } from './test-scope.ts';

export type { DroppedAnswer, ProxiedConnection } from './fault-proxy-connection.ts';

export interface FaultProxyOptions {
  /** Where the proxied server listens. Nothing needs to listen there yet. */
  readonly targetPort: number;
  /** The address of both the proxied server and the proxy; 127.0.0.1 where absent. */
  readonly host?: string;
}

export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** The open ones, oldest first. */
  readonly connections: readonly ProxiedConnection[];
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Resets all connections (RST). New ones are accepted as before. */
  cut(): void;
  /** Closes all connections in order (FIN). New ones are accepted as before. */
  close(): void;
  /** Connections stay open, new ones open, but nothing passes: neither data nor the end of a connection. */
  stall(): void;
  /** Ends `stall`, for single connections as well. What was held passes on. */
  resume(): void;
  /** Connecting fails (ECONNREFUSED) until `accept`. Open connections stay. */
  refuse(): void;
  /** Ends `refuse`. Rejects where somebody else has taken the port meanwhile. */
  accept(): Promise<void>;
  /** From now on, each piece of data arrives this much later, in either direction, on open and on new connections. */
  delay(ms: number): void;
  /**
   * The next request that contains `to` reaches the server, its answer does not reach the client: the client's connection
   * is reset instead. What the request did is done, and the client cannot know. Without `to` any request will do. `to` is
   * looked for in each piece of data by itself, as it arrives.
   */
  dropNextAnswer(to?: string): DroppedAnswer;
}

/** Listens on a free port and passes connections on to `targetPort`. What cannot be passed on is reset. */
export async function startFaultProxy({ targetPort, host = '127.0.0.1' }: FaultProxyOptions): Promise<FaultProxy> {
  const connections = new Set<FaultProxyConnection>();
  const traps: { readonly to: string; readonly spring: () => void }[] = [];
  let accepted = 0;
  let stalled = false;
  let delayMs = 0;

  const trap = (request: Buffer) => {
    const index = traps.findIndex(({ to }) => request.includes(to));
    return index < 0 ? undefined : traps.splice(index, 1)[0]?.spring;
  };
  const onClient = (client: net.Socket) => {
    accepted += 1;
    const connection = new FaultProxyConnection(
      client,
      { host, port: targetPort },
      { trap, onOver: () => connections.delete(connection), stalled, delayMs },
    );
    connections.add(connection);
  };
  const listenOn = async (wanted: number) => {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, onClient);
    await once(server.listen(wanted, host), 'listening');
    return server;
  };

  let server: net.Server | undefined = await listenOn(0);
  const { port } = server.address() as AddressInfo;
  const stopListening = () => {
    // Only the listening ends here; 'close' would wait for the connections as well.
    server?.close();
    server = undefined;
  };
  const dispose = () => {
    stopListening();
    for (const connection of connections) connection.cut();
    return Promise.resolve();
  };
  atEnd(dispose);

  return {
    port,
    get connections() {
      return [...connections];
    },
    get accepted() {
      return accepted;
    },
    cut() {
      for (const connection of connections) connection.cut();
    },
    close() {
      for (const connection of connections) connection.close();
    },
    stall() {
      stalled = true;
      for (const connection of connections) connection.stall();
    },
    resume() {
      stalled = false;
      for (const connection of connections) connection.resume();
    },
    refuse: stopListening,
    async accept() {
      server ??= await listenOn(port);
    },
    delay(ms) {
      delayMs = ms;
      for (const connection of connections) connection.delay(ms);
    },
    dropNextAnswer(to = '') {
      const { promise, resolve } = Promise.withResolvers<void>();
      const set = { to, spring: resolve };
      traps.push(set);
      return {
        happened: promise,
        cancel() {
          const index = traps.indexOf(set);
          if (index >= 0) traps.splice(index, 1);
        },
      };
    },
    [Symbol.asyncDispose]: dispose,
  };
}
