// Servers that misbehave below HTTP.

import { once } from 'node:events';
import net from 'node:net';
import { Worker } from 'node:worker_threads';
import { listenForTest } from './listening.ts';
import { atEnd } from './test-scope.ts';

export interface TcpServer extends AsyncDisposable {
  readonly port: number;
}

/** Listens on `host` and leaves each connection to `onConnection`. */
export function startTcpServer(onConnection: (socket: net.Socket) => void, host?: string): Promise<TcpServer> {
  return listenForTest(net.createServer(onConnection), host);
}

/** A port on 127.0.0.1 on which nothing listens any more. */
export async function unusedPort(): Promise<number> {
  await using server = await startTcpServer(() => undefined);
  return server.port;
}

// Runs in a thread that blocks for good once it listens, so nothing ever accepts.
const deafThread = `
  const { parentPort, workerData: host } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ host, port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

/** A port on `host` to which connecting neither succeeds nor fails: its backlog is full (on Linux). */
export async function startDeafServer(host = '127.0.0.1'): Promise<TcpServer> {
  const thread = new Worker(deafThread, { eval: true, workerData: host });
  const [port] = (await once(thread, 'message')) as [number];
  const fillers: net.Socket[] = [];
  // The kernel takes connections until the backlog is full; the first one that hangs tells that it is.
  for (let accepted = true; accepted && fillers.length < 64; ) {
    const socket = net.connect(port, host);
    socket.on('error', () => socket.destroy());
    fillers.push(socket);
    accepted = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, 100, false)),
    ]);
  }
  const close = async () => {
    for (const socket of fillers) socket.destroy();
    await thread.terminate();
  };
  atEnd(close);
  return { port, [Symbol.asyncDispose]: close };
}
