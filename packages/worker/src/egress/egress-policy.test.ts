import { formatIpv4, parseIpAddress } from '@everytick/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EgressPolicy, loopbackCidrs } from './egress-policy.ts';

const byDefault = new EgressPolicy();
const everything = new EgressPolicy({ allow: ['0.0.0.0/0', '::/0'] });

const metadata = [
  ...['169.254.169.254', '169.254.169.252', '169.254.170.2', '169.254.170.23', '168.63.129.16', '100.100.100.200'],
  ...['100.96.0.96', '169.254.0.23', '169.254.42.42', '192.0.0.192', 'fe80::a9fe:a9fe', 'fe80::a9fe:a9fe%eth0'],
  ...['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe', 'fd00:a9fe:a9fe::1', 'fd00:100::100:200'],
  'fd00:42::42',
];

/** An IPv4 address in 16 bits each, in hexadecimal. */
function hex(ipv4: string, inverted = false): string {
  const number = parseIpAddress(ipv4) as number;
  const bits = inverted ? ~number >>> 0 : number;
  return `${(bits >>> 16).toString(16)}:${(bits & 0xffff).toString(16)}`;
}

/** Every form in which an IPv4 address can stand in an IPv6 one of the open Internet. */
function disguisesOf(ipv4: string): string[] {
  return [
    `::ffff:${ipv4}`,
    `::ffff:${hex(ipv4)}`,
    `0:0:0:0:0:ffff:${hex(ipv4)}`,
    `::ffff:${ipv4}%eth0`,
    `::${hex(ipv4)}`,
    `::ffff:0:${ipv4}`,
    `64:ff9b::${ipv4}`,
    `64:FF9B::${hex(ipv4)}`,
    `2002:${hex(ipv4)}::`,
    `2002:${hex(ipv4)}:1:2:3:4:5`,
    `2001:0:808:808:0:0:${hex(ipv4, true)}`,
    `2001:0:${hex(ipv4)}:8000:fff:${hex('8.8.8.8', true)}`,
    `2606:4700::5efe:${hex(ipv4)}`,
    `2606:4700::200:5efe:${hex(ipv4)}`,
    `2002:808:808::5efe:${hex(ipv4)}`,
  ];
}

