// What a name resolves to, and in which order its addresses are to be tried.

import type { IpFamily } from '@everytick/core';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The addresses of one name, each family in the order in which it came. */
export interface AddressesByFamily {
  readonly v4: readonly ResolvedAddress[];
  readonly v6: readonly ResolvedAddress[];
}

/**
 * Those that `family` asks for, in the order in which to try them. A race alternates (RFC 8305, 4), beginning with IPv6
 * where this machine has it.
 */
export function inOrder({ v4, v6 }: AddressesByFamily, family: IpFamily, hasIpv6: boolean): readonly ResolvedAddress[] {
  switch (family) {
    case '4':
      return v4;
    case '6':
      return v6;
    case 'prefer_4':
      return v4.length > 0 ? v4 : v6;
    case 'prefer_6':
      return v6.length > 0 ? v6 : v4;
    case 'race':
      return hasIpv6 ? alternate(v6, v4) : alternate(v4, v6);
  }
}

function alternate(first: readonly ResolvedAddress[], second: readonly ResolvedAddress[]): readonly ResolvedAddress[] {
  if (second.length === 0) return first;
  if (first.length === 0) return second;
  const all: ResolvedAddress[] = [];
  for (let i = 0; i < Math.max(first.length, second.length); i++) {
    all.push(...first.slice(i, i + 1), ...second.slice(i, i + 1));
  }
  return all;
}
