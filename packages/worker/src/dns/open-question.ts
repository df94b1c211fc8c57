// One question under way: the names that it may mean, and for each of them the families that are wanted.
//
//   name 1 --no such name, no address--> name 2 ... --> failed
//     \--addresses--> resolved      \--nobody could say--> failed
//
// Families one after the other (`4`, `6`, `prefer_*`, and a race on a machine without IPv6), or both at once (a race
// otherwise); there, once one has addresses, the other one gets little time more.

import type { IpFamily } from '@everytick/core';
import { type AddressesByFamily, inOrder, type ResolvedAddress } from './addresses.ts';
import type { AddressRecord, DnsError } from './channel-pool.ts';
import { isNegative, Query, type QueryContext } from './query.ts';

/** RFC 8305, 3 calls it the resolution delay, and recommends it. */
const RESOLUTION_DELAY_MS = 50;

export interface QuestionEnds {
  /** `ttlS`: for how long this is what a new question would be told; 0 where that cannot be known. */
  onResolved(addresses: readonly ResolvedAddress[], ttlS: number): void;
  onFailed(error: DnsError): void;
}

interface FamilyAnswer {
  readonly error: DnsError | null;
  readonly records: readonly AddressRecord[];
}

export class OpenQuestion {
  readonly #context: QueryContext;
  readonly #family: IpFamily;
  readonly #hasIpv6: boolean;
  readonly #ends: QuestionEnds;
  readonly #name: string;
  readonly #names: readonly string[];
  #next = 0;
  /** The answers for the name that is being asked for. */
  #answers: { 4?: FamilyAnswer; 6?: FamilyAnswer } = {};
  readonly #queries = new Set<Query>();
  #delay: NodeJS.Timeout | undefined;
  /** Why names before the current one have no addresses. */
  readonly #failures = new Map<string, DnsError>();

  /** Asks for `names` in turn; the failure that is reported is that of `name` itself if it is among them. */
  constructor(
    context: QueryContext,
    question: { name: string; names: readonly string[]; family: IpFamily; hasIpv6: boolean },
    ends: QuestionEnds,
  ) {
    this.#context = context;
    this.#family = question.family;
    this.#hasIpv6 = question.hasIpv6;
    this.#ends = ends;
    this.#name = question.name;
    this.#names = question.names;
    this.#askForNextName();
  }

  /** Nothing is heard afterwards. */
  cancel(): void {
    clearTimeout(this.#delay);
    for (const query of this.#queries) query.cancel();
    this.#queries.clear();
  }

  #askForNextName(): void {
    this.#answers = {};
    const [first, second] = this.#families();
    this.#ask(first);
    if (this.#atOnce && second !== undefined) this.#ask(second);
  }

  get #atOnce(): boolean {
    return this.#family === 'race' && this.#hasIpv6;
  }

  #families(): readonly [4 | 6, (4 | 6)?] {
    if (this.#family === '4') return [4];
    if (this.#family === '6') return [6];
    return this.#family === 'prefer_6' || this.#atOnce ? [6, 4] : [4, 6];
  }

  #ask(family: 4 | 6): void {
    const name = this.#names[this.#next] as string;
    const query = new Query(this.#context, name, family === 4 ? 'A' : 'AAAA', (error, records) => {
      this.#queries.delete(query);
      this.#answers[family] = { error, records };
      this.#onAnswer(family, records.length > 0);
    });
    this.#queries.add(query);
  }

  #onAnswer(family: 4 | 6, hasAddresses: boolean): void {
    if (this.#queries.size > 0) {
      if (hasAddresses) this.#delay = setTimeout(() => this.#resolve(), RESOLUTION_DELAY_MS);
      return;
    }
    if (hasAddresses || this.#delay !== undefined) {
      this.#resolve();
      return;
    }
    const other = this.#families()[1];
    if (other !== undefined && other !== family && this.#answers[other] === undefined) this.#ask(other);
    else this.#nameFailed();
  }

  #resolve(): void {
    this.cancel();
    const { 4: v4, 6: v6 } = this.#answers;
    const addresses: AddressesByFamily = {
      v4: (v4?.records ?? []).map(({ address }) => ({ address, family: 4 })),
      v6: (v6?.records ?? []).map(({ address }) => ({ address, family: 6 })),
    };
    const answers = [v4, v6].filter((answer) => answer !== undefined);
    const certain =
      answers.length >= (this.#atOnce ? 2 : 1) && answers.every(({ error }) => error === null || isNegative(error));
    const ttlS = Math.min(...answers.flatMap(({ records }) => records.map(({ ttl }) => ttl)));
    this.#ends.onResolved(inOrder(addresses, this.#family, this.#hasIpv6), certain ? ttlS : 0);
  }

  #nameFailed(): void {
    const errors = [this.#answers[4]?.error, this.#answers[6]?.error].filter((error) => error != null);
    const uncertain = errors.find((error) => !isNegative(error));
    if (uncertain) {
      this.#ends.onFailed(uncertain);
      return;
    }
    this.#failures.set(this.#names[this.#next] as string, mostTelling(errors));
    this.#next += 1;
    if (this.#next < this.#names.length) this.#askForNextName();
    else this.#ends.onFailed(this.#failures.get(this.#name) ?? mostTelling([...this.#failures.values()]));
  }
}

/** Of several ways in which there is no address: a name that exists without one says more than one that does not. */
function mostTelling(failures: readonly DnsError[]): DnsError {
  return failures.find(({ code }) => code === 'ENODATA') ?? (failures[0] as DnsError);
}
