// IP addresses as numbers, so that they can be compared with networks and looked into.

/** 32 bits, unsigned. */
export type Ipv4 = number;
/** 32 bits each, unsigned, the first 32 bits of the address first. */
export type Ipv6 = readonly [number, number, number, number];
export type IpAddress = Ipv4 | Ipv6;

const DOT = 0x2e;
const COLON = 0x3a;
type Groups = [number, number, number, number, number, number, number, number];
const zeros: Groups = [0, 0, 0, 0, 0, 0, 0, 0];
/** `0000:0000:0000:0000:0000:0000:255.255.255.255` */
const LONGEST = 45;

/** Null if it is none. Accepts what `net.isIP` accepts, but no zone (`fe80::1%eth0`): that is no part of the address. */
export function parseIpAddress(text: string): IpAddress | null {
  if (text.length > LONGEST) return null;
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text, 0);
}

/** Four decimal numbers without leading zeros. What `inet_aton` takes beside that, `new URL()` has made this of. */
function parseIpv4(text: string, start: number): Ipv4 | null {
  let address = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      if (digits === 0 || ++dots > 3) return null;
      address = address * 256 + part;
      part = 0;
      digits = 0;
      continue;
    }
    const digit = code - 0x30;
    if (digit < 0 || digit > 9 || (digits > 0 && part === 0)) return null;
    part = part * 10 + digit;
    digits += 1;
    if (part > 255) return null;
  }
  return dots === 3 && digits > 0 ? address * 256 + part : null;
}

/** The text forms of RFC 4291, 2.2. */
function parseIpv6(text: string): Ipv6 | null {
  const groups: number[] = [];
  // How many groups stand before `::`.
  let gap = -1;
  let index = 0;
  if (text.startsWith('::')) {
    gap = 0;
    index = 2;
  }
  while (index < text.length) {
    const start = index;
    let value = 0;
    for (let digit = hexDigit(text, index); digit >= 0; digit = hexDigit(text, index)) {
      value = value * 16 + digit;
      index += 1;
    }
    if (text.charCodeAt(index) === DOT) {
      const last = parseIpv4(text, start);
      if (last === null) return null;
      groups.push(last >>> 16, last & 0xffff);
      break;
    }
    if (index === start || index > start + 4 || groups.push(value) > 8) return null;
    if (index === text.length) break;
    if (text.charCodeAt(index) !== COLON || ++index === text.length) return null;
    if (text.charCodeAt(index) === COLON) {
      if (gap >= 0) return null;
      gap = groups.length;
      index += 1;
    }
  }
  if (gap < 0 ? groups.length !== 8 : groups.length > 7) return null;
  if (gap >= 0) groups.splice(gap, 0, ...zeros.slice(groups.length));
  const [a, b, c, d, e, f, g, h] = groups as Groups;
  return [((a << 16) | b) >>> 0, ((c << 16) | d) >>> 0, ((e << 16) | f) >>> 0, ((g << 16) | h) >>> 0];
}

/** -1 if there is none, or at the end of the text. */
function hexDigit(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

export function formatIpv4(address: Ipv4): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/** The text form of RFC 5952. */
export function formatIpAddress(address: IpAddress): string {
  if (typeof address === 'number') return formatIpv4(address);
  const [first, second, third, last] = address;
  if (first === 0 && second === 0 && third === 0xffff) return `::ffff:${formatIpv4(last)}`;
  const groups = address.flatMap((word) => [word >>> 16, word & 0xffff]);
  const { start, length } = longestZeros(groups);
  const text = (some: readonly number[]) => some.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** The first of the longest runs of groups that are 0. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length += 1;
    if (length > longest.length) longest = { start, length };
  }
  return longest;
}
