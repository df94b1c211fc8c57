// Bad servers below HTTP: they do not accept, do not speak, or hang up.

import { startDeafServer, startTcpServer } from '../tcp-server.ts';
import { breakOffMidBody, raw, resetWithoutAnswer, silent } from '../web-server.ts';
import { type Animal, page, shortMs } from './animal.ts';

// More than the socket buffers of both sides ever take.
const largeBody = 'x'.repeat(16 * 1_048_576);

export const connectionAnimals: readonly Animal[] = [
  {
    name: 'refuses connections',
    // Where none of the others listens: a port that is free now may be somebody else's in a moment.
    start: () => Promise.resolve({ url: 'http://127.0.0.1:1/' }),
    ends: 'connect_refused',
  },
  {
    name: 'does not accept connections',
    start: async () => ({ url: `http://127.0.0.1:${(await startDeafServer()).port}/`, timeoutMs: shortMs }),
    ends: 'timeout_connect',
  },
  {
    name: 'accepts and is silent',
    start: async () => ({ url: `http://127.0.0.1:${(await startTcpServer(ignore)).port}/`, timeoutMs: shortMs }),
    ends: 'timeout_first_byte',
  },
  {
    name: 'takes the request and is silent',
    start: page(silent(), { timeoutMs: shortMs }),
    ends: 'timeout_first_byte',
  },
  {
    name: 'accepts, and is silent where TLS should begin',
    start: async () => ({ url: `https://127.0.0.1:${(await startTcpServer(ignore)).port}/`, timeoutMs: shortMs }),
    ends: 'timeout_tls',
  },
  {
    name: 'hangs up as soon as it has accepted',
    start: async () => {
      const { port } = await startTcpServer((socket) => socket.destroy());
      return { url: `http://127.0.0.1:${port}/` };
    },
    ends: 'connection_closed',
  },
  { name: 'hangs up when it has the request', start: page(raw('')), ends: 'connection_closed' },
  {
    name: 'resets the connection when it has the request',
    start: page(resetWithoutAnswer()),
    ends: 'connection_closed',
  },
  {
    name: 'hangs up where TLS should begin',
    start: async () => {
      const { port } = await startTcpServer((socket) => socket.once('data', () => socket.end()));
      return { url: `https://127.0.0.1:${port}/` };
    },
    ends: 'tls_failed',
  },
  {
    name: 'resets the connection where TLS should begin',
    start: async () => {
      const { port } = await startTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
      return { url: `https://127.0.0.1:${port}/` };
    },
    ends: 'connect_reset',
  },
  {
    name: 'speaks first, and another protocol',
    start: async () => {
      const { port } = await startTcpServer((socket) => socket.resume().write('SSH-2.0-OpenSSH_9.9\r\n'));
      return { url: `http://127.0.0.1:${port}/` };
    },
    ends: 'http_invalid',
  },
  { name: 'hangs up within its headers', start: page(raw('HTTP/1.1 200 OK\r\nx-')), ends: 'connection_closed' },
  { name: 'hangs up within a body with a length', start: page(breakOffMidBody('close')), ends: 'connection_closed' },
  { name: 'resets within a body with a length', start: page(breakOffMidBody('reset')), ends: 'connection_closed' },
  {
    name: 'resets within a body without a length',
    start: page(breakOffMidBody('reset', { withLength: false })),
    ends: 'connection_closed',
  },
  {
    name: 'never reads the request',
    start: async () => {
      const { port } = await startTcpServer((socket) => socket.pause());
      return {
        url: `http://127.0.0.1:${port}/`,
        timeoutMs: shortMs,
        options: { method: 'POST', body: largeBody },
      };
    },
    ends: 'timeout_request',
  },
  {
    name: 'answers before it has read a large request, and reads no further',
    start: async () => {
      const { port } = await startTcpServer((socket) => {
        socket.once('data', () => socket.pause().write('HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nenough!'));
      });
      return {
        url: `http://127.0.0.1:${port}/`,
        matchPattern: '^enough!$',
        options: { method: 'POST', body: largeBody },
      };
    },
    ends: 'up',
  },
  {
    name: 'turns a large request down before it has read it, and hangs up',
    start: async () => {
      const { port } = await startTcpServer((socket) => {
        socket.once('data', () => {
          socket.pause().write('HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
          // Time for the answer to be read: what has not been is lost with the reset that unread data causes.
          setTimeout(() => socket.destroy(), 200);
        });
      });
      return { url: `http://127.0.0.1:${port}/`, options: { method: 'POST', body: largeBody } };
    },
    ends: 'status_unexpected',
  },
];

function ignore(): void {
  // The connection stays open, and nothing is ever read from it.
}
