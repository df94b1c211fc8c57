// Asks a proxy for a way to a host and port, over a connection to the proxy that stands. Afterwards the connection is as
// good as one to the host itself.

import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { percentDecoded } from '@everytick/core';
import { SocksClient } from 'socks';

export interface TunnelObserver {
  onOpen(): void;
  /** A sentence for people; no secrets. */
  onRefused(reason: string): void;
}

export interface TunnelEnd {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Of a proxy's answer to CONNECT, headers included. */
const longestAnswer = 16_384;

/** The socket is the caller's, in success and in failure; so is the deadline, `leftMs` from now. */
export function openTunnel(socket: Socket, proxy: URL, end: TunnelEnd, leftMs: number, observer: TunnelObserver): void {
  if (proxy.protocol === 'http:') connectThroughHttp(socket, proxy, end, observer);
  else connectThroughSocks(socket, proxy, end, leftMs, observer);
}

/** RFC 9110, 9.3.6. By hand: node:http needs a millisecond for what is two lines, and that would be the target's. */
function connectThroughHttp(socket: Socket, proxy: URL, { host, port }: TunnelEnd, observer: TunnelObserver): void {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`, 'User-Agent: Everytick/0.1'];
  if (proxy.username !== '') {
    const credentials = `${percentDecoded(proxy.username)}:${percentDecoded(proxy.password)}`;
    lines.push(`Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}`);
  }
  let answer = Buffer.alloc(0);
  const end = (reason: string | null) => {
    socket.off('readable', onReadable).off('end', onEnd).off('error', onError);
    if (reason === null) observer.onOpen();
    else observer.onRefused(reason);
  };
  const onReadable = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) answer = Buffer.concat([answer, chunk]);
    const endsAt = answer.indexOf('\r\n\r\n');
    if (endsAt < 0) {
      if (answer.length > longestAnswer) end('its answer has no end');
      return;
    }
    const [, status, phrase = ''] =
      /^HTTP\/1\.\d (\d{3})(?: ([^\r]{0,500}))?/.exec(answer.toString('latin1', 0, endsAt)) ?? [];
    const rest = answer.subarray(endsAt + 4);
    if (status?.startsWith('2') !== true)
      end(`it answered ${status === undefined ? 'something else than HTTP' : `${status} ${phrase}`.trim()}`);
    else {
      if (rest.length > 0) socket.unshift(rest);
      end(null);
    }
  };
  const onEnd = () => end('it closed the connection');
  const onError = (error: NodeJS.ErrnoException) => end(error.code ?? error.message);
  socket.on('readable', onReadable).on('end', onEnd).on('error', onError);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}

const AFTER_DEADLINE_MS = 1_000;

function connectThroughSocks(
  socket: Socket,
  proxy: URL,
  destination: TunnelEnd,
  leftMs: number,
  observer: TunnelObserver,
): void {
  const credentials =
    proxy.username === '' ? {} : { userId: percentDecoded(proxy.username), password: percentDecoded(proxy.password) };
  SocksClient.createConnection({
    command: 'connect',
    existing_socket: socket,
    destination,
    // The library keeps its timer, and with it the connection, until then. A little later than the check's own deadline, which
    // decides what the error is called.
    timeout: Math.ceil(Math.max(0, leftMs)) + AFTER_DEADLINE_MS,
    proxy: { type: 5, host: proxy.hostname, port: portOf(proxy), ...credentials },
  }).then(
    // The library sets the connection going, with nobody listening, in the next round of the event loop.
    () =>
      setImmediate(() => {
        socket.pause();
        observer.onOpen();
      }),
    (error: Error) => observer.onRefused(error.message),
  );
}

/** Where a proxy listens. */
export function portOf(proxy: URL): number {
  if (proxy.port !== '') return Number(proxy.port);
  return proxy.protocol === 'http:' ? 80 : 1080;
}
