// Chooses the port of the server. The choice can be lost to another process before the server has it: the caller retries.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** The preferred port where it is free on 127.0.0.1, else one that the operating system gives out. */
export async function choosePort(preferred: number | undefined): Promise<number> {
  if (preferred !== undefined) {
    const port = await tryPort(preferred).catch(() => undefined); // taken, or not ours to use (below 1024)
    if (port !== undefined) return port;
  }
  return tryPort(0);
}

async function tryPort(port: number): Promise<number> {
  const server = createServer();
  server.listen({ host: '127.0.0.1', port });
  await once(server, 'listening');
  const { port: given } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return given;
}
