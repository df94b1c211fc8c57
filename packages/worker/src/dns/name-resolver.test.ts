import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type DnsServer, eventually, startDnsServer } from '@everytick/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type NameQuestion, NameResolver, type NameResolverOptions } from './name-resolver.ts';

/** What an observer heard, in order: `asked`, then addresses, `failed CODE` or `no slot`. */
interface Heard {
  readonly events: readonly string[];
  readonly cancel: () => void;
  /** Since the question. */
  readonly tookMs: number;
}

let directory: string;
let hostsFile: string;
let resolvConf: string;
let server: DnsServer;
let resolver: NameResolver;
const resolvers = new Set<NameResolver>();

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'everytick-dns-'));
  hostsFile = path.join(directory, 'hosts');
  resolvConf = path.join(directory, 'resolv.conf');
  server = await startDnsServer({ records: { 'a.test': { a: ['192.0.2.1'], aaaa: ['2001:db8::1'] } } });
  writeFileSync(hostsFile, '');
  writeFileSync(resolvConf, `nameserver ${server.address}\n`);
  resolver = makeResolver();
});

afterEach(async () => {
  await rm(directory, { recursive: true });
  const made = [...resolvers];
  resolvers.clear();
  for (const one of made) one.close();
  await eventually(() => made.every((one) => one.asking === 0));
});

function makeResolver(options: NameResolverOptions = {}): NameResolver {
  const made = new NameResolver({ hostsFile, resolvConf, hasIpv6: () => true, ...options });
  resolvers.add(made);
  return made;
}

function ask(name: string, question: Partial<NameQuestion> = {}, of = resolver): Heard {
  const events: string[] = [];
  const fromMs = performance.now();
  const heard = { events, cancel: (): void => undefined, tookMs: Number.NaN };
  const hear = (event: string) => {
    events.push(event);
    heard.tookMs = performance.now() - fromMs;
  };
  heard.cancel = of.resolve(
    name,
    { family: '4', deadlineMs: fromMs + 20_000, ...question },
    {
      onAsked: () => events.push('asked'),
      onResolved: (addresses) => hear(addresses.map(({ address, family }) => `${family}:${address}`).join(' ')),
      onFailed: ({ code }) => hear(`failed ${code}`),
      onNoSlot: () => hear('no slot'),
    },
  );
  expect(events).toEqual([]);
  return heard;
}

async function answer(heard: Heard): Promise<Heard> {
  await eventually(() => !Number.isNaN(heard.tookMs), { timeoutMs: 10_000 });
  return heard;
}

async function resolved(name: string, question: Partial<NameQuestion> = {}, of = resolver): Promise<string> {
  const { events } = await answer(ask(name, question, of));
  if (events[0] === 'asked') return events.slice(1).join(', ');
  return events.join(', ');
}

const asked = () => server.queries.map(({ name, type }) => `${type} ${name}`);

