import { BlockList } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type IpAddress, parseIpAddress } from './ip-address.ts';
import { IpNetwork } from './ip-network.ts';

const contains = (network: string, address: string) =>
  IpNetwork.parse(network)?.contains(parseIpAddress(address) as IpAddress);

describe('a network', () => {
  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::', false],
    ['::/0', 'ffff::', true],
    ['::/0', '1.2.3.4', false],
    ['192.168.1.7', '192.168.1.7', true],
    ['192.168.1.7', '192.168.1.6', false],
    ['192.168.1.6/31', '192.168.1.7', true],
    ['255.255.255.255', '255.255.255.255', true],
    ['2001:db8:8000::/33', '2001:db8:8000:1::', true],
    ['2001:db8:8000::/33', '2001:db8:7fff::', false],
    ['fe80::1', 'fe80::1', true],
    ['fe80::1', 'fe80::2', false],
    // The same network in another form.
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
  ])('%s, asked for %s: %s', (network, address, answer) => {
    expect(contains(network, address)).toBe(answer);
  });

  test.each([
    ...['', '/', '/8', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/08x', '10.0.0.0/8/8', '10.0.0.0/1e1'],
    ...['10.0.0.1/8', '::1/64', '::/129', 'fe80::%eth0/64', '10/8', 'example.org', '10.0.0.0/255.0.0.0', '10.0.0.0 /8'],
  ])('refuses %j', (text) => {
    expect(IpNetwork.parse(text)).toBeNull();
  });

  test('contains what the block list of Node.js says', () => {
    const bits = fc.integer({ min: 0, max: 128 });
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), bits, fc.boolean(), (one, other, prefix, near) => {
        // The network of an address: that address with the bits beyond the prefix cleared.
        const words = parseIpAddress(one) as readonly number[];
        const masked = words.map((word, index) => {
          const kept = Math.min(32, Math.max(0, prefix - 32 * index));
          return kept === 0 ? 0 : (word & (0xffffffff << (32 - kept))) >>> 0;
        });
        const text = masked.map((word) => `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`).join(':');
        // Node.js takes the mapped addresses in an IPv6 network for IPv4 ones.
        fc.pre(!(masked[0] === 0 && masked[1] === 0));
        const list = new BlockList();
        list.addSubnet(text, prefix, 'ipv6');
        const asked = near ? one : other;
        expect(contains(`${text}/${prefix}`, asked)).toBe(list.check(asked, 'ipv6'));
      }),
    );
  });
});
