// Forward proxies for tests: HTTP CONNECT and SOCKS5, with or without a password.

import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import http from 'node:http';
import net, { type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { listenForTest } from './listening.ts';

export interface ProxyOptions {
  /** `name:password` that it wants. */
  readonly credentials?: string;
  /** Where it finds the names of targets; names that are not here it refuses. */
  readonly names?: Readonly<Record<string, string>>;
  /** Before it answers. */
  readonly delayMs?: number;
}

export interface ProxyServer extends AsyncDisposable {
  readonly port: number;
  /** `host:port` of each way that it was asked for. */
  readonly asked: readonly string[];
}

export function startHttpProxy(options: ProxyOptions = {}): Promise<ProxyServer> {
  const asked: string[] = [];
  const server = http.createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client, head) => {
    const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
    asked.push(`${host}:${port}`);
    const given = /^Basic (.*)$/.exec(request.headers['proxy-authorization'] ?? '')?.[1] ?? '';
    const answer = (line: string) => later(options, () => client.write(`HTTP/1.1 ${line}\r\n\r\n`));
    if (options.credentials !== undefined && Buffer.from(given, 'base64').toString() !== options.credentials) {
      answer('407 Proxy Authentication Required');
      return;
    }
    open(host, Number(port), options, client, head, {
      onOpen: () => answer('200 Connection established'),
      onFailed: () => answer('502 Bad Gateway'),
    });
  });
  return listening(server, asked);
}

export function startSocksProxy(options: ProxyOptions = {}): Promise<ProxyServer> {
  const asked: string[] = [];
  const server = net.createServer((client) => void serveSocks(client, options, asked).catch(() => client.destroy()));
  return listening(server, asked);
}

/** RFC 1928, and RFC 1929 for the password. */
async function serveSocks(client: Socket, options: ProxyOptions, asked: string[]): Promise<void> {
  client.on('error', () => client.destroy());
  const greeting = await readAtLeast(client, 2);
  const method = options.credentials === undefined ? 0 : 2;
  if (!greeting.subarray(2).includes(method)) {
    client.end(Buffer.from([5, 0xff]));
    return;
  }
  client.write(Buffer.from([5, method]));
  if (options.credentials !== undefined) {
    const login = await readAtLeast(client, 5);
    const name = login.subarray(2, 2 + (login[1] ?? 0));
    const password = login.subarray(3 + name.length);
    const good = `${name}:${password}` === options.credentials;
    client.write(Buffer.from([1, good ? 0 : 1]));
    if (!good) return;
  }
  const request = await readAtLeast(client, 10);
  const [host, port] = destinationOf(request);
  asked.push(`${host}:${port}`);
  const answer = (code: number) => later(options, () => client.write(Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0])));
  open(host, port, options, client, Buffer.alloc(0), { onOpen: () => answer(0), onFailed: () => answer(4) });
}

function destinationOf(request: Buffer): [host: string, port: number] {
  const port = request.readUInt16BE(request.length - 2);
  const rest = request.subarray(4, request.length - 2);
  if (request[3] === 1) return [[...rest].join('.'), port];
  if (request[3] === 3) return [rest.subarray(1).toString(), port];
  const groups = Array.from({ length: 8 }, (_, index) => rest.readUInt16BE(index * 2).toString(16));
  return [groups.join(':'), port];
}

async function readAtLeast(socket: Socket, bytes: number): Promise<Buffer> {
  let all = Buffer.alloc(0);
  while (all.length < bytes) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) await once(socket, 'readable');
    else all = Buffer.concat([all, chunk]);
  }
  return all;
}

function later({ delayMs = 0 }: ProxyOptions, action: () => void): void {
  setTimeout(action, delayMs).unref();
}

function open(
  host: string,
  port: number,
  { names = {} }: ProxyOptions,
  client: Duplex,
  head: Buffer,
  { onOpen, onFailed }: { readonly onOpen: () => void; readonly onFailed: () => void },
): void {
  const address = net.isIP(host) === 0 ? names[host] : host;
  client.on('error', () => client.destroy());
  if (address === undefined) {
    onFailed();
    return;
  }
  const target = net.connect(port, address);
  target.on('error', () => (target.connecting || target.bytesRead === 0 ? onFailed() : client.destroy()));
  client.on('close', () => target.destroy());
  target.on('close', () => client.end());
  target.once('connect', () => {
    onOpen();
    target.write(head);
    client.pipe(target).pipe(client);
  });
}

async function listening(server: net.Server, asked: string[]): Promise<ProxyServer> {
  return { ...(await listenForTest(server)), asked };
}
