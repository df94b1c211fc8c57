// A real DNS server for tests, on UDP and TCP, and ways for it to misbehave. It answers as a recursive server does: with
// the whole chain of aliases, as far as it knows the names.

import { Buffer } from 'node:buffer';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import dnsPacket, { type Answer, type Packet } from 'dns-packet';
import { atEnd } from './test-scope.ts';

/** For both types of records, or for each its own. */
type OfType<T> = T | { readonly A?: T; readonly AAAA?: T };

/** What is said of a name. With neither addresses nor an alias it exists and has no such record. */
export interface DnsReply {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  /** Another name of this server; two that point at each other make a loop. */
  readonly cname?: string;
  /** In seconds; 60 where absent. */
  readonly ttl?: number;
  readonly delayMs?: OfType<number>;
  readonly rcode?: OfType<'NXDOMAIN' | 'SERVFAIL' | 'REFUSED'>;
  readonly silent?: OfType<boolean>;
  /** How many of the first packets get lost. */
  readonly lost?: number;
  /** Over UDP only the beginning, with the bit that says so; all of it over TCP. */
  readonly truncated?: boolean;
  /** Bytes that are no DNS message. */
  readonly garbage?: boolean;
}

export interface DnsServerOptions {
  /** By name. Names that are not there do not exist (NXDOMAIN). */
  readonly records?: Readonly<Record<string, DnsReply>>;
}

export interface DnsQuery {
  readonly name: string;
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
  /** performance.now() when it came. */
  readonly atMs: number;
}

export interface DnsServer extends AsyncDisposable {
  /** `127.0.0.1:port`, for UDP and TCP. */
  readonly address: string;
  readonly port: number;
  /** All that came so far. */
  readonly queries: readonly DnsQuery[];
  set(name: string, reply: DnsReply): void;
  close(): Promise<void>;
}

const rcodes = { NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5 } as const;
const mostAliases = 16;

export async function startDnsServer({ records = {} }: DnsServerOptions = {}): Promise<DnsServer> {
  const replies = new Map(Object.entries(records));
  const queries: DnsQuery[] = [];
  const lost = new Map<string, number>();
  const timers = new Set<NodeJS.Timeout>();

  const onMessage = (message: Buffer, transport: DnsQuery['transport'], send: (answer: Buffer) => void) => {
    const query = decode(message);
    const question = query?.questions?.[0];
    if (!query || !question) return;
    const { type } = question;
    const name = question.name.toLowerCase();
    queries.push({ name, type, transport, atMs: performance.now() });
    const reply = replies.get(name) ?? { rcode: 'NXDOMAIN' };
    if (ofType(reply.silent, type)) return;
    const lostSoFar = lost.get(name) ?? 0;
    if (lostSoFar < (reply.lost ?? 0)) {
      lost.set(name, lostSoFar + 1);
      return;
    }
    const answer = reply.garbage
      ? Buffer.from('these bytes are no DNS message')
      : answerTo(query, name, replies, reply.truncated === true && transport === 'udp');
    const delayMs = ofType(reply.delayMs, type);
    if (delayMs === undefined) {
      send(answer);
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      send(answer);
    }, delayMs);
    timers.add(timer);
  };

  const { udp, tcp, port } = await listen();
  udp.on('message', (message, from) => {
    onMessage(message, 'udp', (answer) => {
      // The client may be gone; who asks no more hears nothing.
      udp.send(answer, from.port, from.address, () => undefined);
    });
  });
  const sockets = new Set<net.Socket>();
  tcp.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE()) {
        const end = 2 + received.readUInt16BE();
        onMessage(received.subarray(2, end), 'tcp', (answer) => {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer.length);
          socket.write(Buffer.concat([length, answer]));
        });
        received = received.subarray(end);
      }
    });
  });

  let closing: Promise<unknown> | undefined;
  const close = async () => {
    for (const timer of timers) clearTimeout(timer);
    for (const socket of sockets) socket.destroy();
    closing ??= Promise.all([once(udp.close(), 'close'), once(tcp.close(), 'close')]);
    await closing;
  };
  atEnd(close);
  return {
    address: `127.0.0.1:${port}`,
    port,
    queries,
    set: (name, reply) => void replies.set(name, reply),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The same port for both; the system chooses it for UDP, and TCP may find it taken. */
async function listen(): Promise<{ udp: dgram.Socket; tcp: net.Server; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const udp = dgram.createSocket('udp4');
    await once(udp.bind(0, '127.0.0.1'), 'listening');
    const { port } = udp.address();
    const tcp = net.createServer();
    try {
      await once(tcp.listen(port, '127.0.0.1'), 'listening');
      return { udp, tcp, port };
    } catch (error) {
      udp.close();
      if (attempt === 10) throw error;
    }
  }
}

function answerTo(query: Packet, name: string, replies: ReadonlyMap<string, DnsReply>, truncated: boolean): Buffer {
  const type = query.questions?.[0]?.type ?? 'A';
  const answers: Answer[] = [];
  let at = name;
  let reply = replies.get(at);
  for (let aliases = 0; reply?.cname !== undefined && aliases < mostAliases; aliases++) {
    const alias: Answer = { type: 'CNAME', name: at, ttl: reply.ttl ?? 60, data: reply.cname };
    if (answers.every((known) => known.name !== at)) answers.push(alias);
    at = reply.cname;
    reply = replies.get(at);
  }
  const rcode = ofType<keyof typeof rcodes>(reply ? reply.rcode : 'NXDOMAIN', type);
  const ttl = reply?.ttl ?? 60;
  if (rcode === undefined && reply?.cname === undefined) {
    for (const data of (type === 'A' ? reply?.a : type === 'AAAA' ? reply?.aaaa : []) ?? []) {
      answers.push({ type: type === 'A' ? 'A' : 'AAAA', name: at, ttl, data });
    }
  }
  // With it, a client is allowed to remember that there is nothing (RFC 2308).
  const soa: Answer = {
    type: 'SOA',
    name: 'test',
    ttl: 60,
    data: { mname: 'ns.test', rname: 'hostmaster.test', serial: 1, refresh: 60, retry: 60, expire: 60, minimum: 60 },
  };
  const flags = dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | (rcode ? rcodes[rcode] : 0);
  return dnsPacket.encode({
    type: 'response',
    id: query.id ?? 0,
    flags: truncated ? flags | dnsPacket.TRUNCATED_RESPONSE : flags,
    questions: query.questions ?? [],
    answers: truncated ? answers.slice(0, 1) : answers,
    authorities: answers.length === 0 && rcode !== 'SERVFAIL' && rcode !== 'REFUSED' ? [soa] : [],
  });
}

function ofType<T>(value: OfType<T> | undefined, type: string): T | undefined {
  if (typeof value !== 'object' || value === null) return value as T | undefined;
  return (value as Partial<Record<string, T>>)[type];
}

function decode(message: Buffer): Packet | undefined {
  try {
    return dnsPacket.decode(message);
  } catch {
    return undefined;
  }
}
