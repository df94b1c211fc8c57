import { isIP } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatIpv4, parseIpAddress } from './ip-address.ts';

describe('parsing an IP address', () => {
  test.each([
    ['0.0.0.0', 0],
    ['1.2.3.4', 0x01020304],
    ['255.255.255.255', 0xffffffff],
    ['::', [0, 0, 0, 0]],
    ['::1', [0, 0, 0, 1]],
    ['1::', [0x00010000, 0, 0, 0]],
    ['1:2:3:4:5:6:7::', [0x00010002, 0x00030004, 0x00050006, 0x00070000]],
    ['::2:3:4:5:6:7:8', [2, 0x00030004, 0x00050006, 0x00070008]],
    ['2001:DB8:0:0:1::ffff', [0x20010db8, 0, 0x00010000, 0xffff]],
    ['::ffff:127.0.0.1', [0, 0, 0xffff, 0x7f000001]],
    ['1:2:3:4:5:6:7.8.9.10', [0x00010002, 0x00030004, 0x00050006, 0x0708090a]],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]],
  ])('%s', (text, address) => {
    expect(parseIpAddress(text)).toEqual(address);
  });

  test.each([
    ...['', '1', '1.2.3', '1.2.3.4.5', '1.2.3.', '.1.2.3', '1..2.3', '256.0.0.1', '01.2.3.4', '00.0.0.0', '0x7f.0.0.1'],
    ...[' 1.2.3.4', '1.2.3.4 ', '1.2.3.-4', '１.2.3.4', '2130706433', '1.2.3.4%eth0', '1.2.3.4\n'],
    ...[':', ':::', '::1::', '1', '1:', ':1', '1:2', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::'],
    ...['::1:2:3:4:5:6:7:8', '12345::', 'g::', '::1.2.3', '::1.2.3.4:5', '1:2:3:4:5:6:7:1.2.3.4', '::0x1', '::-1'],
    ...['[::1]', 'fe80::1%eth0', '::1/128', '::1 ', '::01.2.3.4', 'localhost', `${'0:'.repeat(40)}0`],
  ])('refuses %j', (text) => {
    expect(parseIpAddress(text)).toBeNull();
  });

  test('accepts what the system accepts, and nothing else', () => {
    const piece = fc.constantFrom(
      '0',
      '1',
      '01',
      '255',
      '256',
      'ffff',
      'F0',
      '10000',
      ':',
      '::',
      '.',
      ':',
      '.',
      '1.2.3.4',
    );
    const text = fc.array(piece, { maxLength: 18 }).map((pieces) => pieces.join(''));
    const separated = fc
      .tuple(fc.array(fc.constantFrom('0', 'a1', 'ffff', '', '1.2.3.4'), { minLength: 2, maxLength: 9 }))
      .map(([parts]) => parts.join(':'));
    fc.assert(
      fc.property(fc.oneof(text, separated, fc.ipV4(), fc.ipV6(), fc.ipV4Extended()), (candidate) => {
        expect(parseIpAddress(candidate) !== null).toBe(isIP(candidate) !== 0);
      }),
      { numRuns: 5_000 },
    );
  });

  test('reads the same numbers as the WHATWG URL parser writes', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const normalised = new URL(`http://[${text}]/`).hostname.slice(1, -1);
        expect(parseIpAddress(normalised)).toEqual(parseIpAddress(text));
        expect(parseIpAddress(normalised)).not.toBeNull();
      }),
    );
  });

  test('is undone by formatting', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(formatIpv4(parseIpAddress(text) as number)).toBe(text);
      }),
    );
  });
});
