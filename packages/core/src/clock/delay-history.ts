// The last delays of the event loop, in a ring of fixed size: they come in the order of time and do not overlap, so a
// question about a moment ago looks at the newest few and no others.

export class DelayHistory {
  readonly #from: Float64Array;
  readonly #to: Float64Array;
  /** How many there have been; the newest is at `#count - 1`, modulo the size of the ring. */
  #count = 0;

  /** `size` delays are remembered. */
  constructor(size: number) {
    this.#from = new Float64Array(size);
    this.#to = new Float64Array(size);
  }

  /** Moments of `performance.now()`, no earlier than those added before. */
  add(fromMs: number, toMs: number): void {
    const place = this.#count++ % this.#from.length;
    this.#from[place] = fromMs;
    this.#to[place] = toMs;
  }

  /** The longest part of one delay that lies between two moments. */
  longestMs(sinceMs: number, untilMs: number): number {
    let longest = 0;
    this.#eachSince(sinceMs, (fromMs, toMs) => {
      longest = Math.max(longest, Math.min(toMs, untilMs) - Math.max(fromMs, sinceMs));
    });
    return longest;
  }

  /** Of all delays that were at least so long, the parts since a moment. */
  sumMs(sinceMs: number, atLeastMs: number): number {
    let sum = 0;
    this.#eachSince(sinceMs, (fromMs, toMs) => {
      if (toMs - fromMs >= atLeastMs) sum += toMs - Math.max(fromMs, sinceMs);
    });
    return sum;
  }

  /** Those that were not over at a moment, from the newest on. */
  #eachSince(sinceMs: number, see: (fromMs: number, toMs: number) => void): void {
    const size = this.#from.length;
    const oldest = Math.max(0, this.#count - size);
    for (let index = this.#count - 1; index >= oldest; index--) {
      const toMs = this.#to[index % size] as number;
      if (toMs <= sinceMs) return;
      see(this.#from[index % size] as number, toMs);
    }
  }
}
