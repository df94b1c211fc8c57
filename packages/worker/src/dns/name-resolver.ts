// Resolves names for checks, by c-ares and never by libuv's `dns.lookup`, whose four threads would make hundreds of checks
// wait for a few slow servers.
//
//   resolve --cached, in the hosts file, or not a name--> told
//      \--a slot--> asked --> told, or cancelled; the slot is free when no packet is under way any more
//       \--no slot within `longestWaitMs`--> turned away
//
// Each question asks afresh unless it says otherwise: a monitor wants to notice when a name goes away. For the system's
// servers names mean what they mean to other programs of the machine (hosts file, search list). A server that the
// question names itself is asked for exactly the name, past the hosts file: what that server says is what is wanted.

import type { IpFamily } from '@everytick/core';
import { type AddressesByFamily, inOrder, type ResolvedAddress } from './addresses.ts';
import { AnswerCache } from './answer-cache.ts';
import { ChannelPool, type DnsError } from './channel-pool.ts';
import { hasGlobalIpv6 } from './global-ipv6.ts';
import { asLocalhost, inHosts, parseHosts } from './hosts-file.ts';
import type { LookupObserver } from './lookup-observer.ts';
import { OpenQuestion } from './open-question.ts';
import type { QueryContext } from './query.ts';
import { defaultPatience, namesToTry, parseResolvConf, type ResolvConf } from './resolv-conf.ts';
import { isServer } from './server-address.ts';
import { ServerOrder } from './server-order.ts';
import { Slots, type SlotUser } from './slots.ts';
import { WatchedFile } from './watched-file.ts';

export type { ResolvedAddress } from './addresses.ts';

export interface NameQuestion {
  readonly family: IpFamily;
  /** `address`, `address:port` or `[v6 address]:port`; the system's servers where absent. */
  readonly server?: string | undefined;
  /** Answers, and is answered, by what is kept for as long as its records say. Failures are never kept. */
  readonly cache?: boolean | undefined;
  /** performance.now() after which nobody wants the answer; 20 ms later the question ends by itself (ETIMEOUT). */
  readonly deadlineMs: number;
}

export interface NameObserver {
  /**
   * A slot is there and the question is being asked. Exactly once before `onResolved` or `onFailed`, also for names that
   * are answered without asking.
   */
  onAsked(): void;
  /** In the order in which to try them; never empty. */
  onResolved(addresses: readonly ResolvedAddress[]): void;
  /**
   * `code` as c-ares has it: ENOTFOUND (no such name), ENODATA (no such address), EBADNAME, ESERVFAIL, EREFUSED,
   * ECONNREFUSED, EBADRESP, ETIMEOUT, ...; ERR_INVALID_IP_ADDRESS for a server that is none, ECANCELLED after `close`.
   */
  onFailed(error: DnsError): void;
  /** No slot came free in time: the worker's fault, not the target's. Comes instead of all others. */
  onNoSlot(): void;
}

export interface NameResolverOptions {
  readonly hostsFile?: string | undefined;
  readonly resolvConf?: string | undefined;
  /** How many questions are under way at a time. */
  readonly concurrency?: number | undefined;
  readonly longestWaitMs?: number | undefined;
  /** Whether this machine has IPv6, for those who know better. */
  readonly hasIpv6?: (() => boolean) | undefined;
  /** Hears of all questions together. */
  readonly observer?: LookupObserver | undefined;
}

// Somebody who has a deadline of his own has cancelled by then.
const AFTER_DEADLINE_MS = 20;

// What a host name in a URL may look like and a DNS server can be asked for. Others would be taken for something else on
// the way: c-ares ends names at a NUL and reads escapes.
const namePattern = /^(?=.{1,253}\.?$)[\w-]{1,63}(?:\.[\w-]{1,63})*\.?$/;

export class NameResolver {
  readonly #hosts: WatchedFile<ReadonlyMap<string, AddressesByFamily>>;
  readonly #resolvConf: WatchedFile<ResolvConf>;
  readonly #hasIpv6: () => boolean;
  readonly #observer: LookupObserver | undefined;
  readonly #slots: Slots;
  readonly #channels = new ChannelPool();
  readonly #order = new ServerOrder();
  readonly #cache = new AnswerCache();
  readonly #open = new Set<AskedName>();
  #lastConf: ResolvConf | undefined;
  #closed = false;

  constructor(options: NameResolverOptions = {}) {
    this.#hosts = new WatchedFile(options.hostsFile ?? '/etc/hosts', parseHosts);
    this.#resolvConf = new WatchedFile(options.resolvConf ?? '/etc/resolv.conf', parseResolvConf);
    this.#slots = new Slots(options.concurrency ?? 256, options.longestWaitMs ?? 1_000);
    this.#hasIpv6 = options.hasIpv6 ?? hasGlobalIpv6;
    this.#observer = options.observer;
  }

  /** Questions that have a slot. */
  get asking(): number {
    return this.#slots.taken;
  }

  get waiting(): number {
    return this.#slots.waiting;
  }

