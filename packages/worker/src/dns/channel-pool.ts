// Single queries to single servers by c-ares, on channels that serve one query at a time.
//
// A `dns.Resolver` is a channel of c-ares (1.34 in Node 24). What was found out about it, and what follows:
//
// - A channel sets its time-outs by what it has seen: from its third answer on it waits five times the average answer,
//   250 ms at the least, whatever `timeout` says. What comes after a time-out is not heard, because the repeated query has
//   a new socket: after ten fast answers, one that took 2.5 s never came. So a channel is made to forget after two queries:
//   taking its servers away and giving them back does that. It sends each query once (`tries: 1`) with a time-out that
//   never comes; repeating is in query.ts, where the answer to any of the repetitions counts.
// - `cancel` ends all queries of a channel. With one query each, cancelling ends that one, at once and for good: nothing
//   is left behind that would count as under way.
// - Channels are kept because making one costs as much as asking (it reads the system's configuration). Their sockets are
//   closed after each query, so each has a port of its own, which makes answers hard to forge. CPU of one A query over
//   loopback, 20 at a time: one shared resolver 28 us, a resolver for each 91 us, this 80 us; one at a time 55, 110, 90.
// - Its query cache is off in Node (`qcache_max_ttl` is 0): the same name asked twice on one channel went to the server
//   twice, with positive and with negative answers of any TTL (see the tests).
// - Errors of a server (SERVFAIL, REFUSED) end a query: Node has c-ares pass them on instead of asking another server.

import dns from 'node:dns';

export type RecordType = 'A' | 'AAAA';

export interface AddressRecord {
  readonly address: string;
  /** In seconds: the smallest of the record's own and of the aliases that led to it. */
  readonly ttl: number;
}

export type DnsError = Error & { code?: string | undefined };

export type OnAnswer = (error: DnsError | null, records: readonly AddressRecord[]) => void;

interface Channel {
  readonly resolver: dns.Resolver;
  server: string;
  /** Queries since it last forgot. */
  queries: number;
}

const NEVER_MS = 3_600_000;
const mostIdle = 256;
/** c-ares begins to guess time-outs with the third answer. */
const queriesBeforeForgetting = 2;

export class ChannelPool {
  readonly #idle: Channel[] = [];

  /**
   * Asks `server` for the records of `name`. `onAnswer` is called exactly once, later, also after cancelling, which is
   * what the function that is returned does. Never throws.
   */
  ask(server: string, type: RecordType, name: string, onAnswer: OnAnswer): () => void {
    const channel = this.#idle.pop() ?? newChannel();
    let over = false;
    const end: (error: DnsError | null, records: readonly AddressRecord[]) => void = (error, records) => {
      over = true;
      if (this.#idle.length < mostIdle) this.#idle.push(channel);
      // An answer that holds aliases alone comes as a success without records.
      if (!error && records.length === 0) onAnswer(dnsError('ENODATA', type, name), []);
      else onAnswer(error, error ? [] : records);
    };
    try {
      aim(channel, server);
      channel.queries += 1;
      if (type === 'A') channel.resolver.resolve4(name, { ttl: true }, end);
      else channel.resolver.resolve6(name, { ttl: true }, end);
    } catch (error) {
      queueMicrotask(() => end(error as DnsError, []));
      return () => undefined;
    }
    return () => {
      if (!over) channel.resolver.cancel();
    };
  }
}

/** One that looks like those of `dns`. */
export function dnsError(code: string, type: RecordType, name: string): DnsError {
  return Object.assign(new Error(`query${type === 'A' ? 'A' : 'Aaaa'} ${code} ${name}`), { code });
}

function newChannel(): Channel {
  // Where `maxTimeout` is absent, c-ares cuts all time-outs to 5 s.
  return {
    resolver: new dns.Resolver({ timeout: NEVER_MS, maxTimeout: NEVER_MS, tries: 1 }),
    server: '',
    queries: 0,
  };
}

function aim(channel: Channel, server: string): void {
  if (channel.server === server && channel.queries < queriesBeforeForgetting) return;
  if (channel.server === server) channel.resolver.setServers([]);
  channel.server = '';
  channel.resolver.setServers([server]);
  channel.server = server;
  channel.queries = 0;
}
