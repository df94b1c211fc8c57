// The demonstration site as a process of its own, so that nothing `up` does falsifies what is measured of it.

import type { AddressInfo } from 'node:net';
import { createDemoSite } from './site.ts';

const preferredPort = Number(process.argv[2] ?? 0);
const server = createDemoSite();

server.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE' && preferredPort !== 0) server.listen(0, '127.0.0.1');
  else throw error;
});
server.on('listening', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ type: 'ready', statusUrl: `http://127.0.0.1:${port}` });
});
server.listen(preferredPort, '127.0.0.1');

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
