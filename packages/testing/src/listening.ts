// A TCP server of any kind, listening until its test is over.

import { once } from 'node:events';
import type net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { atEnd } from './test-scope.ts';

export interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** Listens on a port that the system chooses. Its end is that of all connections. */
export async function listenForTest(server: net.Server, host = '127.0.0.1'): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // Clients that give up, as most tests here want them to, are no failure of the server.
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, host), 'listening');
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server.close(), 'close');
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  atEnd(close);
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}
