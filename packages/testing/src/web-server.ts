// A real HTTP or HTTPS server for tests, and ways for it to misbehave. With it come the certificates that it needs and
// servers that misbehave below HTTP.

import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import http2, { type Http2ServerRequest } from 'node:http2';
import https from 'node:https';
import type net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { Certificate } from './certificates.ts';
import { atEnd } from './test-scope.ts';
import { gzipOfZeros } from './zoo/bombs.ts';

export * from './certificates.ts';
export * from './tcp-server.ts';

export type Reply = (request: IncomingMessage, response: ServerResponse) => void;

export interface WebServerOptions {
  /** What each path answers. Other paths answer 404. */
  readonly routes?: Record<string, Reply>;
  /** Makes it an HTTPS server. */
  readonly certificate?: Certificate;
  /** What else its TLS is told. */
  readonly tls?: TlsOptions;
  /** Speaks HTTP/2 alone. It takes a certificate. */
  readonly http2?: boolean;
  /** Where to listen; 127.0.0.1 where absent. */
  readonly host?: string;
  /** A free one where absent. */
  readonly port?: number;
}

export interface WebServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Connections accepted so far, whether or not TLS came about. */
  readonly connections: number;
  readonly openConnections: number;
  readonly requests: number;
  /** The headers of the last request. */
  readonly lastHeaders: http.IncomingHttpHeaders;
  route(path: string, reply: Reply): void;
  close(): Promise<void>;
}

export async function startWebServer(options: WebServerOptions = {}): Promise<WebServer> {
  const host = options.host ?? '127.0.0.1';
  const routes = new Map(Object.entries(options.routes ?? {}));
  const sockets = new Set<Socket>();
  let connections = 0;
  let requests = 0;
  let lastHeaders: http.IncomingHttpHeaders = {};

  const listener: Reply = (request, response) => {
    requests += 1;
    lastHeaders = request.headers;
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    (routes.get(path) ?? respond({ status: 404 }))(request, response);
  };
  const server = serverFor(options, listener);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    // Clients that give up, as most tests here want them to, are no failure of the server.
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  await once(server.listen(options.port ?? 0, host), 'listening');
  const { port } = server.address() as AddressInfo;

  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  atEnd(close);
  return {
    url: `${options.certificate ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    get connections() {
      return connections;
    },
    get openConnections() {
      return sockets.size;
    },
    get requests() {
      return requests;
    },
    get lastHeaders() {
      return lastHeaders;
    },
    route: (path, reply) => void routes.set(path, reply),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function serverFor({ certificate, tls, http2: onlyHttp2 }: WebServerOptions, listener: Reply): net.Server {
  if (!certificate) return http.createServer(listener);
  const options = { ...certificate, ...tls };
  if (!onlyHttp2) return https.createServer(options, listener);
  // Node's own requests and responses of HTTP/2 do what those of HTTP/1.1 do, save for what concerns the connection.
  return http2.createSecureServer(options, listener as unknown as (request: Http2ServerRequest) => void);
}

export interface Response {
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Before anything is sent. */
  readonly delayMs?: number;
  /** After the headers and before the body. */
  readonly bodyDelayMs?: number;
}

export function respond({ status = 200, headers = {}, body = '', delayMs, bodyDelayMs }: Response = {}): Reply {
  return (_request, response) => {
    after(response, delayMs, () => {
      response.writeHead(status, headers);
      if (bodyDelayMs !== undefined) response.flushHeaders();
      after(response, bodyDelayMs, () => response.end(body));
    });
  };
}

/** Takes the request and says nothing. */
export function silent(): Reply {
  return () => undefined;
}

/** Sends the beginning of a body, then closes the connection in order, or resets it. */
export function breakOffMidBody(how: 'close' | 'reset', { withLength = true } = {}): Reply {
  return (_request, response) => {
    const { socket } = response;
    // Without a length the body ends with the connection, so only a reset can be told from its end.
    const header = withLength ? 'content-length: 1000' : 'connection: close';
    socket?.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\nthe beginning`, () => {
      // Time for the client to read it: a reset discards what it has not read.
      setTimeout(() => (how === 'reset' ? socket.resetAndDestroy() : socket.destroy()), 50);
    });
  };
}

/** Resets the connection instead of answering. */
export function resetWithoutAnswer(): Reply {
  return (_request, response) => response.socket?.resetAndDestroy();
}

/** One byte at a time. */
export function drip(body: string, everyMs: number): Reply {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
    response.flushHeaders();
    const bytes = Buffer.from(body);
    let sent = 0;
    const timer = setInterval(() => {
      response.write(bytes.subarray(sent, sent + 1));
      sent += 1;
      if (sent < bytes.length) return;
      clearInterval(timer);
      response.end();
    }, everyMs);
    response.on('close', () => clearInterval(timer));
  };
}

/** A body without an end, as fast as it is read. */
export function endless(): Reply {
  return (_request, response) => {
    const chunk = Buffer.alloc(16_384, 'x');
    const fill = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.writeHead(200).on('drain', fill);
    fill();
  };
}

/** A body in a content coding, or bytes that only claim to be. */
export function encoded(coding: string, body: Buffer): Reply {
  return respond({ headers: { 'content-encoding': coding }, body });
}

/** `megabytes` of zeros in about a thousandth of that. */
export function gzipBomb(megabytes: number): Reply {
  return encoded('gzip', gzipOfZeros(megabytes));
}

export function redirect(location: string, status = 302): Reply {
  return respond({ status, headers: { location }, body: 'moved' });
}

/** These bytes, whatever they are, in place of a response, and then the end of the connection. */
export function raw(bytes: string | Buffer): Reply {
  return (_request, response) => void response.socket?.end(bytes);
}

function after(response: ServerResponse, delayMs: number | undefined, action: () => void): void {
  if (delayMs === undefined) {
    action();
    return;
  }
  const timer = setTimeout(action, delayMs);
  response.on('close', () => clearTimeout(timer));
}
