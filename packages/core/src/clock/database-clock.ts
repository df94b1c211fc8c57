// The database clock is the only clock. This is its reading in a process that is not the database: a monotonic clock plus
// an offset learnt from each claim. The machine's own wall clock is never read, so it may be wrong or step at will.

/** One exchange with the database. Monotonic times are `performance.now()`, the others milliseconds since 1970. */
export interface ClockSample {
  readonly sentAtMonotonicMs: number;
  readonly receivedAtMonotonicMs: number;
  /** now(): when the statement began. */
  readonly databaseStartMs: number;
  /** clock_timestamp() in the last row. */
  readonly databaseEndMs: number;
}

/** After this long a new sample beats an old, better one. */
const SAMPLE_LIFETIME_MS = 30_000;
/** How fast two clocks drift apart at worst, in milliseconds a millisecond. */
const WORST_DRIFT = 0.0002;

export class DatabaseClock {
  #offsetMs: number | undefined;
  #uncertaintyMs = Number.POSITIVE_INFINITY;
  #takenAtMonotonicMs = 0;

  /**
   * Learns from one exchange, as NTP does (RFC 5905, section 8): the time that the exchange spent on the way, halved,
   * bounds the error, so the quickest exchange of the last half minute is the one to believe. Unless the two contradict
   * each other: then one of the clocks has jumped (a machine that slept, a database that failed over), and what was
   * learnt before no longer holds.
   */
  observe(sample: ClockSample): void {
    const { sentAtMonotonicMs, receivedAtMonotonicMs, databaseStartMs, databaseEndMs } = sample;
    const uncertaintyMs = (receivedAtMonotonicMs - sentAtMonotonicMs - (databaseEndMs - databaseStartMs)) / 2;
    const offsetMs = (databaseStartMs - sentAtMonotonicMs + (databaseEndMs - receivedAtMonotonicMs)) / 2;
    const ageMs = Math.abs(receivedAtMonotonicMs - this.#takenAtMonotonicMs);
    if (this.#offsetMs !== undefined && ageMs < SAMPLE_LIFETIME_MS && uncertaintyMs > this.#uncertaintyMs) {
      const possibleMs = uncertaintyMs + this.#uncertaintyMs + ageMs * WORST_DRIFT;
      if (Math.abs(offsetMs - this.#offsetMs) <= possibleMs) return;
    }
    this.#offsetMs = offsetMs;
    this.#uncertaintyMs = uncertaintyMs;
    this.#takenAtMonotonicMs = receivedAtMonotonicMs;
  }

  /** Half the round trip of the sample in force: how far off this clock may be. */
  get uncertaintyMs(): number {
    return this.#uncertaintyMs;
  }

  /** The database's time, milliseconds since 1970, at a monotonic instant of this process. */
  atMonotonic(monotonicMs: number): number {
    if (this.#offsetMs === undefined) throw new Error('the database clock has not been read yet');
    return monotonicMs + this.#offsetMs;
  }

  /** The monotonic instant of this process at which the database's clock shows that time. */
  toMonotonic(databaseMs: number): number {
    if (this.#offsetMs === undefined) throw new Error('the database clock has not been read yet');
    return databaseMs - this.#offsetMs;
  }
}
