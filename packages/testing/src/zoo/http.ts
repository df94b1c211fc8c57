// Bad HTTP/1.1: status lines, headers, informational responses, framing.

import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { type Reply, raw, respond } from '../web-server.ts';
import { type Animal, page, shortMs } from './animal.ts';

const ok = 'HTTP/1.1 200 OK\r\n';
const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`;

export const httpAnimals: readonly Animal[] = [
  // The status line
  { name: 'sends a status that is no number', start: page(raw('HTTP/1.1 abc OK\r\n\r\n')), ends: 'http_invalid' },
  { name: 'sends the status 99', start: page(raw('HTTP/1.1 99 Low\r\n\r\n')), ends: 'http_invalid' },
  { name: 'sends the status 1000', start: page(raw('HTTP/1.1 1000 High\r\n\r\n')), ends: 'http_invalid' },
  { name: 'sends the status 999', start: page(raw('HTTP/1.1 999 No\r\n\r\n')), ends: 'status_unexpected' },
  {
    name: 'sends no reason phrase',
    start: page(raw('HTTP/1.1 200\r\n\r\nfine'), { matchPattern: '^fine$' }),
    ends: 'up',
  },
  { name: 'speaks HTTP/3.1', start: page(raw('HTTP/3.1 200 OK\r\n\r\n')), ends: 'http_invalid' },
  {
    name: 'answers as HTTP/0.9 did, with the body alone',
    start: page(raw('<html>hello</html>')),
    ends: 'http_invalid',
  },
  { name: 'sends an empty line in place of an answer', start: page(raw('\r\n')), ends: 'connection_closed' },

  // Headers
  { name: 'sends a NUL in a header', start: page(raw(`${ok}x: a\0b\r\n\r\n`)), ends: 'http_invalid' },
  { name: 'sends a header without a colon', start: page(raw(`${ok}no colon\r\n\r\n`)), ends: 'http_invalid' },
  {
    name: 'sends a header of 1 MiB',
    start: page(raw(`${ok}x: ${'x'.repeat(1_048_576)}\r\n\r\n`)),
    ends: 'http_headers_too_large',
  },
  {
    name: 'sends headers without end',
    start: page(endlessly(ok, 'x: y\r\n'.repeat(2_000))),
    ends: 'http_headers_too_large',
    hungry: 'flood',
  },
  {
    name: 'sends one header without end',
    start: page(endlessly(`${ok}x: `, 'x'.repeat(16_384))),
    ends: 'http_headers_too_large',
    hungry: 'flood',
  },
  {
    name: 'sends a byte of its headers now and then',
    start: page(dripRaw(`${ok}x: ${'x'.repeat(1_000)}`, 50), { timeoutMs: shortMs }),
    ends: 'timeout_first_byte',
  },
  {
    // RFC 9112 (5.2) would have a client make one line of it; undici's parser, like that of Node.js, takes none.
    name: 'folds a header over two lines',
    start: page(raw(`${ok}x-folded: one\r\n  two\r\ncontent-length: 4\r\n\r\nfine`)),
    ends: 'http_invalid',
  },
  {
    name: 'sends two content types',
    start: page(raw(`${ok}content-type: text/html\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nfine`), {
      matchPattern: '^fine$',
    }),
    ends: 'up',
  },

  // Informational responses
  {
    name: 'sends 100 unasked, and then the answer',
    start: page(raw(`HTTP/1.1 100 Continue\r\n\r\n${ok}content-length: 4\r\n\r\nfine`), { matchPattern: '^fine$' }),
    ends: 'up',
  },
  {
    name: 'sends early hints, and then the answer',
    start: page(
      raw(`${'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(3)}${ok}content-length: 4\r\n\r\nfine`),
      {
        matchPattern: '^fine$',
      },
    ),
    ends: 'up',
  },
  {
    name: 'sends informational responses without end',
    start: page(endlessly('', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(500))),
    ends: 'http_invalid',
    hungry: 'flood',
  },
  {
    name: 'switches protocols unasked',
    start: page(raw('HTTP/1.1 101 Go\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')),
    ends: 'http_invalid',
  },

  // Answers that have no body, and send one
  { name: 'sends a body with 204', start: page(raw('HTTP/1.1 204 No Content\r\n\r\na body')), ends: 'up' },
  {
    name: 'announces a body with 304',
    start: page(open('HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n'), {
      options: { expect: { status: ['304'] } },
    }),
    ends: 'up',
  },
  {
    name: 'announces a body in answer to HEAD',
    start: page(open(`${ok}content-length: 10\r\n\r\n`), { options: { method: 'HEAD' } }),
    ends: 'up',
  },
  {
    name: 'sends a body in answer to HEAD',
    start: page(raw(`${ok}content-length: 6\r\n\r\na body`), { options: { method: 'HEAD' } }),
    ends: 'up',
  },

  // Lengths
  {
    name: 'announces more than it sends',
    start: page(raw(`${ok}content-length: 100\r\n\r\ntoo short`)),
    ends: 'connection_closed',
  },
  {
    name: 'announces more than it sends, and that it will close the connection',
    start: page(raw(`${ok}connection: close\r\ncontent-length: 100\r\n\r\ntoo short`)),
    ends: 'connection_closed',
  },
  {
    name: 'announces more than it sends, and keeps the connection open',
    start: page(open(`${ok}content-length: 100\r\n\r\ntoo short`), { timeoutMs: shortMs }),
    ends: 'timeout_body',
  },
  {
    name: 'sends more than it announces',
    start: page(raw(`${ok}content-length: 4\r\n\r\nfine and more`), { matchPattern: '^fine$' }),
    ends: 'up',
  },
  {
    name: 'sends a second answer unasked',
    start: page(raw(`${ok}content-length: 4\r\n\r\nfine${ok}content-length: 4\r\n\r\nevil`), {
      matchPattern: '^fine$',
    }),
    ends: 'up',
  },
  {
    name: 'announces two different lengths',
    start: page(raw(`${ok}content-length: 4\r\ncontent-length: 5\r\n\r\nfine!`)),
    ends: 'http_invalid',
  },
  {
    name: 'announces a length, and chunks',
    start: page(raw(`${ok}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n`)),
    ends: 'http_invalid',
  },
  { name: 'announces a negative length', start: page(raw(`${ok}content-length: -1\r\n\r\n`)), ends: 'http_invalid' },
  {
    name: 'announces a length beyond all numbers',
    start: page(raw(`${ok}content-length: ${'9'.repeat(40)}\r\n\r\nbody`)),
    ends: 'http_invalid',
  },
  {
    name: 'ends a body by closing the connection',
    start: page(raw(`${ok}connection: close\r\n\r\nfine`), { matchPattern: '^fine$' }),
    ends: 'up',
  },
  {
    name: 'speaks HTTP/1.0',
    start: page(raw('HTTP/1.0 200 OK\r\n\r\nfine'), { matchPattern: '^fine$' }),
    ends: 'up',
  },
  {
    name: 'answers one byte at a time',
    start: page(dripRaw(`${ok}content-length: 4\r\n\r\nfine`, 2), { matchPattern: '^fine$' }),
    ends: 'up',
  },

  // Chunks
  { name: 'sends a chunk size that is no number', start: page(raw(`${chunked}xyz\r\n`)), ends: 'http_invalid' },
  {
    name: 'sends a chunk size beyond all numbers',
    start: page(raw(`${chunked}${'f'.repeat(40)}\r\n`)),
    ends: 'http_invalid',
  },
  {
    name: 'sends a chunk longer than its size',
    start: page(raw(`${chunked}2\r\nfine\r\n0\r\n\r\n`)),
    ends: 'http_invalid',
  },
  { name: 'hangs up within a chunk', start: page(raw(`${chunked}9\r\nabc`)), ends: 'connection_closed' },
  { name: 'leaves out the last chunk', start: page(raw(`${chunked}4\r\nfine\r\n`)), ends: 'connection_closed' },
  {
    name: 'leaves out the last chunk after announcing that it will close the connection',
    start: page(raw(`${ok}connection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfine\r\n`)),
    ends: 'connection_closed',
  },
  {
    name: 'sends chunk extensions and trailers',
    start: page(raw(`${chunked}4;a=b;c="d"\r\nfine\r\n0\r\nx: y\r\n\r\n`), { matchPattern: '^fine$' }),
    ends: 'up',
  },
  {
    name: 'sends an invalid chunk extension',
    start: page(raw(`${chunked}4;a=\x01\r\nfine\r\n0\r\n\r\n`)),
    ends: 'http_invalid',
  },
  {
    name: 'sends a chunk extension without end',
    start: page(endlessly(`${chunked}4;a=`, 'b'.repeat(16_384))),
    ends: 'http_invalid',
    hungry: 'flood',
  },
  {
    name: 'sends trailers without end',
    start: page(endlessly(`${chunked}4\r\nfine\r\n0\r\n`, 'x: y\r\n'.repeat(2_000))),
    ends: 'http_headers_too_large',
    hungry: 'flood',
  },
  { name: 'fails', start: page(respond({ status: 500 })), ends: 'status_unexpected' },
];

/** These bytes in place of a response; the connection stays open. */
function open(bytes: string): Reply {
  return (_request, response) => void response.socket?.write(bytes);
}

/** `start`, and then `again` as fast as it is read, for good. */
function endlessly(start: string, again: string): Reply {
  return (_request, { socket }) => socket && flood(socket, Buffer.from(start), Buffer.from(again));
}

function flood(socket: Socket, start: Buffer, again: Buffer): void {
  const fill = () => {
    while (!socket.destroyed && socket.write(again));
  };
  socket.on('drain', fill).write(start);
  fill();
}

/** These bytes in place of a response, one every `everyMs`. */
function dripRaw(bytes: string, everyMs: number): Reply {
  return (_request, { socket }) => {
    const left = [...bytes];
    const timer = setInterval(() => {
      const byte = left.shift();
      if (byte === undefined) socket?.end();
      else socket?.write(byte);
    }, everyMs);
    socket?.on('close', () => clearInterval(timer));
  };
}
