// Names that need no question: those of the hosts file, and `localhost`.

import net from 'node:net';
import type { IpFamily } from '@everytick/core';
import type { AddressesByFamily, ResolvedAddress } from './addresses.ts';

export type Hosts = ReadonlyMap<string, AddressesByFamily>;

/** hosts(5): an address and its names on a line; a name that stands on several lines has all their addresses. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, { v4: ResolvedAddress[]; v6: ResolvedAddress[] }>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = net.isIP(address);
    if (family !== 4 && family !== 6) continue;
    for (const name of names) {
      const key = name.toLowerCase().replace(/\.$/, '');
      const entry = hosts.get(key) ?? { v4: [], v6: [] };
      hosts.set(key, entry);
      const addresses = family === 4 ? entry.v4 : entry.v6;
      if (!addresses.some((known) => known.address === address)) addresses.push({ address, family });
    }
  }
  return hosts;
}

const loopback: AddressesByFamily = {
  v4: [{ address: '127.0.0.1', family: 4 }],
  v6: [{ address: '::1', family: 6 }],
};

/**
 * What the hosts file says of `name` (in small letters, without a dot at the end). A name that stands there without an
 * address of the family that is wanted is asked for, as with "hosts: files dns" in nsswitch.conf.
 */
export function inHosts(hosts: Hosts, name: string, family: IpFamily): AddressesByFamily | undefined {
  const entry = hosts.get(name);
  return entry && hasAny(entry, family) ? entry : undefined;
}

/** `localhost` and all below it are the loopback addresses and never asked for (RFC 6761, 6.3). */
export function asLocalhost(name: string): AddressesByFamily | undefined {
  return name === 'localhost' || name.endsWith('.localhost') ? loopback : undefined;
}

function hasAny({ v4, v6 }: AddressesByFamily, family: IpFamily): boolean {
  return (family !== '6' && v4.length > 0) || (family !== '4' && v6.length > 0);
}
