import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

/** One that was free a moment ago, for a program that cannot say which port the system has given it. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
