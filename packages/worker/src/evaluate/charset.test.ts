import { Buffer } from 'node:buffer';
import { cpuMsOf } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeBody } from './charset.ts';

const bytes = (...all: number[]) => Buffer.from(all);
const page = (head: string, body: Buffer) => Buffer.concat([Buffer.from(head, 'latin1'), body]);

/** The same words as pages of their countries write them. */
const written = {
  'windows-1251': [bytes(0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2), 'Привет'],
  shift_jis: [bytes(0x93, 0xfa, 0x96, 0x7b), '日本'],
  'euc-kr': [bytes(0xc7, 0xd1, 0xb1, 0xdb), '한글'],
  'iso-8859-1': [bytes(0x47, 0x72, 0xfc, 0xdf, 0x65, 0x20, 0x80), 'Grüße €'],
  gb18030: [bytes(0xc4, 0xe3, 0xba, 0xc3), '你好'],
  'utf-16le': [Buffer.from('Grüße', 'utf16le'), 'Grüße'],
  'utf-16be': [Buffer.from('Grüße', 'utf16le').swap16(), 'Grüße'],
  'utf-8': [Buffer.from('Grüße'), 'Grüße'],
} as const;

describe('a body', () => {
  it.each(Object.entries(written))('is decoded as %s where its Content-Type says so', (charset, [body, text]) => {
    expect(decodeBody(body, `text/plain; charset=${charset}`)).toBe(text);
    expect(decodeBody(body, `text/html;Charset="${charset.toUpperCase()}" ; q=1`)).toBe(text);
  });

  it.each([
    ['UTF-8', bytes(0xef, 0xbb, 0xbf), 'utf8'],
    ['UTF-16LE', bytes(0xff, 0xfe), 'utf16le'],
  ] as const)('is decoded by its byte order mark before all else: %s', (_, mark, encoding) => {
    const body = Buffer.concat([mark, Buffer.from('Grüße', encoding)]);
    expect(decodeBody(body, 'text/html; charset=shift_jis')).toBe('Grüße');
  });

  it('is decoded by the byte order mark of UTF-16BE', () => {
    const body = Buffer.concat([bytes(0xff, 0xfe), Buffer.from('Grüße', 'utf16le')]).swap16();
    expect(decodeBody(body, undefined)).toBe('Grüße');
  });

  it.each([
    '<meta charset=windows-1251>',
    '<!DOCTYPE html><html><head><META  name=x><meta\nCHARSET = "Windows-1251" />',
    "<meta http-equiv='Content-Type' content='text/html; charset=windows-1251'>",
    '<meta content="text/html;charset=cp1251" http-equiv=content-type>',
    '<!-- <meta charset=euc-kr> --><meta charset=windows-1251>',
    '<?xml version="1.0" encoding="windows-1251"?><a>',
  ])('is decoded as it declares itself: %s', (head) => {
    const [body, text] = written['windows-1251'];
    expect(decodeBody(page(head, body), 'text/html')).toBe(head + text);
    expect(decodeBody(page(head, body), undefined)).toBe(head + text);
    expect(decodeBody(page(head, body), 'application/xhtml+xml; charset=nonsense')).toBe(head + text);
  });

  it.each([
    ['in a comment', '<!-- <meta charset=windows-1251> -->'],
    ['that is not a page', '{"quoted":"<meta charset=windows-1251>"}', 'application/json'],
    ['too far down', `${' '.repeat(1_024)}<meta charset=windows-1251>`],
    ['that cannot be', '<meta charset=utf-16>'],
    ['that nobody knows', '<meta charset=windows-9999>'],
    ['of a replaced encoding', '<meta charset=iso-2022-kr>'],
  ])('is UTF-8 for a declaration %s', (_, head, contentType = 'text/html') => {
    expect(decodeBody(Buffer.from(`${head}Grüße`), contentType)).toBe(`${head}Grüße`);
  });

  it.each([
    'text/html; charset=',
    'text/html; charset=utf8',
    'text/html; charset=none',
    'text/html; charset=\u0000',
    `text/html; charset=${'x'.repeat(10_000)}`,
    'charset',
    '',
  ])('is UTF-8 for a Content-Type of %j', (contentType) => {
    expect(decodeBody(Buffer.from('Grüße'), contentType)).toBe('Grüße');
  });

  it('is decoded anew each time, whatever the one before ended with', () => {
    const half = bytes(0x93);
    for (let i = 0; i < 2; i += 1) expect(decodeBody(half, 'text/plain; charset=shift_jis')).toBe('\uFFFD');
    expect(decodeBody(written.shift_jis[0], 'text/plain; charset=shift_jis')).toBe('日本');
  });

  it('never throws', () => {
    const labels = [
      ...Object.keys(written),
      'big5',
      'euc-jp',
      'iso-2022-jp',
      'x-user-defined',
      'hz-gb-2312',
      'koi8-u',
      'ibm866',
    ];
    const contentType = fc.oneof(
      fc.constantFrom(...labels).map((label) => `text/html; charset=${label}`),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), contentType, (body, type) => {
        expect(typeof decodeBody(Buffer.from(body), type)).toBe('string');
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no long time to find no declaration in', () => {
    const heads = [
      '<meta '.repeat(200),
      `<meta ${' '.repeat(1_000)}`,
      '<!--'.repeat(300),
      `<?xml ${'encoding '.repeat(200)}`,
    ];
    const decodeAll = () => heads.forEach((head) => void decodeBody(Buffer.from(head), 'text/html'));
    decodeAll();
    expect(cpuMsOf(decodeAll)).toBeLessThan(50);
  });
});
