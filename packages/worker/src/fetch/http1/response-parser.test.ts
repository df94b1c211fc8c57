// Responses, whole and cut anywhere. What servers get wrong over real connections: zoo.test.ts.

import { Buffer } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ResponseParser } from './response-parser.ts';

const limits = { headBytes: 1_000, allBytes: 10_000, informational: 3 };

interface Heard {
  status: number | null;
  headers: Record<string, unknown>;
  body: string;
  over: boolean;
  error: string | null;
}

/** What is heard of a response that comes in these pieces, and then the connection ends. */
function hear(pieces: readonly Buffer[], { toHead = false, end = true } = {}): Heard {
  const heard: Heard = { status: null, headers: {}, body: '', over: false, error: null };
  const parser = new ResponseParser(toHead, limits, {
    onHeaders: (status, headers) => Object.assign(heard, { status, headers: { ...headers } }),
    onBody: (bytes) => {
      if (heard.over) throw new Error('there is more after the end');
      heard.body += bytes.toString('latin1');
    },
    onComplete: () => {
      heard.over = true;
    },
  });
  try {
    for (const piece of pieces) {
      // Its memory is used again at once, as that of a socket is.
      const lent = Buffer.from(piece);
      parser.read(lent);
      lent.fill('!');
    }
    if (end) parser.end();
  } catch (error) {
    heard.error = (error as { code: string }).code;
  }
  return heard;
}

const hearText = (text: string, options?: { toHead?: boolean; end?: boolean }) =>
  hear([Buffer.from(text, 'latin1')], options);
const ok = 'HTTP/1.1 200 OK\r\n';

