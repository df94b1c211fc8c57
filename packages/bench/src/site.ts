// The web site that benchmarks check, as a process of its own, so that its cost is not the monitor's. Says its origin.
// HTTPS where its argument is a certificate with its key, {cert, key} as JSON.

import { createServer, type RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

const page = `<!doctype html><title>A page</title><p>${'All is well. '.repeat(80)}</p>`;
const serve: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end(page);
};

const [certificate] = process.argv.slice(2);
const server = certificate === undefined ? createServer(serve) : https.createServer(JSON.parse(certificate), serve);
// A long queue: a burst of connections must not look like a slow site.
server.listen(0, '127.0.0.1', 4_096, () => {
  const scheme = certificate === undefined ? 'http' : 'https';
  process.stdout.write(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
