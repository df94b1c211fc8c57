// Servers that misbehave below HTTP.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { atEnd } from './test-scope.ts';

export interface TcpServer extends AsyncDisposable {
  readonly port: number;
}

/** Listens on `host` and leaves each connection to `onConnection`. */
export async function startTcpServer(
  onConnection: (socket: net.Socket) => void,
  host = '127.0.0.1',
): Promise<TcpServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    onConnection(socket);
  });
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server.close(), 'close');
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  atEnd(close);
  return { port, [Symbol.asyncDispose]: close };
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