  /**
   * Returns how to cancel: nothing is heard afterwards, and the wait, if it still waits, ends. Never throws. The observer
   * hears nothing before this has returned.
   */
  resolve(name: string, question: NameQuestion, observer: NameObserver): () => void {
    const asked = new AskedName(observer);
    queueMicrotask(() => {
      if (!asked.ended) this.#answer(asked, name, question);
    });
    return () => asked.cancel();
  }

  /** Ends all that is under way: those that were asked have failed (ECANCELLED), those that wait had no slot. */
  close(): void {
    this.#closed = true;
    this.#slots.close();
    for (const asked of [...this.#open]) asked.fail(failure('ECANCELLED', 'the resolver was closed'));
  }

  #answer(asked: AskedName, name: string, question: NameQuestion): void {
    if (this.#closed) {
      asked.noSlot();
      return;
    }
    if (!namePattern.test(name)) {
      asked.begin();
      asked.fail(failure('EBADNAME', `${JSON.stringify(name.slice(0, 300))} is no name that DNS could have`));
      return;
    }
    const { family, server } = question;
    const plain = name.toLowerCase().replace(/\.$/, '');
    const local = (server === undefined && inHosts(this.#hosts.value, plain, family)) || asLocalhost(plain);
    if (local) {
      this.#observer?.looked('local');
      asked.begin();
      asked.resolve(inOrder(local, family, this.#hasIpv6()));
      return;
    }
    if (server !== undefined && !isServer(server)) {
      asked.begin();
      asked.fail(failure('ERR_INVALID_IP_ADDRESS', `${server} is no address of a DNS server`));
      return;
    }
    this.#ask(asked, name, question);
  }

  #ask(asked: AskedName, name: string, { family, server, cache, deadlineMs }: NameQuestion): void {
    const conf = this.#currentConf();
    const hasIpv6 = family === 'race' && this.#hasIpv6();
    const key = cache ? `${server ?? ''} ${family} ${hasIpv6} ${name}` : '';
    const kept = cache ? this.#cache.get(key) : undefined;
    if (kept) {
      this.#observer?.looked('cached');
      asked.begin();
      asked.resolve(kept);
      return;
    }
    const plain = name.replace(/\.$/, '');
    const sinceMs = performance.now();
    const waited = () => this.#observer?.waited((performance.now() - sinceMs) / 1000);
    const begin = () => {
      waited();
      asked.onEnd = (resolved) => this.#observer?.looked(resolved ? 'answered' : 'failed');
      let packets = 0;
      const context: QueryContext = {
        channels: this.#channels,
        order: this.#order,
        servers: server === undefined ? conf.servers : [server],
        patience: server === undefined ? conf.patience : defaultPatience,
        untilMs: deadlineMs + AFTER_DEADLINE_MS,
        onPackets: (change) => {
          packets += change;
          if (packets > 0 || !asked.ended) return;
          this.#open.delete(asked);
          this.#slots.release();
        },
      };
      this.#open.add(asked);
      asked.begin();
      if (asked.ended) {
        this.#open.delete(asked);
        this.#slots.release();
        return;
      }
      const names = server === undefined ? namesToTry(name, conf) : [plain];
      asked.question = new OpenQuestion(
        context,
        { name: plain, names, family, hasIpv6 },
        {
          onResolved: (addresses, ttlS) => {
            if (cache) this.#cache.keep(key, addresses, ttlS);
            asked.resolve(addresses);
          },
          onFailed: (error) => asked.fail(error),
        },
      );
    };
    const waitedTooLong = () => {
      waited();
      asked.noSlot();
    };
    const user: SlotUser = { begin, waitedTooLong };
    asked.stopWaiting = () => this.#slots.leave(user);
    this.#slots.enter(user);
  }

  /** What was learnt under another configuration is forgotten. */
  #currentConf(): ResolvConf {
    const conf = this.#resolvConf.value;
    if (conf !== this.#lastConf) {
      this.#lastConf = conf;
      this.#order.forget();
      this.#cache.clear();
    }
    return conf;
  }
}

/** A question from its observer's side: it ends once, and then nothing more is heard. */
class AskedName {
  readonly #observer: NameObserver;
  ended = false;
  question: OpenQuestion | undefined;
  stopWaiting: (() => void) | undefined;
  /** Whether it ended with addresses. */
  onEnd: ((resolved: boolean) => void) | undefined;

  constructor(observer: NameObserver) {
    this.#observer = observer;
  }

  begin(): void {
    this.#observer.onAsked();
  }

  resolve(addresses: readonly ResolvedAddress[]): void {
    if (this.#end(true)) this.#observer.onResolved(addresses);
  }

  fail(error: DnsError): void {
    if (this.#end()) this.#observer.onFailed(error);
  }

  noSlot(): void {
    if (this.#end()) this.#observer.onNoSlot();
  }

  cancel(): void {
    this.#end();
  }

  #end(resolved = false): boolean {
    if (this.ended) return false;
    this.ended = true;
    this.onEnd?.(resolved);
    this.stopWaiting?.();
    this.question?.cancel();
    return true;
  }
}

function failure(code: string, message: string): DnsError {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