describe('a response', () => {
  it.each([
    ['with a length', `${ok}content-length: 4\r\n\r\nfine and more`, { status: 200, body: 'fine', over: true }],
    ['with the length 0', `${ok}Content-Length: 0\r\n\r\n`, { body: '', over: true }],
    [
      'with chunks',
      `${ok}Transfer-Encoding: gzip , CHUNKED\r\n\r\n2\r\nfi\r\n2;a=b\r\nne\r\n000\r\nx: y\r\n\r\n`,
      { body: 'fine', over: true },
    ],
    [
      'with a size of many digits',
      `${ok}transfer-encoding: chunked\r\n\r\n${'0'.repeat(30)}4\r\nfine\r\n${'0'.repeat(30)}\r\n\r\n`,
      { body: 'fine', over: true },
    ],
    ['of a version to come', 'HTTP/1.9 200 OK\r\ncontent-length: 4\r\n\r\nfine', { status: 200, body: 'fine' }],
    [
      'that has no body, whatever its headers say',
      'HTTP/1.1 304 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n',
      { status: 304, body: '', over: true },
    ],
    ['that ends with its connection', 'HTTP/1.0 404 \r\nx: y\r\n\r\nfine', { status: 404, body: 'fine', over: true }],
    [
      'with another coding, that ends with its connection',
      `${ok}transfer-encoding: gzip\r\n\r\nfine`,
      { body: 'fine', over: true },
    ],
    [
      'that has no body',
      'HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n',
      { status: 304, body: '', over: true },
    ],
    [
      'after informational ones',
      `\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nlink: </a>\r\n\r\n${ok}content-length: 1\r\n\r\nx`,
      { status: 200, body: 'x' },
    ],
    [
      'with headers of all kinds',
      `${ok}A:  b\t\r\na:c\r\nEmpty:\r\n__proto__: x\r\nlatin: \xe4\r\ncontent-length: 0\r\n\r\n`,
      {
        headers: { a: ['b', 'c'], empty: '', latin: 'ä', 'content-length': '0', ['__proto__']: 'x' },
      },
    ],
  ])('%s', (_, text, expected) => {
    const heard = hearText(text);
    expect(heard).toMatchObject({ error: null, ...expected });
    // Piece by piece it is the same.
    expect(hear([...Buffer.from(text, 'latin1')].map((byte) => Buffer.from([byte])))).toEqual(heard);
  });

  it('to a HEAD has no body, whatever it says', () => {
    expect(hearText(`${ok}content-length: 4\r\n\r\n`, { toHead: true })).toMatchObject({
      body: '',
      over: true,
      error: null,
    });
  });

  const invalid = 'HPE_INVALID';
  it.each([
    ['no HTTP', 'SSH-2.0-x', invalid],
    ['no HTTP, as soon as that can be told', 'S', invalid],
    ['a version that there is not', 'HTTP/3.1 200 OK\r\n', invalid],
    ['a status of two digits', 'HTTP/1.1 99 x\r\n', invalid],
    ['a status of four digits', 'HTTP/1.1 1000 x\r\n', invalid],
    ['bare line feeds', 'HTTP/1.1 200 OK\nx: y\n\n', invalid],
    ['a blank before a colon', `${ok}x : y\r\n\r\n`, invalid],
    ['a folded header', `${ok}x: y\r\n z\r\n\r\n`, invalid],
    ['a header with a bare carriage return', `${ok}x: y\rz\r\n\r\n`, invalid],
    ['no name of a header', `${ok}: y\r\n\r\n`, invalid],
    ['two equal lengths', `${ok}content-length: 1\r\ncontent-length: 1\r\n\r\n`, invalid],
    ['a length with a sign', `${ok}content-length: +1\r\n\r\n`, invalid],
    ['an empty length', `${ok}content-length:\r\n\r\n`, invalid],
    ['a length of several numbers', `${ok}content-length: 1, 1\r\n\r\n`, invalid],
    ['a length and chunks', `${ok}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`, invalid],
    ['another protocol', 'HTTP/1.1 101 x\r\n\r\n', invalid],
    ['too many informational responses', 'HTTP/1.1 102 x\r\n\r\n'.repeat(4), invalid],
    ['a chunk without a size', `${ok}transfer-encoding: chunked\r\n\r\n\r\n`, invalid],
    ['a chunk with a signed size', `${ok}transfer-encoding: chunked\r\n\r\n-1\r\n`, invalid],
    ['a blank after a size', `${ok}transfer-encoding: chunked\r\n\r\n1 \r\nx\r\n`, invalid],
    ['a size with a bare line feed', `${ok}transfer-encoding: chunked\r\n\r\n1\nx\r\n`, invalid],
    ['a chunk longer than its size', `${ok}transfer-encoding: chunked\r\n\r\n1\r\nxy`, invalid],
    ['a broken trailer', `${ok}transfer-encoding: chunked\r\n\r\n0\r\nno colon\r\n`, invalid],
    ['headers without end', `${ok}${'x: y\r\n'.repeat(300)}`, 'HPE_HEADER_OVERFLOW'],
    ['headers that are too large', `${ok}${'x: y\r\n'.repeat(300)}\r\n`, 'HPE_HEADER_OVERFLOW'],
    [
      'trailers without end',
      `${ok}transfer-encoding: chunked\r\n\r\n0\r\n${'x: y\r\n'.repeat(300)}`,
      'HPE_HEADER_OVERFLOW',
    ],
    [
      'a trailer without end',
      `${ok}transfer-encoding: chunked\r\n\r\n0\r\nx: ${'y'.repeat(2_000)}`,
      'HPE_HEADER_OVERFLOW',
    ],
    ['an extension without end', `${ok}transfer-encoding: chunked\r\n\r\n1;${'x'.repeat(5_000)}`, invalid],
    ['no end', `${ok}\r\n${'x'.repeat(10_001)}`, 'HPE_TOO_LONG'],
  ])('is refused with %s, cut anywhere, and before more has come', (_, text, error) => {
    expect(hearText(text, { end: false }).error).toBe(error);
    expect(
      hear(
        [...Buffer.from(text, 'latin1')].map((byte) => Buffer.from([byte])),
        { end: false },
      ).error,
    ).toBe(error);
  });

  it.each([
    ['before it began', ''],
    ['within its head', `${ok}x: y\r\n`],
    ['before its body', `${ok}content-length: 1\r\n\r\n`],
    ['within its body', `${ok}content-length: 2\r\n\r\nx`],
    ['within a chunk', `${ok}transfer-encoding: chunked\r\n\r\n2\r\nx`],
    ['before its last chunk', `${ok}transfer-encoding: chunked\r\n\r\n1\r\nx\r\n`],
    ['within its trailers', `${ok}transfer-encoding: chunked\r\n\r\n0\r\n`],
  ])('is not whole where the connection ends %s', (_, text) => {
    expect(hearText(text)).toMatchObject({ error: 'CONNECTION_ENDED', over: false });
  });

  it('is the same however it is cut', () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((all) => Buffer.from(all).toString('latin1'));
    const responses = fc.oneof(
      bytes.map((body) => `${ok}content-length: ${body.length}\r\n\r\n${body}trailing`),
      bytes.map((body) => `${ok}x: y\r\n\r\n${body}`),
      fc
        .array(
          bytes.filter(({ length }) => length > 0),
          { maxLength: 5 },
        )
        .map((chunks) => {
          const all = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
          return `${ok}transfer-encoding: chunked\r\n\r\n${all.join('')}0\r\n\r\n`;
        }),
      // Whatever it is.
      bytes.map((tail) => `${ok}${tail}`),
      bytes.map((tail) => `${ok}transfer-encoding: chunked\r\n\r\n${tail}`),
    );
    fc.assert(
      fc.property(
        responses,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
        (text, lengths) => {
          const all = Buffer.from(text, 'latin1');
          const pieces: Buffer[] = [];
          for (let at = 0, nth = 0; at < all.length; nth++) {
            const length = lengths[nth % lengths.length] ?? 1;
            pieces.push(all.subarray(at, at + length));
            at += length;
          }
          expect(hear(pieces)).toEqual(hear([all]));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
