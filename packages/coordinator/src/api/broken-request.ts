// What is no HTTP: answered before there is a request, and the connection closed.

import type { Socket } from 'node:net';
import { type ProblemResource, STATUS_CODES } from '@everytick/core';
import { type ProblemCode, problemType } from './problem.ts';

const known: Readonly<Record<string, readonly [number, ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'request_invalid', 'the headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'the request did not arrive in time'],
};

export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    // What was being answered may be half written: another answer would be read as part of it.
    socket.destroy();
    return;
  }
  const [status, code, detail] = known[error.code ?? ''] ?? [400, 'request_invalid', 'this is no HTTP request'];
  const title = STATUS_CODES[status] ?? '';
  const problem: ProblemResource = { type: 'about:blank', title, status, detail, code };
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
