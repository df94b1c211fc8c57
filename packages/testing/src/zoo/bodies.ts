// Bad bodies: without end, packed, broken, in other languages.

import { Buffer } from 'node:buffer';
import zlib from 'node:zlib';
import { drip, encoded, endless, respond } from '../web-server.ts';
import { type Animal, page } from './animal.ts';
import { brotliOfZeros, gzipOfZeros } from './bombs.ts';

const text = Buffer.from('Everything is fine. '.repeat(100));
const packed = zlib.gzipSync(text);
const fine = { matchPattern: '^(Everything is fine\\. )+$' };
const gigabyte = 1_024;

export const bodyAnimals: readonly Animal[] = [
  {
    name: 'sends one byte a second',
    start: page(drip('x'.repeat(100), 1_000), { timeoutMs: 1_500 }),
    ends: 'timeout_body',
  },
  { name: 'sends a body without end', start: page(endless(), { matchPattern: '^x+$' }), ends: 'up', hungry: 'flood' },
  {
    name: 'sends 1 GiB as 1 MiB of gzip',
    start: bomb('gzip', () => gzipOfZeros(gigabyte)),
    ends: 'up',
    hungry: 'bomb',
  },
  {
    name: 'sends 1 GiB as 0.2 MiB of Brotli',
    start: bomb('br', () => brotliOfZeros(gigabyte)),
    ends: 'up',
    hungry: 'bomb',
  },
  {
    name: 'sends 1 GiB as some KiB of gzip in gzip',
    start: bomb('gzip, gzip', () => zlib.gzipSync(gzipOfZeros(gigabyte))),
    ends: 'up',
    hungry: 'bomb',
  },
  {
    name: 'breaks off in its gzip data',
    start: page(encoded('gzip', packed.subarray(0, 40))),
    ends: 'body_encoding_invalid',
  },
  {
    name: 'sends a wrong gzip checksum',
    start: page(encoded('gzip', withByte(packed, -8))),
    ends: 'body_encoding_invalid',
  },
  { name: 'calls plain text gzip', start: page(encoded('gzip', text)), ends: 'body_encoding_invalid' },
  { name: 'calls plain text Brotli', start: page(encoded('br', text)), ends: 'body_encoding_invalid' },
  { name: 'calls plain text deflate', start: page(encoded('deflate', text)), ends: 'body_encoding_invalid' },
  { name: 'calls an empty body gzip', start: page(encoded('gzip', Buffer.alloc(0))), ends: 'up' },
  {
    name: 'sends bytes after its gzip data',
    start: page(encoded('gzip', Buffer.concat([packed, Buffer.alloc(16)])), fine),
    ends: 'up',
  },
  { name: 'sends raw deflate data', start: page(encoded('deflate', zlib.deflateRawSync(text)), fine), ends: 'up' },
  {
    name: 'packs its body twice',
    start: page(encoded('gzip, br', zlib.brotliCompressSync(packed)), fine),
    ends: 'up',
  },
  {
    name: 'packs its body three times',
    start: page(encoded('gzip, gzip, gzip', zlib.gzipSync(zlib.gzipSync(packed)))),
    ends: 'body_encoding_invalid',
  },
  { name: 'names a coding that does not exist', start: page(encoded('utf-8', text), fine), ends: 'up' },
  { name: 'sends NUL bytes', start: page(respond({ body: 'fi\0\0ne' }), { matchPattern: '^fi\\x00+ne$' }), ends: 'up' },
  {
    name: 'sends bytes that are no text',
    start: page(respond({ body: Buffer.from([0x66, 0xff, 0xfe, 0x80, 0x65]) }), { matchPattern: '^f.+e$' }),
    ends: 'up',
  },
  {
    name: 'writes Russian in windows-1251',
    start: page(inCharset('windows-1251', singleBytes('windows-1251', 'Привет, мир')), { matchPattern: 'Привет, мир' }),
    ends: 'up',
  },
  {
    name: 'writes Japanese in Shift_JIS',
    start: page(inCharset('Shift_JIS', Buffer.from('82b182f182c982bf82cd', 'hex')), { matchPattern: '^こんにちは$' }),
    ends: 'up',
  },
  {
    name: 'writes UTF-16',
    start: page(inCharset('utf-16', Buffer.from('\ufeffΑθήνα', 'utf16le')), { matchPattern: '^Αθήνα$' }),
    ends: 'up',
  },
  {
    name: 'writes UTF-16, the large byte first',
    start: page(inCharset('utf-16be', Buffer.from('Αθήνα', 'utf16le').swap16()), { matchPattern: '^Αθήνα$' }),
    ends: 'up',
  },
  {
    name: 'says only within its page that it is in windows-1251',
    start: page(
      respond({
        headers: { 'content-type': 'text/html' },
        body: Buffer.concat([
          Buffer.from('<html><head><meta charset="windows-1251"></head>'),
          singleBytes('windows-1251', 'Привет'),
        ]),
      }),
      { matchPattern: 'Привет' },
    ),
    ends: 'up',
  },
  {
    name: 'names a character set that does not exist',
    start: page(inCharset('klingon', Buffer.from('fine')), { matchPattern: '^fine$' }),
    ends: 'up',
  },
];

function bomb(coding: string, body: () => Buffer | Promise<Buffer>): Animal['start'] {
  return async () => page(encoded(coding, await body()), { matchPattern: '^\\x00{100}' })();
}

function inCharset(charset: string, body: Buffer) {
  return respond({ headers: { 'content-type': `text/plain; charset=${charset}` }, body });
}

/** `text` in a character set of one byte a character, found by decoding each of them. */
function singleBytes(charset: string, text: string): Buffer {
  const decoder = new TextDecoder(charset);
  const all = Array.from({ length: 256 }, (_, byte) => decoder.decode(Uint8Array.of(byte)));
  return Buffer.from([...text].map((character) => all.indexOf(character)));
}

/** A copy in which the byte at `index`, counted from the end, is another one. */
function withByte(bytes: Buffer, index: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length + index] = (copy.at(index) ?? 0) ^ 0xff;
  return copy;
}
