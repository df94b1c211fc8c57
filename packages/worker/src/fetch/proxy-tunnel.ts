// Asks a proxy for a way to a host and port, over a connection to the proxy that stands. Afterwards the connection is as
// good as one to the host itself.

import { Buffer } from 'node:buffer';
import http from 'node:http';
import type { Socket } from 'node:net';
import { SocksClient } from 'socks';
import { percentDecoded } from './redirect.ts';

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

/** The socket is the caller's, in success and in failure; so is the deadline, `leftMs` from now. */
export function openTunnel(socket: Socket, proxy: URL, end: TunnelEnd, leftMs: number, observer: TunnelObserver): void {
  if (proxy.protocol === 'http:') connectThroughHttp(socket, proxy, end, observer);
  else connectThroughSocks(socket, proxy, end, leftMs, observer);
}

function connectThroughHttp(socket: Socket, proxy: URL, { host, port }: TunnelEnd, observer: TunnelObserver): void {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const headers: Record<string, string> = { host: authority, 'user-agent': 'Everytick/0.1' };
  if (proxy.username !== '') {
    const credentials = `${percentDecoded(proxy.username)}:${percentDecoded(proxy.password)}`;
    headers['proxy-authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  const request = http.request({
    method: 'CONNECT',
    path: authority,
    headers,
    // No agent: this very connection, and nothing is kept.
    createConnection: () => socket,
  });
  request.on('connect', ({ statusCode, statusMessage }, _socket, head: Buffer) => {
    if (statusCode === undefined || statusCode < 200 || statusCode > 299) {
      observer.onRefused(`it answered ${statusCode ?? 'nothing'}${statusMessage ? ` ${statusMessage}` : ''}`);
      return;
    }
    if (head.length > 0) socket.unshift(head);
    observer.onOpen();
  });
  // Some proxies answer a refusal as an ordinary response.
  request.on('response', ({ statusCode }) => observer.onRefused(`it answered ${statusCode}`));
  request.on('error', (error: NodeJS.ErrnoException) => observer.onRefused(error.code ?? error.message));
  request.end();
}

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
    // The library keeps its timer, and with it the connection, until then.
    timeout: Math.max(1, Math.ceil(leftMs)),
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
