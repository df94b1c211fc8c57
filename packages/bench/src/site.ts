// The web site that benchmarks check, as a process of its own, so that its cost is not the monitor's.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const page = `<!doctype html><title>A page</title><p>${'All is well. '.repeat(80)}</p>`;

const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end(page);
});
// A long queue: a burst of connections must not look like a slow site.
server.listen(0, '127.0.0.1', 4_096, () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
