// Answers kept as long as their records say, for targets that want that. Failures are never kept: c-ares does not hand
// out the SOA record that would say for how long.

import type { ResolvedAddress } from './addresses.ts';

const mostAnswers = 10_000;
/** A record may say 68 years (RFC 2181, 8). */
const longestS = 86_400;

export class AnswerCache {
  readonly #answers = new Map<string, { addresses: readonly ResolvedAddress[]; untilMs: number }>();

  get(key: string): readonly ResolvedAddress[] | undefined {
    const answer = this.#answers.get(key);
    if (!answer) return undefined;
    if (performance.now() < answer.untilMs) return answer.addresses;
    this.#answers.delete(key);
    return undefined;
  }

  keep(key: string, addresses: readonly ResolvedAddress[], ttlS: number): void {
    if (!(ttlS > 0)) return;
    this.#answers.delete(key);
    this.#answers.set(key, { addresses, untilMs: performance.now() + Math.min(ttlS, longestS) * 1_000 });
    if (this.#answers.size <= mostAnswers) return;
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined) this.#answers.delete(oldest);
  }

  clear(): void {
    this.#answers.clear();
  }
}
