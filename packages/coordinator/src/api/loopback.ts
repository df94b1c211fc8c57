// What is on this machine alone: addresses, names, and requests that a browser was not lured into.
//
// On loopback the API needs no token, for whoever can reach it can use this machine. Two things can reach it from elsewhere,
// and both give themselves away. A web page whose name was pointed at 127.0.0.1 (DNS rebinding) is asked for under that name,
// so Host has to be this machine's. A web page that sends a request to http://127.0.0.1 (CSRF) has another Origin, and where
// none is sent, such as for images, the browser says in Sec-Fetch-Site that it was another site. What a proxy on this machine
// passes on came from elsewhere too: such a request needs a token. nginx says nothing of itself unless told to, but speaks
// HTTP/1.0 (proxy_http_version); programs of this machine speak 1.1.

import { lookup } from 'node:dns/promises';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** All addresses of a host that is given as a name or an address. Rejects for names that nobody knows. */
export async function addressesOf(host: string): Promise<string[]> {
  return (await lookup(host.replace(/^\[(.*)\]$/, '$1'), { all: true })).map(({ address }) => address);
}

export type Foreign = 'host' | 'origin' | 'proxy';

export interface Asking {
  readonly headers: IncomingHttpHeaders;
  readonly raw: Pick<IncomingMessage, 'httpVersionMajor' | 'httpVersionMinor'>;
}

/** Why a request without a token is not from this machine, or null if it is. `host`: as what the API was told to listen on. */
export function foreignness({ headers, raw }: Asking, host: string): Foreign | null {
  const asked = hostnameOf(headers.host);
  if (asked === null || !(isLoopbackName(asked) || asked === host.toLowerCase())) return 'host';
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return 'origin';
  if (!['same-origin', 'none'].includes(String(headers['sec-fetch-site'] ?? 'none'))) return 'origin';
  if (raw.httpVersionMajor < 1 || (raw.httpVersionMajor === 1 && raw.httpVersionMinor === 0)) return 'proxy';
  const passedOn = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
  return passedOn.some((name) => headers[name] !== undefined) ? 'proxy' : null;
}

function isLoopbackName(name: string): boolean {
  return /^(.*\.)?localhost$/.test(name) || isLoopbackAddress(name.replace(/^\[(.*)\]$/, '$1'));
}

function hostnameOf(host: string | undefined): string | null {
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host)) return null;
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : null;
}
