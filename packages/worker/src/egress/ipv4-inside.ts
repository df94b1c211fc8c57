// IPv6 addresses that stand for IPv4 ones. What is sent to them arrives, by the system itself or by a translator or relay
// on the way, at an IPv4 address, so that this is the one to be judged.

import type { Ipv4, Ipv6 } from '@everytick/core';

export interface Ipv4Inside {
  readonly addresses: readonly Ipv4[];
  /** `ipv4`: the IPv6 address stands for them. `both`: it is one of its own network as well. `ipv6`: it may stand for one of them. */
  readonly judge: 'ipv4' | 'both' | 'ipv6';
}

const none: Ipv4Inside = { addresses: [], judge: 'ipv6' };

export function ipv4Inside([first, second, third, fourth]: Ipv6): Ipv4Inside {
  if (first === 0 && second === 0) {
    const mapped = third === 0x0000_ffff; // ::ffff:0:0/96 (RFC 4291, 2.5.5.2)
    const translated = third === 0xffff_0000; // ::ffff:0:0:0/96 (RFC 2765)
    const compatible = third === 0 && fourth > 1; // ::/96, but neither :: nor ::1 (RFC 4291, 2.5.5.1)
    return mapped || translated || compatible ? { addresses: [fourth], judge: 'ipv4' } : none;
  }
  if (first === 0x0064_ff9b) {
    if (second === 0 && third === 0) return { addresses: [fourth], judge: 'ipv4' }; // NAT64 (RFC 6052)
    return second >>> 16 === 1 ? { addresses: localNat64(second, third, fourth), judge: 'ipv6' } : none;
  }
  // Teredo (RFC 4380): a server, and a client with all bits inverted.
  if (first === 0x2001_0000) return { addresses: [second, ~fourth >>> 0], judge: 'ipv4' };
  // ISATAP (RFC 5214): in the interface identifier, below any prefix.
  const isatap = third === 0x0000_5efe || third === 0x0200_5efe;
  if (first >>> 16 === 0x2002) {
    const relayed = ((first << 16) | (second >>> 16)) >>> 0; // 6to4 (RFC 3056)
    return { addresses: isatap ? [relayed, fourth] : [relayed], judge: 'ipv4' };
  }
  return isatap ? { addresses: [fourth], judge: 'both' } : none;
}

/** 64:ff9b:1::/48 (RFC 8215): at the places of RFC 6052, 2.2, for prefixes of 48, 56, 64 and 96 bits. */
function localNat64(second: number, third: number, fourth: number): Ipv4[] {
  return [
    ((second << 16) | ((third >>> 8) & 0xffff)) >>> 0,
    ((second << 24) | (third & 0xff_ffff)) >>> 0,
    ((third << 8) | (fourth >>> 24)) >>> 0,
    fourth,
  ];
}
