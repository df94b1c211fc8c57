// The web site that is checked during the chaos run, as a process of its own. It keeps the other side's books: for every
// tick that a request carried, how often it came and what was served.
//
// It listens on several ports, for workers limit how much they ask of one host at a time. The first part of the path says how a page behaves; `flaps` is decided by the tick, so that a tick which is carried out
// twice is served alike.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BOOKS_PATH, type SiteBooks, type TickServed } from './site-books.ts';

const page = `<!doctype html><title>A page</title><p>${'All is well. '.repeat(20)}</p>`;
const HOSTS = 20;
const SLOW_MS = { least: 100, spread: 200 };

const served = new Map<string, TickServed>();
const begunAtMs: number[] = [];
let withoutTick = 0;

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}

function succeed(response: ServerResponse, books: TickServed): void {
  if (response.destroyed) return;
  books[3] = Date.now();
  response.writeHead(200, { 'content-type': 'text/html' }).end(page, () => {
    books[1] += 1;
  });
}

function fail(response: ServerResponse, books: TickServed): void {
  response.writeHead(500).end('it fails', () => {
    books[2] += 1;
  });
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '/';
  if (path === BOOKS_PATH) {
    const books: SiteBooks = { ticks: Object.fromEntries(served), begunAtMs, withoutTick };
    response.end(JSON.stringify(books));
    return;
  }
  begunAtMs.push(Date.now());
  const tick = request.headers['everytick-tick'];
  if (typeof tick !== 'string') {
    withoutTick += 1;
    response.end(page);
    return;
  }
  const books: TickServed = served.get(tick) ?? [0, 0, 0, 0];
  served.set(tick, books);
  books[0] += 1;
  const behaviour = path.slice(1, path.indexOf('/', 1));
  if (behaviour === 'fails' || (behaviour === 'flaps' && (hash(tick) >>> 16) % 2 === 0)) fail(response, books);
  else if (behaviour === 'slow') setTimeout(succeed, SLOW_MS.least + (hash(tick) % SLOW_MS.spread), response, books);
  else if (behaviour === 'closes') {
    books[2] += 1;
    response.destroy();
  } else succeed(response, books);
}

const origins: string[] = [];
for (let host = 0; host < HOSTS; host++) {
  const server = createServer(answer);
  server.on('clientError', (_error, socket) => socket.destroy());
  // A long queue: a burst of connections must not look like a slow site.
  await once(server.listen(0, '127.0.0.1', 4_096), 'listening');
  origins.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
process.stdout.write(`${origins.join(' ')}\n`);

// Whoever started this may be killed.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit();
}, 1_000);