describe('where a check may connect by default', () => {
  test.each([
    ...['8.8.8.8', '1.1.1.1', '93.184.216.34', '11.0.0.0', '9.255.255.255', '100.63.255.255', '100.128.0.0'],
    ...['126.255.255.255', '128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0'],
    ...['192.0.1.0', '192.0.3.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '223.255.255.255'],
    ...['2606:4700::1111', '2001:4860:4860::8888', '2001:200::', '2003::', '2a00::', '3ffe::', '3fff:1000::'],
    ...['64:ff9b::8.8.8.8', '::ffff:8.8.8.8', '2002:808:808::1', '2606:4700::5efe:808:808'],
  ])('%s: yes', (address) => {
    expect(byDefault.refusal(address)).toBeNull();
  });

  test.each([
    ['0.0.0.0', 'an address of "this network"'],
    ['0.255.255.255', 'an address of "this network"'],
    ['10.0.0.0', 'a private address'],
    ['10.255.255.255', 'a private address'],
    ['100.64.0.0', 'an address of carrier-grade NAT'],
    ['100.127.255.255', 'an address of carrier-grade NAT'],
    ['127.0.0.1', 'a loopback address'],
    ['127.255.255.254', 'a loopback address'],
    ['169.254.0.1', 'a link-local address'],
    ['172.16.0.0', 'a private address'],
    ['172.31.255.255', 'a private address'],
    ['192.0.0.8', 'an address for IETF protocols'],
    ['192.0.2.1', 'an address for documentation'],
    ['192.88.99.1', 'an address of 6to4 relays'],
    ['192.168.0.0', 'a private address'],
    ['192.168.255.255', 'a private address'],
    ['198.18.0.0', 'an address for benchmarks'],
    ['198.19.255.255', 'an address for benchmarks'],
    ['198.51.100.7', 'an address for documentation'],
    ['203.0.113.7', 'an address for documentation'],
    ['224.0.0.1', 'a multicast address'],
    ['239.255.255.255', 'a multicast address'],
    ['240.0.0.0', 'a reserved address'],
    ['255.255.255.254', 'a reserved address'],
    ['255.255.255.255', 'the broadcast address'],
    ['::', 'the unspecified address'],
    ['::1', 'a loopback address'],
    ['0:0:0:0:0:0:0:1', 'a loopback address'],
    ['::1%lo', 'a loopback address'],
    ['64:ff9b:1::8.8.8.8', 'an address of local NAT64'],
    ['64:ff9b:1:ffff:ffff:ffff:ffff:ffff', 'an address of local NAT64'],
    ['64:ff9b:2::1', 'a reserved address'],
    ['100::1', 'an address that discards'],
    ['100:0:0:1::1', 'an address that stands for none'],
    ['2001:2::1', 'an address for IETF protocols'],
    ['2001:1ff:ffff::', 'an address for IETF protocols'],
    ['2001:db8::1', 'an address for documentation'],
    ['3fff:fff::1', 'an address for documentation'],
    ['5f00::1', 'an address for segment routing'],
    ['fc00::1', 'a private address'],
    ['fdff:ffff::1', 'a private address'],
    ['fe80::1', 'a link-local address'],
    ['fe80::1%eth0', 'a link-local address'],
    ['febf::1', 'a link-local address'],
    ['fec0::1', 'a site-local address'],
    ['ff02::1', 'a multicast address'],
    ['4000::1', 'a reserved address'],
    ['200::1', 'a reserved address'],
    ['e000::1', 'a reserved address'],
    ['0:0:0:1::1', 'a reserved address'],
  ])('%s: no, it is %s', (address, name) => {
    expect(byDefault.refusal(address)).toContain(`${address} is ${name}, and EVERYTICK_EGRESS_ALLOW does not open it`);
  });

  test.each([
    '',
    'localhost',
    'example.org',
    '127.1',
    '0x7f000001',
    '[::1]',
    '::1%',
    '%eth0',
    '127.0.0.1%lo',
    '1.2.3.4:80',
  ])('%j: no, it is not an IP address', (text) => {
    expect(everything.refusal(text)).toBe(`"${text}" is not an IP address`);
  });

  test('the sentence says what would open it', () => {
    expect(byDefault.refusal('127.0.0.1')).toBe(
      '127.0.0.1 is a loopback address, and EVERYTICK_EGRESS_ALLOW does not open it (with 127.0.0.1 or 127.0.0.0/8 in it, it would)',
    );
    expect(byDefault.refusal('64:ff9b::a00:1')).toBe(
      '64:ff9b::a00:1 stands for 10.0.0.1, which is a private address, and EVERYTICK_EGRESS_ALLOW does not open it (with 10.0.0.1 or 10.0.0.0/8 in it, it would)',
    );
    expect(byDefault.refusal('4000::1%x')).toContain('(with 4000::1 in it, it would)');
  });

  test('what the sentence names does open it', () => {
    for (const address of [
      '127.0.0.1',
      'fe80::1%eth0',
      '::ffff:10.1.2.3',
      '4000::1',
      '64:ff9b:1::1',
      '::1',
      '2002:a00:1::',
    ]) {
      const [, single, network] = /\(with (\S+)(?: or (\S+))? in it/.exec(byDefault.refusal(address) ?? '') ?? [];
      for (const allowed of [single, network].filter((each) => each !== undefined)) {
        expect(new EgressPolicy({ allow: [allowed] }).refusal(address)).toBeNull();
      }
    }
    expect.hasAssertions();
  });
});

describe('what an operator says', () => {
  test('opens networks and single addresses, and nothing beside them', () => {
    const policy = new EgressPolicy({ allow: ['10.1.0.0/16', '192.168.7.7', 'fd12::/16', ...loopbackCidrs] });
    for (const open of ['10.1.2.3', '192.168.7.7', 'fd12:1::1', '127.0.0.1', '127.8.8.8', '::1', '::ffff:10.1.2.3']) {
      expect(policy.refusal(open)).toBeNull();
    }
    for (const closed of ['10.2.0.0', '192.168.7.8', 'fd13::1', '169.254.1.1', '::ffff:10.2.0.0', '::2']) {
      expect(policy.refusal(closed)).not.toBeNull();
    }
  });

  test('closes more than it opens', () => {
    const policy = new EgressPolicy({ allow: ['10.0.0.0/8'], deny: ['10.6.0.0/16', '8.8.8.8', '2606::/16'] });
    expect(policy.refusal('10.5.0.1')).toBeNull();
    expect(policy.refusal('10.6.0.1')).toBe('10.6.0.1 is in 10.6.0.0/16, and EVERYTICK_EGRESS_DENY closes that');
    expect(policy.refusal('8.8.8.8')).toContain('is in 8.8.8.8, and');
    expect(policy.refusal('2606::1')).toContain('is in 2606::/16');
    expect(policy.refusal('::ffff:10.6.0.1')).toBe(
      '::ffff:10.6.0.1 stands for 10.6.0.1, which is in 10.6.0.0/16, and EVERYTICK_EGRESS_DENY closes that',
    );
  });

  test('closes IPv6 altogether, disguises of IPv4 included', () => {
    const policy = new EgressPolicy({ deny: ['::/0'] });
    expect(policy.refusal('8.8.8.8')).toBeNull();
    for (const address of ['2606:4700::1111', ...disguisesOf('8.8.8.8')])
      expect(policy.refusal(address)).not.toBeNull();
  });

  test('opens no IPv4 address by a network of IPv6 that it can be written in', () => {
    const policy = new EgressPolicy({ allow: ['::/0'] });
    expect(policy.refusal('fd00::1')).toBeNull();
    for (const address of disguisesOf('10.0.0.1'))
      expect(policy.refusal(address)).toContain('10.0.0.1, which is a private');
  });

  test('opens local NAT64, but not to what it denies', () => {
    const policy = new EgressPolicy({ allow: ['64:ff9b:1::/48'], deny: ['10.6.0.0/16'] });
    expect(policy.refusal('64:ff9b:1::192.168.0.1')).toBeNull();
    for (const [prefix, address] of [
      ['/96', '64:ff9b:1::a06:1'],
      ['/48', '64:ff9b:1:a06:0:100::'],
      ['/56', '64:ff9b:1:a:6:1::'],
      ['/64', '64:ff9b:1:0:a:600:100:0'],
    ] as const) {
      expect([prefix, policy.refusal(address)]).toEqual([prefix, expect.stringContaining('10.6.0.0/16')]);
    }
  });

  test('is refused where it is no network', () => {
    expect(() => new EgressPolicy({ allow: ['10.0.0.0/33'] })).toThrow('"10.0.0.0/33" is neither');
    expect(() => new EgressPolicy({ deny: ['example.org'] })).toThrow('"example.org" is neither');
  });
});

describe('cloud metadata', () => {
  test.each(metadata)('%s is never connected to', (address) => {
    const policy = new EgressPolicy({ allow: ['0.0.0.0/0', '::/0', address.replace(/%.*/, '')] });
    expect(policy.refusal(address)).toContain('is a cloud metadata address, and no setting opens these');
    if (address.includes(':')) return;
    for (const disguise of disguisesOf(address)) {
      expect(policy.refusal(disguise)).toBe(
        `${disguise} stands for ${address}, which is a cloud metadata address, and no setting opens these`,
      );
    }
  });

  test('is not reached through local NAT64 either, whatever its prefix', () => {
    for (const address of [
      '64:ff9b:1::a9fe:a9fe',
      '64:ff9b:1:a9fe:a9:fe00::',
      '64:ff9b:1:a9:fe:a9fe::',
      '64:ff9b:1:0:a9:fea9:fe00:0',
    ]) {
      expect(everything.refusal(address)).toContain('stands for 169.254.169.254');
    }
  });

  test('its neighbours are what their network is', () => {
    for (const address of ['169.254.169.253', '100.100.100.201', 'fd00:ec2::253']) {
      expect(byDefault.refusal(address)).toContain('EVERYTICK_EGRESS_ALLOW does not open it');
      expect(everything.refusal(address)).toBeNull();
    }
    expect(byDefault.refusal('168.63.129.17')).toBeNull();
  });
});

describe('an IPv4 address and its disguises in IPv6', () => {
  const special = fc.constantFrom(
    ...[
      '127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '100.100.100.200',
      '192.168.1.1',
      '172.20.0.1',
      '8.8.8.8',
      '1.1.1.1',
    ],
    ...['224.0.0.1', '255.255.255.255', '0.0.0.2', '198.18.0.1', '192.0.0.192', '9.9.9.9', '203.0.113.5'],
  );
  const ipv4 = fc.oneof(fc.ipV4(), special).filter((address) => (parseIpAddress(address) as number) > 1);
  const network = fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([address, bits]) => {
    const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
    return `${formatIpv4(((parseIpAddress(address) as number) & mask) >>> 0)}/${bits}`;
  });
  const networks = fc.array(network, { maxLength: 3 });

  test('always have the same verdict', () => {
    fc.assert(
      fc.property(ipv4, networks, networks, (address, allow, deny) => {
        // The other address of Teredo's has a verdict of its own.
        const policy = new EgressPolicy({ allow: [...allow, '8.8.8.8'], deny });
        fc.pre(policy.refusal('8.8.8.8') === null);
        const verdict = policy.refusal(address);
        for (const disguise of disguisesOf(address)) {
          const ofDisguise = policy.refusal(disguise);
          if (verdict === null) expect(ofDisguise).toBeNull();
          else expect(ofDisguise).toBe(verdict.replace(address, `${disguise} stands for ${address}, which`));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the host of a URL, as the URL parser leaves it', () => {
  const hostOf = (host: string) => new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, '');

  test.each([
    ...['127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '0x7F.0x0.0x0.0x1'],
    ...['017700000001', '127.0.0.1.', '１２７.0.0.1', '127。0。0。1', '%31%32%37.0.0.1', '[::ffff:127.0.0.1]'],
    ...['[::ffff:7f00:1]', '[0:0:0:0:0:FFFF:127.0.0.1]', '[::1]', '[0000::0001]', '0', '0.0.0.0', '0x0', '[::]'],
    ...['[64:ff9b::127.0.0.1]', '[2002:7f00:1::]', '[::127.0.0.1]', '10.1', '0xa000001', '3232235777', '192.168.257'],
  ])('%s is refused', (host) => {
    expect(byDefault.refusal(hostOf(host))).toContain('EVERYTICK_EGRESS_ALLOW does not open it');
  });

  test.each([
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '[::ffff:a9fe:a9fe]',
  ])('%s is metadata', (host) => {
    expect(everything.refusal(hostOf(host))).toContain('cloud metadata');
  });
});
