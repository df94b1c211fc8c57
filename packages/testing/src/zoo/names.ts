// Bad names and addresses: names that DNS does not know, will not tell or tells wrongly, and servers that are to be found
// at some of their addresses only.

import { type DnsReply, startDnsServer } from '../dns-server.ts';
import { startDeafServer } from '../tcp-server.ts';
import { redirect, respond, startWebServer } from '../web-server.ts';
import { type Animal, shortMs, type Visit } from './animal.ts';

const alive = '127.0.0.1';
/** Nobody listens there unless an animal has somebody do so. */
const dead = '127.0.0.9';
const alsoDead = '127.0.0.10';
const metadata = '169.254.169.254';

type Records = Readonly<Record<string, DnsReply>>;

/** A web server that is asked for by its name, and DNS, which says this of it. */
function named(said: DnsReply, visit: Partial<Visit> = {}): Animal['start'] {
  return namedAmong({ 'site.test': said }, visit);
}

function namedAmong(records: Records, visit: Partial<Visit> = {}, host = alive): Animal['start'] {
  return async () => {
    const { port } = await startWebServer({ host, routes: { '/': respond({ body: 'fine' }) } });
    return { ...(await visitByName(records, port)), ...visit };
  };
}

async function visitByName(records: Records, port: number): Promise<Visit> {
  const dns = await startDnsServer({ records });
  return {
    url: `http://site.test:${port}/`,
    matchPattern: '^fine$',
    options: { dns: { server: dns.address } },
  };
}

const names: readonly Animal[] = [
  { name: 'has a name that does not exist', start: named({ rcode: 'NXDOMAIN' }), ends: 'dns_not_found' },
  { name: 'has a name without an address', start: named({}), ends: 'dns_not_found' },
  { name: 'has a DNS server that fails', start: named({ rcode: 'SERVFAIL' }), ends: 'dns_failed' },
  { name: 'has a DNS server that refuses to answer', start: named({ rcode: 'REFUSED' }), ends: 'dns_failed' },
  {
    name: 'has a DNS server that is silent',
    start: named({ silent: true }, { timeoutMs: shortMs }),
    ends: 'timeout_dns',
  },
  {
    name: 'has a DNS server that is slower than the deadline',
    start: named({ a: [alive], delayMs: 5_000 }, { timeoutMs: shortMs }),
    ends: 'timeout_dns',
  },
  {
    name: 'has a DNS server that talks nonsense',
    start: named({ a: [alive], garbage: true }),
    ends: 'dns_failed',
  },
  {
    // The part that fits leads to the dead address.
    name: 'has a DNS answer that is too long for UDP',
    start: named({ a: [dead, alive], truncated: true }),
    ends: 'up',
  },
  {
    name: 'has a DNS server that says nothing of IPv6',
    start: named({ a: [alive], silent: { AAAA: true } }),
    ends: 'up',
  },
  {
    name: 'has an alias',
    start: namedAmong({ 'site.test': { cname: 'other.test' }, 'other.test': { a: [alive] } }),
    ends: 'up',
  },
  {
    name: 'has an alias for what does not exist',
    start: namedAmong({ 'site.test': { cname: 'other.test' } }),
    ends: 'dns_not_found',
  },
  {
    name: 'has aliases that lead in a circle',
    start: namedAmong({ 'site.test': { cname: 'other.test' }, 'other.test': { cname: 'site.test' } }),
    ends: 'dns_not_found',
  },
];

const addresses: readonly Animal[] = [
  { name: 'has a live address and a dead one', start: named({ a: [alive, dead] }), ends: 'up' },
  { name: 'has a dead address and a live one', start: named({ a: [dead, alive] }), ends: 'up' },
  {
    name: 'has a silent address and a live one',
    start: async () => {
      const { port } = await startDeafServer(dead);
      await startWebServer({ port, host: alive, routes: { '/': respond({ body: 'fine' }) } });
      return visitByName({ 'site.test': { a: [dead, alive] } }, port);
    },
    ends: 'up',
  },
  { name: 'has dead addresses alone', start: named({ a: [dead, alsoDead] }), ends: 'connect_refused' },
  { name: 'has a name for the metadata service', start: named({ a: [metadata] }), ends: 'egress_denied' },
  {
    name: 'has a name for the metadata service, which only its IPv6 address shows',
    start: named({ aaaa: ['::ffff:169.254.169.254'] }),
    ends: 'egress_denied',
  },
  {
    name: 'redirects to a name for the metadata service',
    start: async () => {
      const { port } = await startWebServer({ routes: { '/': redirect('http://inside.test/latest/') } });
      return visitByName({ 'site.test': { a: [alive] }, 'inside.test': { a: [metadata] } }, port);
    },
    ends: 'egress_denied',
  },
  {
    name: 'is to be found by IPv6 alone',
    start: async () => {
      const { url } = await startWebServer({ host: '::1', routes: { '/': respond({ body: 'fine' }) } });
      return { url: `${url}/`, matchPattern: '^fine$' };
    },
    ends: 'up',
    needs: 'ipv6',
  },
  {
    name: 'has a name with an IPv6 address alone',
    start: namedAmong({ 'site.test': { aaaa: ['::1'] } }, {}, '::1'),
    ends: 'up',
    needs: 'ipv6',
  },
  {
    name: 'has a dead IPv6 address and a live one of IPv4',
    start: named({ a: [alive], aaaa: ['::1'] }),
    ends: 'up',
    needs: 'ipv6',
  },
];

export const nameAnimals: readonly Animal[] = [...names, ...addresses];