describe('asking a server', () => {
  it('asks only for the family that is wanted', async () => {
    expect(await resolved('a.test', { family: '4' })).toBe('4:192.0.2.1');
    expect(await resolved('a.test', { family: '6' })).toBe('6:2001:db8::1');
    expect(asked()).toEqual(['A a.test', 'AAAA a.test']);
  });

  it('says that it asks, once, before it says what it heard', async () => {
    expect((await answer(ask('a.test'))).events).toEqual(['asked', '4:192.0.2.1']);
  });

  it('asks afresh each time, whatever the records say', async () => {
    for (let i = 0; i < 5; i++) await resolved('a.test');
    for (let i = 0; i < 5; i++) await resolved('nowhere.test');
    expect(asked()).toEqual([...Array(5).fill('A a.test'), ...Array(5).fill('A nowhere.test')]);
    server.set('a.test', { a: ['192.0.2.99'] });
    expect(await resolved('a.test')).toBe('4:192.0.2.99');
  });

  it('follows aliases', async () => {
    server.set('www.test', { cname: 'edge.test' });
    server.set('edge.test', { cname: 'a.test' });
    expect(await resolved('www.test')).toBe('4:192.0.2.1');
  });

  it('finds no address in a loop of aliases', async () => {
    server.set('x.test', { cname: 'y.test' });
    server.set('y.test', { cname: 'x.test' });
    expect(await resolved('x.test')).toBe('failed ENODATA');
  });

  it.each([
    ['a name that does not exist', { rcode: 'NXDOMAIN' }, 'ENOTFOUND'],
    ['a name without addresses', {}, 'ENODATA'],
    ['a server that fails', { rcode: 'SERVFAIL' }, 'ESERVFAIL'],
    ['a server that refuses', { rcode: 'REFUSED' }, 'EREFUSED'],
    ['bytes that are no DNS message', { garbage: true }, 'EBADRESP'],
  ] as const)('tells %s', async (_what, reply, code) => {
    server.set('odd.test', reply);
    expect(await resolved('odd.test')).toBe(`failed ${code}`);
    expect(await resolved('odd.test', { family: 'race' })).toBe(`failed ${code}`);
  });

  it('tells a server that is not there', async () => {
    await server.close();
    expect(await resolved('a.test')).toBe('failed ECONNREFUSED');
  });

  it('repeats a truncated answer over TCP', async () => {
    const many = Array.from({ length: 40 }, (_, i) => `192.0.2.${i + 1}`);
    server.set('many.test', { a: many, truncated: true });
    expect(await resolved('many.test')).toBe(many.map((address) => `4:${address}`).join(' '));
    expect(server.queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  it.each([
    '',
    '.',
    'a..test',
    '.a.test',
    `${'x'.repeat(64)}.test`,
    `${'x.'.repeat(127)}test`,
    'bücher.test',
    'a.test\0.evil',
    'a\\.test',
    'a b.test',
    'a.test/',
  ])('asks nobody for %j', async (name) => {
    expect(await resolved(name)).toBe('failed EBADNAME');
    expect(server.queries).toEqual([]);
  });

  it('asks for a name of the greatest length', async () => {
    const name = `${'x'.repeat(63)}.${'y'.repeat(63)}.${'z'.repeat(63)}.${'w'.repeat(61)}`;
    server.set(name, { a: ['192.0.2.7'] });
    expect(await resolved(name)).toBe('4:192.0.2.7');
  });
});

describe('a slow or silent server', () => {
  it('costs the time that it takes', async () => {
    server.set('slow.test', { a: ['192.0.2.1'], delayMs: 600 });
    const slow = await answer(ask('slow.test'));
    expect(slow.events[1]).toBe('4:192.0.2.1');
    expect(slow.tookMs).toBeGreaterThan(595);
    expect(slow.tookMs).toBeLessThan(700);
    expect(asked().filter((query) => query.includes('slow'))).toHaveLength(1);
  });

  it('may answer after it was asked again, however fast it was before', async () => {
    for (let i = 0; i < 10; i++) await resolved('a.test');
    server.set('slow.test', { a: ['192.0.2.1'], delayMs: 2_500 });
    const slow = await answer(ask('slow.test'));
    expect(slow.events[1]).toBe('4:192.0.2.1');
    expect(slow.tookMs).toBeGreaterThan(2_495);
    expect(slow.tookMs).toBeLessThan(2_700);
    expect(asked().slice(10)).toEqual(['A slow.test', 'A slow.test']);
  });

  it('is asked again after a second, for a packet may be lost', async () => {
    server.set('lossy.test', { a: ['192.0.2.1'], lost: 1 });
    const lossy = await answer(ask('lossy.test'));
    expect(lossy.events[1]).toBe('4:192.0.2.1');
    expect(lossy.tookMs).toBeGreaterThan(990);
    expect(lossy.tookMs).toBeLessThan(1_200);
  });

  it('is given up in the end', async () => {
    writeFileSync(resolvConf, `nameserver ${server.address}\noptions timeout:1 attempts:2\n`);
    server.set('silent.test', { silent: true });
    const silent = await answer(ask('silent.test', {}, makeResolver()));
    expect(silent.events).toEqual(['asked', 'failed ETIMEOUT']);
    expect(silent.tookMs).toBeGreaterThan(2_990);
    expect(silent.tookMs).toBeLessThan(3_300);
    expect(asked()).toEqual(['A silent.test', 'A silent.test']);
  });

  it('is given up when nobody wants the answer any more', async () => {
    server.set('silent.test', { silent: true });
    const silent = await answer(ask('silent.test', { family: 'race', deadlineMs: performance.now() + 200 }));
    expect(silent.events).toEqual(['asked', 'failed ETIMEOUT']);
    expect(silent.tookMs).toBeGreaterThan(200);
    expect(silent.tookMs).toBeLessThan(350);
    await eventually(() => resolver.asking === 0);
  });

  it('makes no other server wait, and is asked last from then on', async () => {
    const dead = await startDnsServer({ records: { 'a.test': { silent: true }, 'b.test': { silent: true } } });
    server.set('b.test', { a: ['192.0.2.2'] });
    writeFileSync(resolvConf, `nameserver ${dead.address}\nnameserver ${server.address}\n`);
    const both = makeResolver();
    const first = await answer(ask('a.test', {}, both));
    expect(first.events[1]).toBe('4:192.0.2.1');
    expect(first.tookMs).toBeGreaterThan(990);
    expect(first.tookMs).toBeLessThan(1_200);
    expect((await answer(ask('b.test', {}, both))).tookMs).toBeLessThan(300);
    expect(dead.queries).toHaveLength(1);
  });

  it('is no reason to believe one that fails', async () => {
    const failing = await startDnsServer({ records: { 'a.test': { rcode: 'SERVFAIL' } } });
    writeFileSync(resolvConf, `nameserver ${failing.address}\nnameserver ${server.address}\n`);
    const both = await answer(ask('a.test', {}, makeResolver()));
    expect(both.events[1]).toBe('4:192.0.2.1');
    expect(both.tookMs).toBeLessThan(300);
  });
});

describe('families', () => {
  beforeEach(() => {
    server.set('only4.test', { a: ['192.0.2.4'] });
    server.set('only6.test', { aaaa: ['2001:db8::6'] });
    server.set('many.test', { a: ['192.0.2.1', '192.0.2.2', '192.0.2.3'], aaaa: ['2001:db8::1', '2001:db8::2'] });
  });

  it('prefers one, and takes the other where there is no address of it', async () => {
    expect(await resolved('a.test', { family: 'prefer_4' })).toBe('4:192.0.2.1');
    expect(await resolved('a.test', { family: 'prefer_6' })).toBe('6:2001:db8::1');
    expect(asked()).toEqual(['A a.test', 'AAAA a.test']);
    expect(await resolved('only6.test', { family: 'prefer_4' })).toBe('6:2001:db8::6');
    expect(await resolved('only4.test', { family: 'prefer_6' })).toBe('4:192.0.2.4');
  });

  it('races with addresses of both in turn, IPv6 first', async () => {
    expect(await resolved('many.test', { family: 'race' })).toBe(
      '6:2001:db8::1 4:192.0.2.1 6:2001:db8::2 4:192.0.2.2 4:192.0.2.3',
    );
    expect(await resolved('only4.test', { family: 'race' })).toBe('4:192.0.2.4');
    expect(await resolved('only6.test', { family: 'race' })).toBe('6:2001:db8::6');
  });

  it('races with IPv4 alone on a machine without IPv6, if there is any', async () => {
    const without = makeResolver({ hasIpv6: () => false });
    expect(await resolved('many.test', { family: 'race' }, without)).toBe('4:192.0.2.1 4:192.0.2.2 4:192.0.2.3');
    expect(asked()).toEqual(['A many.test']);
    expect(await resolved('only6.test', { family: 'race' }, without)).toBe('6:2001:db8::6');
  });

  it.each(['A', 'AAAA'] as const)('waits 50 ms for the other one in a race when %s never comes', async (type) => {
    server.set('half.test', { a: ['192.0.2.1'], aaaa: ['2001:db8::1'], silent: { [type]: true } });
    const half = await answer(ask('half.test', { family: 'race' }));
    expect(half.events[1]).toBe(type === 'A' ? '6:2001:db8::1' : '4:192.0.2.1');
    expect(half.tookMs).toBeGreaterThan(45);
    expect(half.tookMs).toBeLessThan(150);
    await eventually(() => resolver.asking === 0);
  });

  it('does not wait in a race for one that has nothing', async () => {
    server.set('half.test', { a: ['192.0.2.1'], delayMs: { A: 100 } });
    const half = await answer(ask('half.test', { family: 'race' }));
    expect(half.events[1]).toBe('4:192.0.2.1');
    expect(half.tookMs).toBeLessThan(140);
  });

  it.each(['race', 'prefer_6', 'prefer_4'] as const)(
    '%s: an error of one is none where the other has addresses',
    async (family) => {
      server.set('half4.test', { a: ['192.0.2.1'], rcode: { AAAA: 'SERVFAIL' } });
      server.set('half6.test', { aaaa: ['2001:db8::1'], rcode: { A: 'REFUSED' } });
      expect(await resolved('half4.test', { family })).toBe('4:192.0.2.1');
      expect(await resolved('half6.test', { family })).toBe('6:2001:db8::1');
    },
  );

  it('says that nobody knows when one has nothing and the other one failed', async () => {
    server.set('half.test', { rcode: { AAAA: 'SERVFAIL' } });
    expect(await resolved('half.test', { family: 'race' })).toBe('failed ESERVFAIL');
  });
});

describe('a server of its own', () => {
  it('is asked for exactly that name, past hosts file and search list', async () => {
    const own = await startDnsServer({ records: { short: { a: ['192.0.2.50'] } } });
    writeFileSync(hostsFile, '192.0.2.60 short\n');
    writeFileSync(resolvConf, `nameserver ${server.address}\nsearch test\n`);
    expect(await resolved('short', { server: own.address })).toBe('4:192.0.2.50');
    expect(own.queries.map(({ name }) => name)).toEqual(['short']);
    expect(server.queries).toEqual([]);
  });

  it('alternates with others without mixing them up', async () => {
    const others = await Promise.all(
      [1, 2, 3].map((n) => startDnsServer({ records: { 'a.test': { a: [`192.0.2.1${n}`] } } })),
    );
    for (let round = 0; round < 4; round++) {
      const answers = others.map(({ address }) => resolved('a.test', { server: address }));
      expect(await Promise.all(answers)).toEqual(['4:192.0.2.11', '4:192.0.2.12', '4:192.0.2.13']);
    }
  });

  it.each(['nonsense', 'dns.example:53', '127.0.0.1:0', '127.0.0.1:99999', '[::1', ''])(
    'cannot be %j',
    async (text) => {
      expect(await resolved('a.test', { server: text })).toBe('failed ERR_INVALID_IP_ADDRESS');
    },
  );
});

describe('names of this machine', () => {
  it('are taken from the hosts file, which is read again when it changes', async () => {
    writeFileSync(
      hostsFile,
      '# comment\n192.0.2.20  box Box.Example # more\n2001:db8::20 box\n192.0.2.21 box\nnonsense x\n',
    );
    expect(await resolved('box')).toBe('4:192.0.2.20 4:192.0.2.21');
    expect(await resolved('BOX.example.')).toBe('4:192.0.2.20');
    expect(await resolved('box', { family: '6' })).toBe('6:2001:db8::20');
    expect(await resolved('box', { family: 'race' })).toBe('6:2001:db8::20 4:192.0.2.20 4:192.0.2.21');
    expect(server.queries).toEqual([]);
    writeFileSync(hostsFile, '192.0.2.22 box\n');
    await eventually(async () => expect(await resolved('box')).toBe('4:192.0.2.22'));
  });

  it('are asked for where the hosts file has no address of the family that is wanted', async () => {
    writeFileSync(hostsFile, '192.0.2.20 a.test\n');
    expect(await resolved('a.test', { family: '6' })).toBe('6:2001:db8::1');
    expect(await resolved('a.test', { family: 'prefer_6' })).toBe('4:192.0.2.20');
  });

  it('include localhost and all below it', async () => {
    expect(await resolved('localhost')).toBe('4:127.0.0.1');
    expect(await resolved('LocalHost.', { family: '6' })).toBe('6:::1');
    expect(await resolved('app.localhost', { family: 'race' })).toBe('6:::1 4:127.0.0.1');
    expect(server.queries).toEqual([]);
  });
});

describe('short names', () => {
  beforeEach(() => {
    server.set('db.corp.test', { a: ['192.0.2.30'] });
    server.set('db.lab.test', { a: ['192.0.2.31'] });
    server.set('web.eu.lab.test', { a: ['192.0.2.32'] });
  });
  const configured = (text: string) => {
    writeFileSync(resolvConf, `nameserver ${server.address}\n${text}\n`);
    return makeResolver();
  };

  it('are looked for in the search list, in order', async () => {
    const of = configured('search other.test lab.test. corp.test');
    expect(await resolved('db', {}, of)).toBe('4:192.0.2.31');
    expect(asked()).toEqual(['A db.other.test', 'A db.lab.test']);
  });

  it('are taken as they stand first when they have enough dots', async () => {
    const of = configured('search lab.test');
    expect(await resolved('web.eu', {}, of)).toBe('4:192.0.2.32');
    expect(asked()).toEqual(['A web.eu', 'A web.eu.lab.test']);
  });

  it('need more dots where ndots says so', async () => {
    const of = configured('domain lab.test\noptions ndots:2');
    expect(await resolved('a.test', {}, of)).toBe('4:192.0.2.1');
    expect(asked()).toEqual(['A a.test.lab.test', 'A a.test']);
  });

  it('are absolute with a dot at the end', async () => {
    const of = configured('search lab.test\noptions ndots:5');
    expect(await resolved('a.test.', {}, of)).toBe('4:192.0.2.1');
    expect(await resolved('db.', {}, of)).toBe('failed ENOTFOUND');
    expect(asked()).toEqual(['A a.test', 'A db']);
  });

  it('are looked for no further when a server cannot say', async () => {
    server.set('db.other.test', { rcode: 'SERVFAIL' });
    const of = configured('search other.test lab.test');
    expect(await resolved('db', {}, of)).toBe('failed ESERVFAIL');
  });

  it('fail as what they are themselves', async () => {
    server.set('gone.lab.test', {});
    const of = configured('search lab.test');
    expect(await resolved('gone', {}, of)).toBe('failed ENOTFOUND');
    server.set('gone', {});
    expect(await resolved('gone', { family: 'race' }, of)).toBe('failed ENODATA');
  });

  it('mean something else when resolv.conf has changed', async () => {
    const of = configured('search lab.test');
    expect(await resolved('db', {}, of)).toBe('4:192.0.2.31');
    const other = await startDnsServer({ records: { 'db.corp.test': { a: ['192.0.2.40'] } } });
    writeFileSync(resolvConf, `nameserver ${other.address}\nsearch corp.test\n`);
    await eventually(async () => expect(await resolved('db', {}, of)).toBe('4:192.0.2.40'));
  });
});

describe('keeping answers', () => {
  it('answers from what is kept until its records are too old', async () => {
    server.set('short.test', { a: ['192.0.2.1'], ttl: 1 });
    for (let i = 0; i < 5; i++) expect(await resolved('short.test', { cache: true })).toBe('4:192.0.2.1');
    expect(server.queries).toHaveLength(1);
    server.set('short.test', { a: ['192.0.2.2'], ttl: 1 });
    await eventually(async () => expect(await resolved('short.test', { cache: true })).toBe('4:192.0.2.2'));
    expect(server.queries).toHaveLength(2);
  });

  it('says that it asks all the same', async () => {
    await resolved('a.test', { cache: true });
    expect((await answer(ask('a.test', { cache: true }))).events).toEqual(['asked', '4:192.0.2.1']);
  });

  it('goes by the alias that is kept shortest', async () => {
    server.set('alias.test', { cname: 'a.test', ttl: 0 });
    await resolved('alias.test', { cache: true });
    await resolved('alias.test', { cache: true });
    expect(server.queries).toHaveLength(2);
  });

  it('is for those alone that want it', async () => {
    await resolved('a.test', { cache: true });
    await resolved('a.test');
    await resolved('a.test', { cache: true, family: '6' });
    expect(server.queries).toHaveLength(3);
  });

  it('never keeps failures, nor half of an answer', async () => {
    expect(await resolved('new.test', { cache: true })).toBe('failed ENOTFOUND');
    server.set('new.test', { a: ['192.0.2.3'], rcode: { AAAA: 'SERVFAIL' } });
    expect(await resolved('new.test', { cache: true, family: 'race' })).toBe('4:192.0.2.3');
    server.set('new.test', { a: ['192.0.2.3'], aaaa: ['2001:db8::3'] });
    expect(await resolved('new.test', { cache: true, family: 'race' })).toBe('6:2001:db8::3 4:192.0.2.3');
  });
});

describe('slots', () => {
  it('are given in order, and no more than there are', async () => {
    server.set('slow.test', { a: ['192.0.2.1'], delayMs: 5 });
    const few = makeResolver({ concurrency: 10, longestWaitMs: 10_000 });
    const order: number[] = [];
    let most = 0;
    const all = Array.from({ length: 300 }, (_, i) => {
      return new Promise<void>((resolve) => {
        few.resolve(
          'slow.test',
          { family: '4', deadlineMs: performance.now() + 20_000 },
          {
            onAsked: () => {
              order.push(i);
              most = Math.max(most, few.asking);
            },
            onResolved: () => resolve(),
            onFailed: () => undefined,
            onNoSlot: () => undefined,
          },
        );
      });
    });
    await eventually(() => few.waiting > 0);
    await Promise.all(all);
    expect(order).toEqual(Array.from({ length: 300 }, (_, i) => i));
    expect(most).toBe(10);
    expect(server.queries).toHaveLength(300);
    await eventually(() => few.asking === 0 && few.waiting === 0);
  });

  it('are not waited for longer than a moment', async () => {
    server.set('silent.test', { silent: true });
    const few = makeResolver({ concurrency: 1, longestWaitMs: 100 });
    const holding = ask('silent.test', {}, few);
    const turnedAway = await Promise.all([answer(ask('a.test', {}, few)), answer(ask('a.test', {}, few))]);
    for (const { events, tookMs } of turnedAway) {
      expect(events).toEqual(['no slot']);
      expect(tookMs).toBeGreaterThan(98);
      expect(tookMs).toBeLessThan(200);
    }
    expect(holding.events).toEqual(['asked']);
    holding.cancel();
    expect(await resolved('a.test', {}, few)).toBe('4:192.0.2.1');
  });

  it('are needed for no name that is known without asking', async () => {
    server.set('silent.test', { silent: true });
    const few = makeResolver({ concurrency: 1, longestWaitMs: 5_000 });
    ask('silent.test', {}, few);
    expect(await resolved('localhost', {}, few)).toBe('4:127.0.0.1');
  });

  it('come back at once from those that are cancelled, and nothing more is heard', async () => {
    server.set('silent.test', { silent: true });
    const few = makeResolver({ concurrency: 2, longestWaitMs: 5_000 });
    const open = [ask('silent.test', { family: 'race' }, few), ask('silent.test', { family: 'race' }, few)];
    const waiting = ask('silent.test', {}, few);
    const next = ask('a.test', {}, few);
    await eventually(() => server.queries.length === 4 && few.waiting === 2);
    waiting.cancel();
    expect(few.waiting).toBe(1);
    for (const { cancel } of open) cancel();
    expect((await answer(next)).events).toEqual(['asked', '4:192.0.2.1']);
    await eventually(() => few.asking === 0);
    expect(open.map(({ events }) => events)).toEqual([['asked'], ['asked']]);
    expect(waiting.events).toEqual([]);
    expect(server.queries).toHaveLength(5);
  });

  it('ask nothing for those that are cancelled at once', async () => {
    const heard = ask('a.test');
    heard.cancel();
    heard.cancel();
    expect(await resolved('a.test')).toBe('4:192.0.2.1');
    expect(heard.events).toEqual([]);
    expect(server.queries).toHaveLength(1);
  });

  it('are all free again after a thousand questions to a dead server', async () => {
    server.set('silent.test', { silent: true });
    const few = makeResolver({ concurrency: 50, longestWaitMs: 100 });
    const all = Array.from({ length: 1_000 }, () =>
      ask('silent.test', { family: 'race', deadlineMs: performance.now() + 300 }, few),
    );
    await Promise.all(all.map(answer));
    await eventually(() => few.asking === 0 && few.waiting === 0);
    expect(new Set(all.map(({ events }) => events.join()))).toEqual(new Set(['asked,failed ETIMEOUT', 'no slot']));
    expect(await resolved('a.test', {}, few)).toBe('4:192.0.2.1');
  });
});

describe('closing', () => {
  it('ends what is under way, and answers nothing afterwards', async () => {
    server.set('silent.test', { silent: true });
    const few = makeResolver({ concurrency: 1, longestWaitMs: 5_000 });
    const open = ask('silent.test', { family: 'race' }, few);
    const waiting = ask('silent.test', {}, few);
    await eventually(() => few.waiting === 1);
    few.close();
    expect(open.events).toEqual(['asked', 'failed ECANCELLED']);
    expect(waiting.events).toEqual(['no slot']);
    expect(await resolved('a.test', {}, few)).toBe('no slot');
    await eventually(() => few.asking === 0);
  });
});
