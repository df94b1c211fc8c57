// resolv.conf(5): which servers to ask, how patiently, and which names a short name may stand for.

import dns from 'node:dns';
import { isServer } from './server-address.ts';

export interface ResolvConf {
  /** Never empty. */
  readonly servers: readonly string[];
  /** Without dots at the end; '' is the root. */
  readonly search: readonly string[];
  /** Names with at least that many dots are asked for as they stand before the search list is tried. */
  readonly ndots: number;
  readonly patience: Patience;
}

/** How long a server may be silent before it, or the next one, is asked again. */
export interface Patience {
  /** In the first round; it doubles with each round. */
  readonly firstWaitMs: number;
  /** How often each server is asked. */
  readonly rounds: number;
}

/**
 * Where resolv.conf says nothing, and for servers of a target's own. A lost packet is repeated after 1 s; a server is
 * given up 7 s after it was first asked. All answers until then count, so that a slow server is only slow.
 */
export const defaultPatience: Patience = { firstWaitMs: 1_000, rounds: 3 };

// As in glibc (resolv.h): MAXNS, RES_MAXNDOTS, RES_MAXRETRANS, RES_MAXRETRY.
const mostServers = 3;
const mostDots = 15;
const longestWaitS = 30;
const mostRounds = 5;

const longestName = 253;

export function parseResolvConf(text: string): ResolvConf {
  const servers: string[] = [];
  let search: string[] = [];
  let ndots = 1;
  let { firstWaitMs, rounds } = defaultPatience;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver' && values[0] !== undefined && isServer(values[0])) servers.push(values[0]);
    if (keyword === 'search') search = values.map(withoutDot);
    if (keyword === 'domain') search = values.slice(0, 1).map(withoutDot);
    if (keyword !== 'options') continue;
    for (const option of values) {
      const match = /^(ndots|timeout|attempts):(\d+)$/.exec(option);
      const value = Number(match?.[2]);
      if (match?.[1] === 'ndots') ndots = Math.min(value, mostDots);
      if (match?.[1] === 'timeout') firstWaitMs = Math.min(Math.max(value, 1), longestWaitS) * 1_000;
      if (match?.[1] === 'attempts') rounds = Math.min(Math.max(value, 1), mostRounds);
    }
  }
  return {
    servers: servers.length > 0 ? servers.slice(0, mostServers) : serversWithoutFile(),
    search,
    ndots,
    patience: { firstWaitMs, rounds },
  };
}

/**
 * The names for which to ask in turn, as glibc does: those with fewer dots than `ndots` with the search list first, others
 * as they stand first. A dot at the end makes a name absolute.
 */
export function namesToTry(name: string, { search, ndots }: Pick<ResolvConf, 'search' | 'ndots'>): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const extended = search.map((domain) => (domain === '' ? name : `${name}.${domain}`));
  const dots = name.split('.').length - 1;
  const names = new Set(dots >= ndots ? [name, ...extended] : [...extended, name]);
  return [...names].filter((one) => one === name || one.length <= longestName);
}

/** c-ares knows where other systems keep their servers. */
function serversWithoutFile(): readonly string[] {
  const servers = dns.getServers();
  return servers.length > 0 ? servers : ['127.0.0.1'];
}

function withoutDot(domain: string): string {
  return domain.replace(/\.$/, '');
}
