// Networks in CIDR notation (RFC 4632), and single addresses as the smallest of them.

import { type IpAddress, type Ipv6, parseIpAddress } from './ip-address.ts';

/** IPv4-mapped addresses (RFC 4291, 2.5.5.2): `::ffff:10.0.0.0/104` is the network 10.0.0.0/8. */
const MAPPED = 0xffff;

export class IpNetwork {
  /** As it was written. */
  readonly text: string;
  readonly #base: IpAddress;
  readonly #mask: Ipv6;

  private constructor(text: string, base: IpAddress, bits: number) {
    this.text = text;
    this.#base = base;
    this.#mask = [maskOf(bits), maskOf(bits - 32), maskOf(bits - 64), maskOf(bits - 96)];
  }

  /** Null for what is neither an address nor a network, and where bits are set beyond the prefix: most likely a slip. */
  static parse(text: string): IpNetwork | null {
    const [addressText = '', bitsText, ...rest] = text.split('/');
    const base = parseIpAddress(addressText);
    if (base === null || rest.length > 0) return null;
    const longest = typeof base === 'number' ? 32 : 128;
    const bits = bitsText === undefined ? longest : /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Number.NaN;
    if (!(bits <= longest)) return null;
    const isMapped = typeof base !== 'number' && bits >= 96 && base[0] === 0 && base[1] === 0 && base[2] === MAPPED;
    const network = isMapped ? new IpNetwork(text, base[3], bits - 96) : new IpNetwork(text, base, bits);
    return network.contains(network.#base) ? network : null;
  }

  contains(address: IpAddress): boolean {
    const base = this.#base;
    const mask = this.#mask;
    if (typeof address === 'number') return typeof base === 'number' && (address & mask[0]) >>> 0 === base;
    return (
      typeof base !== 'number' &&
      (address[0] & mask[0]) >>> 0 === base[0] &&
      (address[1] & mask[1]) >>> 0 === base[1] &&
      (address[2] & mask[2]) >>> 0 === base[2] &&
      (address[3] & mask[3]) >>> 0 === base[3]
    );
  }
}

/** The mask of one word of 32 bits, for a prefix that has so many bits from there on. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}
