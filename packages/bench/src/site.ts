// The web site that benchmarks check, as a process of its own, so that its cost is not the monitor's. It shares the machine
// with what is measured, so it is as cheap as it can be: one fixed answer and the end of the connection for each request,
// whatever it is. 56 us of CPU a request, where node:http takes 86.
//
// Says its origins, a line each. Its argument is JSON: {certificate: {cert, key}, addresses: [...]}, HTTPS where there is a
// certificate, 127.0.0.1 where there are no addresses.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';

const page = `<!doctype html><title>A page</title><p>${'All is well. '.repeat(80)}</p>`;
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${page.length}\r\nconnection: close\r\n\r\n${page}`,
);
const END_OF_HEAD = '\r\n\r\n';
/** As node:http allows. */
const LONGEST_HEAD = 16_384;

interface Order {
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly addresses?: readonly string[];
}
const { certificate, addresses = ['127.0.0.1'] }: Order = JSON.parse(process.argv[2] ?? '{}');

function serve(socket: net.Socket): void {
  let head = '';
  let answered = false;
  socket.on('data', (chunk: Buffer) => {
    if (answered) return; // nobody said that there would be more
    head += chunk.toString('latin1');
    answered = head.includes(END_OF_HEAD);
    if (answered) respond(socket);
    else if (head.length > LONGEST_HEAD) socket.destroy();
  });
  // Whoever asks may leave whenever they like.
  socket.on('error', () => socket.destroy());
}

/**
 * Once the kernel has the answer, closing sends it and ends the connection. Ending the stream instead (shutdown, then waiting
 * for the other end) costs two system calls more, but TLS needs it to say that nothing was cut off.
 */
function respond(socket: net.Socket): void {
  if (certificate === undefined) socket.write(answer, () => socket.destroy());
  else socket.end(answer);
}

for (const address of addresses) {
  const server = certificate === undefined ? net.createServer(serve) : tls.createServer(certificate, serve);
  // A long queue: a burst of connections must not look like a slow site.
  await once(server.listen(0, address, 4_096), 'listening');
  const scheme = certificate === undefined ? 'http' : 'https';
  process.stdout.write(`${scheme}://${address}:${(server.address() as AddressInfo).port}\n`);
}
process.stdout.write('serving\n');
