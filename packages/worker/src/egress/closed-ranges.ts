// Where checks do not connect unless an operator opens it: addresses that lead to the worker itself, into its own networks,
// or to no website. From IANA's registries of special-purpose addresses (RFC 6890) and the RFCs named here.

import { IpNetwork, type Ipv4, type Ipv6 } from '@everytick/core';

export interface ClosedRange {
  /** Null where it is too much to recommend that it be opened. */
  readonly network: IpNetwork | null;
  /** Completes "... is ...". */
  readonly name: string;
}

/** Throws for what is none. */
export function networkOf(text: string): IpNetwork {
  const network = IpNetwork.parse(text);
  if (network === null) throw new Error(`${JSON.stringify(text)} is neither an IP address nor a network`);
  return network;
}

const range = (network: string, name: string) => ({ network: networkOf(network), name });

const ipv4Ranges: readonly ClosedRange[] = [
  range('0.0.0.0/8', 'an address of "this network"'), // RFC 1122; 0.0.0.0 leads to the worker's own machine
  range('10.0.0.0/8', 'a private address'), // RFC 1918
  range('100.64.0.0/10', 'an address of carrier-grade NAT'), // RFC 6598
  range('127.0.0.0/8', 'a loopback address'), // RFC 1122
  range('169.254.0.0/16', 'a link-local address'), // RFC 3927
  range('172.16.0.0/12', 'a private address'), // RFC 1918
  range('192.0.0.0/24', 'an address for IETF protocols'), // RFC 6890
  range('192.0.2.0/24', 'an address for documentation'), // RFC 5737
  range('192.88.99.0/24', 'an address of 6to4 relays'), // RFC 7526
  range('192.168.0.0/16', 'a private address'), // RFC 1918
  range('198.18.0.0/15', 'an address for benchmarks'), // RFC 2544
  range('198.51.100.0/24', 'an address for documentation'), // RFC 5737
  range('203.0.113.0/24', 'an address for documentation'), // RFC 5737
  range('224.0.0.0/4', 'a multicast address'), // RFC 5771
  range('255.255.255.255/32', 'the broadcast address'), // RFC 8190
  range('240.0.0.0/4', 'a reserved address'), // RFC 1112
];

const ipv6Ranges: readonly ClosedRange[] = [
  range('::/128', 'the unspecified address'), // RFC 4291; leads to the worker's own machine
  range('::1/128', 'a loopback address'), // RFC 4291
  range('64:ff9b:1::/48', 'an address of local NAT64'), // RFC 8215; hides an IPv4 address at a place that only its network knows
  range('100::/64', 'an address that discards'), // RFC 6666
  range('100:0:0:1::/64', 'an address that stands for none'), // RFC 9780
  range('2001::/23', 'an address for IETF protocols'), // RFC 2928
  range('2001:db8::/32', 'an address for documentation'), // RFC 3849
  range('3fff::/20', 'an address for documentation'), // RFC 9637
  range('5f00::/16', 'an address for segment routing'), // RFC 9602
  range('fc00::/7', 'a private address'), // RFC 4193
  range('fe80::/10', 'a link-local address'), // RFC 4291
  range('fec0::/10', 'a site-local address'), // RFC 3879
  range('ff00::/8', 'a multicast address'), // RFC 4291
];

const outsideGlobalUnicast: ClosedRange = { network: null, name: 'a reserved address' };

/** Undefined where the address is open to all. Does not know of IPv4 addresses inside of IPv6 ones. */
export function closedRangeOf(address: Ipv4 | Ipv6): ClosedRange | undefined {
  if (typeof address === 'number') return ipv4Ranges.find(({ network }) => network?.contains(address));
  const known = ipv6Ranges.find(({ network }) => network?.contains(address));
  // IANA has given out addresses of 2000::/3 alone (RFC 4291, 2.4).
  return known ?? (address[0] >>> 29 === 1 ? undefined : outsideGlobalUnicast);
}
