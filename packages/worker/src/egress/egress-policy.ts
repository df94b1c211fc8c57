// Where a check may connect, decided on the address that it is about to connect to: whatever names, redirects and proxies
// led there, it is judged here. In this order:
//
//   1. Cloud metadata addresses: never.
//   2. What the operator closed (EVERYTICK_EGRESS_DENY): no.
//   3. What the operator opened (EVERYTICK_EGRESS_ALLOW): yes.
//   4. Loopback, private, link-local, reserved and other special addresses: no.
//   5. All else: yes.
//
// An IPv6 address that stands for an IPv4 one is judged as that one: networks of IPv6 open none of them, but may close them.
// An allowed network of IPv4 opens its addresses in every disguise, a denied one closes them in every disguise.

import { formatIpv4, type IpAddress, type IpNetwork, type Ipv4, parseIpAddress } from '@everytick/core';
import { RecentMap } from '../recent-map.ts';
import { closedRangeOf, networkOf } from './closed-ranges.ts';
import { ipv4Inside } from './ipv4-inside.ts';
import { isMetadataService } from './metadata-services.ts';

/** To be opened where checks of one's own machine are wanted. */
export const loopbackCidrs: readonly string[] = ['127.0.0.0/8', '::1/128'];

export interface EgressRules {
  /** Networks in CIDR notation, or addresses. */
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

export class EgressPolicy {
  readonly #allow: readonly IpNetwork[];
  readonly #deny: readonly IpNetwork[];
  /** Rules never change, so what was said of an address holds. */
  readonly #judged = new RecentMap<string, string | null>(10_000);

  /** Throws for what is no network. */
  constructor({ allow = [], deny = [] }: EgressRules = {}) {
    this.#allow = allow.map(networkOf);
    this.#deny = deny.map(networkOf);
  }

  /**
   * Null if a check may connect there, else why not: a sentence for people. `address`: as a resolver gives it, or as it
   * stands in a URL, without brackets. What is no IP address is refused.
   */
  refusal(address: string): string | null {
    let refusal = this.#judged.get(address);
    if (refusal === undefined) {
      refusal = this.#judge(address);
      this.#judged.set(address, refusal);
    }
    return refusal;
  }

  #judge(address: string): string | null {
    const literal = parseIpAddress(withoutZone(address));
    if (literal === null) return `"${address.slice(0, 100)}" is not an IP address`;
    if (typeof literal === 'number') {
      return this.#never(literal, address) ?? this.#denied(literal, address) ?? this.#closed(literal, address, address);
    }
    const inside = ipv4Inside(literal);
    const subjectOf = (ipv4: Ipv4) => `${address} stands for ${formatIpv4(ipv4)}, which`;
    const firstOf = (judge: (ipv4: Ipv4) => string | null) => firstNonNull(inside.addresses, judge);
    return (
      this.#never(literal, address) ??
      firstOf((ipv4) => this.#never(ipv4, subjectOf(ipv4))) ??
      this.#denied(literal, address) ??
      firstOf((ipv4) => this.#denied(ipv4, subjectOf(ipv4))) ??
      (inside.judge === 'ipv4' ? null : this.#closed(literal, address, address)) ??
      (inside.judge === 'ipv6' ? null : firstOf((ipv4) => this.#closed(ipv4, subjectOf(ipv4), formatIpv4(ipv4))))
    );
  }

  #never(address: IpAddress, subject: string): string | null {
    return isMetadataService(address) ? `${subject} is a cloud metadata address, and no setting opens these` : null;
  }

  #denied(address: IpAddress, subject: string): string | null {
    const network = this.#deny.find((denied) => denied.contains(address));
    return network === undefined ? null : `${subject} is in ${network.text}, and EVERYTICK_EGRESS_DENY closes that`;
  }

  #closed(address: IpAddress, subject: string, text: string): string | null {
    if (this.#allow.some((allowed) => allowed.contains(address))) return null;
    const range = closedRangeOf(address);
    if (range === undefined) return null;
    const single = withoutZone(text);
    const opening = range.network === null ? single : `${single} or ${range.network.text}`;
    return `${subject} is ${range.name}, and EVERYTICK_EGRESS_ALLOW does not open it (with ${opening} in it, it would)`;
  }
}

/** `fe80::1%eth0` (RFC 4007): which link an address is on says nothing about what it is. */
function withoutZone(address: string): string {
  const end = address.indexOf('%');
  return end > 0 && end < address.length - 1 && address.includes(':') ? address.slice(0, end) : address;
}

function firstNonNull(addresses: readonly Ipv4[], judge: (address: Ipv4) => string | null): string | null {
  for (const address of addresses) {
    const verdict = judge(address);
    if (verdict !== null) return verdict;
  }
  return null;
}
