// The URL of a hop, taken apart once. The parts of a URL are cut out of its text each time they are asked for, and parsing
// one takes longer than all that is done with it afterwards.

import net from 'node:net';
import { RecentMap } from '../recent-map.ts';

export class HopUrl {
  readonly url: URL;
  readonly href: string;
  readonly protocol: string;
  readonly origin: string;
  /** With the port where that is not the usual one. */
  readonly host: string;
  /** An address without brackets. */
  readonly hostname: string;
  readonly isAddress: boolean;
  readonly port: number;
  /** Name and port, both always there. */
  readonly hostAndPort: string;

  constructor(url: URL) {
    const { href, protocol, origin, host, hostname, port } = url;
    this.url = url;
    this.href = href;
    this.protocol = protocol;
    this.origin = origin;
    this.host = host;
    this.hostname = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    this.isAddress = net.isIP(this.hostname) !== 0;
    this.port = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
    this.hostAndPort = `${hostname}:${this.port}`;
  }
}

/** Path and query as they go into a request. An empty query is one, although `search` does not tell. */
export function pathOf({ href, pathname, search }: URL): string {
  return search === '' && /^[^#]*\?(?:#|$)/.test(href) ? `${pathname}?` : pathname + search;
}

/** Targets come back at every tick. Each takes about 1 kB. */
const known = new RecentMap<string, HopUrl>(10_000);

/** Null for what is no URL. */
export function hopUrlOf(text: string): HopUrl | null {
  const before = known.get(text);
  if (before !== undefined) return before;
  const url = URL.parse(text);
  if (url === null) return null;
  const made = new HopUrl(url);
  known.set(text, made);
  return made;
}
