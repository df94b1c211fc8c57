// A web server and a proxy that take their time, in a process of their own, and write down how long it really was. The DNS server
// is another process (truth-dns.ts), so that questions do not wait behind handshakes.
//
// The delay that a name asks for is not the truth: timers are late. The truth is when things came and left, so moments are
// taken as the first thing when something is read, and right after the call that handed the answer to the kernel.
//
// Everything is written by hand on sockets, for two reasons: node:http decides for itself when it writes, and what the
// server's own work costs delays its answers without appearing in its books.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { createCertificateAuthority } from '@everytick/testing';
import { arrivalMs, nowMs } from './arrival.ts';
import { Books, leaveWithParent } from './books.ts';
import { acceptDelaysMs, delaysIn, zone } from './check-plan.ts';
import type { WebAddresses } from './server-books.ts';

const body = Buffer.alloc(2_048, 'All is well. ');
const head = `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`;
const firstPart = Buffer.concat([Buffer.from(head), body.subarray(0, 1_024)]);
const lastPart = body.subarray(1_024);

const books = new Books();

/** Calls at once where there is nothing to wait for: a timer takes a millisecond at least. */
function after(delayMs: number, action: () => void): void {
  if (delayMs === 0) action();
  else setTimeout(action, delayMs);
}

/** Calls back with the head of a request, once, as soon as its last byte is there. */
function onRequest(socket: net.Socket, heard: (text: string, atMs: number) => void): void {
  let text = '';
  const onData = (chunk: Buffer) => {
    const atMs = arrivalMs();
    text += chunk.toString('latin1');
    if (!text.endsWith('\r\n\r\n')) return;
    socket.off('data', onData);
    heard(text, atMs);
  };
  socket.on('data', onData);
}

function serve(socket: net.Socket, acceptedMs: number): void {
  onRequest(socket, (text, requestMs) => {
    const name = /^host: ([^:\r]+)/im.exec(text)?.[1] ?? '';
    const delays = delaysIn(name);
    if (!delays) {
      socket.destroy();
      return;
    }
    const record = books.of(name);
    record.acceptedMs = acceptedMs;
    record.requestMs = requestMs;
    after(delays.firstByteMs, () => {
      socket.write(firstPart);
      record.firstByteMs = nowMs();
      after(delays.bodyMs, () => {
        socket.write(lastPart);
        record.lastByteMs = nowMs();
        socket.end();
      });
    });
  });
}

function secure(raw: net.Socket, secureContext: tls.SecureContext, acceptedMs: number): void {
  const socket = new tls.TLSSocket(raw, {
    isServer: true,
    secureContext,
    // OpenSSL asks when it has read the ClientHello, and does nothing more until it is told to go on.
    SNICallback: (name, goOn) => {
      const record = books.of(name);
      record.helloMs = arrivalMs();
      after(delaysIn(name)?.tlsMs ?? 0, () => {
        goOn(null);
        record.flightMs = nowMs();
      });
    },
  });
  socket.on('error', () => socket.destroy());
  socket.once('secure', () => serve(socket, acceptedMs));
}

async function listen(
  acceptMs: number,
  onConnection: (socket: net.Socket, acceptedMs: number) => void,
): Promise<number> {
  const server = net.createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    const acceptedMs = arrivalMs();
    socket.on('error', () => socket.destroy());
    after(acceptMs, () => {
      onConnection(socket, acceptedMs);
      socket.resume();
    });
  });
  // A long queue: a burst of connections must not look like a slow server.
  await once(server.listen(0, '127.0.0.1', 4_096), 'listening');
  return (server.address() as AddressInfo).port;
}

const authority = await createCertificateAuthority();
const secureContext = tls.createSecureContext(await authority.issue({ names: [`*.${zone}`] }));

const httpPorts: number[] = [];
const httpsPorts: number[] = [];
for (const acceptMs of acceptDelaysMs) {
  httpPorts.push(await listen(acceptMs, serve));
  httpsPorts.push(await listen(acceptMs, (socket, acceptedMs) => secure(socket, secureContext, acceptedMs)));
}

// The way that it opens leads back into this process, without another connection that would take time of its own.
const proxy = await listen(0, (socket, acceptedMs) => {
  onRequest(socket, (text, askedMs) => {
    const [, name = '', port = ''] = /^CONNECT ([^:]+):(\d+) /.exec(text) ?? [];
    const delays = delaysIn(name);
    if (!delays) {
      socket.destroy();
      return;
    }
    const record = books.of(name);
    record.askedMs = askedMs;
    after(delays.tunnelMs, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      record.tunnelMs = nowMs();
      if (httpsPorts.includes(Number(port))) {
        socket.pause();
        secure(socket, secureContext, acceptedMs);
      } else serve(socket, acceptedMs);
    });
  });
});

const addresses: WebAddresses = {
  proxy,
  http: httpPorts,
  https: httpsPorts,
  books: await books.serve(),
  ca: authority.cert,
};
process.stdout.write(`${JSON.stringify(addresses)}\n`);
leaveWithParent();
