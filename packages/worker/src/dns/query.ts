// One name, one type of record: asks the servers in turn until one of them knows.
//
//   asking --answer: records, no such name, no such record--> done
//     |  \--a server cannot say: the next one is asked at once; when none is left--> done
//     |---a server is silent for its time: the next one, or the same one again, is asked as well
//     \---all rounds over, or nobody wants to know any more--> done (ETIMEOUT)
//
// Whatever is asked stays asked until the end: a late answer to the first packet counts as much as one to the second.

import { type AddressRecord, type ChannelPool, type DnsError, dnsError, type RecordType } from './channel-pool.ts';
import type { Patience } from './resolv-conf.ts';
import type { ServerOrder } from './server-order.ts';

export interface QueryContext {
  readonly channels: ChannelPool;
  readonly order: ServerOrder;
  readonly servers: readonly string[];
  readonly patience: Patience;
  /** performance.now() after which it ends by itself. */
  readonly untilMs: number;
  /** Called when another packet is under way, and when one is not any more. */
  onPackets(change: 1 | -1): void;
}

export type OnDone = (error: DnsError | null, records: readonly AddressRecord[]) => void;

const LONGEST_WAIT_MS = 30_000;

/** True for answers that say that there is no address: all others leave it open. */
export function isNegative(error: DnsError | null): boolean {
  return error?.code === 'ENOTFOUND' || error?.code === 'ENODATA';
}

export class Query {
  readonly #context: QueryContext;
  readonly #name: string;
  readonly #type: RecordType;
  readonly #onDone: OnDone;
  readonly #servers: readonly string[];
  /** What servers that cannot say have said. They are not asked again. */
  readonly #errors = new Map<string, DnsError>();
  /** Those that were asked and have not answered, in the order in which they were first asked. */
  readonly #silent = new Set<string>();
  #newest = '';
  readonly #cancels = new Set<() => void>();
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;
  #done = false;

  constructor(context: QueryContext, name: string, type: RecordType, onDone: OnDone) {
    this.#context = context;
    this.#name = name;
    this.#type = type;
    this.#onDone = onDone;
    this.#servers = context.order.order(context.servers);
    this.#askNext();
  }

  /** Nothing is heard afterwards. */
  cancel(): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    for (const cancel of this.#cancels) cancel();
  }

  #askNext(): void {
    clearTimeout(this.#timer);
    const { rounds, firstWaitMs } = this.#context.patience;
    const count = this.#servers.length;
    while (this.#asked < rounds * count) {
      const server = this.#servers[this.#asked % count] as string;
      const round = Math.floor(this.#asked / count);
      this.#asked += 1;
      if (this.#errors.has(server)) continue;
      this.#ask(server);
      const leftMs = this.#context.untilMs - performance.now();
      const waitMs = Math.min(firstWaitMs * 2 ** round, LONGEST_WAIT_MS);
      this.#timer =
        leftMs <= waitMs
          ? setTimeout(() => this.#giveUp(), Math.max(Math.ceil(leftMs), 0))
          : setTimeout(() => this.#askNext(), waitMs);
      return;
    }
    this.#giveUp();
  }

  #ask(server: string): void {
    this.#silent.add(server);
    this.#newest = server;
    this.#context.onPackets(1);
    const cancel = this.#context.channels.ask(server, this.#type, this.#name, (error, records) => {
      this.#cancels.delete(cancel);
      if (!this.#done) this.#onAnswer(server, error, records);
      this.#context.onPackets(-1);
    });
    this.#cancels.add(cancel);
  }

  #onAnswer(server: string, error: DnsError | null, records: readonly AddressRecord[]): void {
    if (error !== null && !isNegative(error)) {
      this.#silent.delete(server);
      this.#errors.set(server, error);
      if (this.#errors.size === this.#servers.length) this.#giveUp();
      // An older one only shortens the list: the newest still has its time.
      else if (this.#newest === server) this.#askNext();
      return;
    }
    this.#context.order.answered(server);
    if (this.#servers.length > 1) {
      for (const other of this.#silent) {
        if (other === server) break;
        this.#context.order.wasSilent(other);
      }
    }
    this.#finish(error, records);
  }

  #giveUp(): void {
    const [said] = this.#errors.values();
    this.#finish(said ?? dnsError('ETIMEOUT', this.#type, this.#name), []);
  }

  #finish(error: DnsError | null, records: readonly AddressRecord[]): void {
    this.cancel();
    this.#onDone(error, records);
  }
}
