// Follows the ledger: each call gives the rows that are new since the one before.
//
// The ledger has no order of arrival. But a lease has one tick open at a time, so a target's rows appear in the order of
// their ticks, apart from the last few: asking again from a little before the newest known row, and leaving out what is
// known, costs one short index range per target. Ticks of a location without workers are written as missed a minute or two
// later, while other locations go on: now and then it asks from further back.

import { type FollowedResult, type Queryable, resultsAfter, type TargetSpec } from '@everytick/core';

type Followed = Pick<TargetSpec, 'intervalS' | 'timeoutMs'> & { readonly id: number };

/** A location is known to have no worker after some seconds, and its ticks are passed over once they are a minute old. */
const LATE_MS = 150_000;
/** Every so many calls it looks for late rows. */
const LOOK_BACK_EVERY = 20;

interface Position {
  /** From where the next call asks, and how far back late rows may lie. */
  fromMs: number;
  lateFromMs: number;
  newestMs: number;
  /** Of the rows since `lateFromMs`: location and tick. */
  readonly known: Map<string, number>;
}

export class ResultsFeed {
  readonly #database: Queryable;
  readonly #startMs: number;
  readonly #positions = new Map<number, Position>();
  #targets: readonly Followed[] = [];
  #calls = 0;

  /** Rows whose tick is before `start` are not part of the feed. */
  constructor(database: Queryable, start: Date) {
    this.#database = database;
    this.#startMs = start.getTime();
  }

  /** Follows these targets from now on. */
  follow(targets: readonly Followed[]): void {
    this.#targets = targets;
    for (const { id } of targets) {
      if (!this.#positions.has(id)) {
        this.#positions.set(id, {
          fromMs: this.#startMs,
          lateFromMs: this.#startMs,
          newestMs: this.#startMs,
          known: new Map(),
        });
      }
    }
  }

  /** New rows, oldest tick first. Rejects when the database cannot be reached; the next call makes up for it. */
  async next(): Promise<FollowedResult[]> {
    const moments = new Map<number, Date>();
    const lookBack = ++this.#calls % LOOK_BACK_EVERY === 0;
    for (const { id } of this.#targets) {
      const position = this.#positions.get(id);
      moments.set(id, new Date((lookBack ? position?.lateFromMs : position?.fromMs) ?? this.#startMs));
    }
    if (moments.size === 0) return [];
    const rows = await resultsAfter(this.#database, moments);
    const fresh = rows.filter((row) => this.#learn(row));
    for (const target of this.#targets) this.#advance(target);
    return fresh;
  }

  #learn(row: FollowedResult): boolean {
    const position = this.#positions.get(row.targetId);
    const tickMs = row.scheduledAt.getTime();
    const key = `${row.locationId} ${tickMs}`;
    if (position === undefined || position.known.has(key)) return false;
    position.known.set(key, tickMs);
    position.newestMs = Math.max(position.newestMs, tickMs);
    return true;
  }

  #advance({ id, intervalS, timeoutMs }: Followed): void {
    const position = this.#positions.get(id);
    if (position === undefined) return;
    position.fromMs = Math.max(this.#startMs, position.newestMs - 2 * intervalS * 1_000 - timeoutMs);
    position.lateFromMs = Math.max(this.#startMs, Math.min(position.fromMs, position.newestMs - LATE_MS));
    for (const [key, tickMs] of position.known) if (tickMs < position.lateFromMs) position.known.delete(key);
  }
}
