// Follows the ledger: each call gives the rows that are new since the one before.
//
// The ledger has no order of arrival. But a lease has one tick open at a time, so a target's rows appear in the order of
// their ticks, apart from the last few: asking again from a little before the newest known row, and leaving out what is
// known, misses nothing and costs one short index range per target.

import { type FollowedResult, type Queryable, resultsAfter, type TargetSpec } from '@everytick/core';

type Followed = Pick<TargetSpec, 'intervalS' | 'timeoutMs'> & { readonly id: number };

interface Position {
  fromMs: number;
  newestMs: number;
  /** Of the rows since `fromMs`: location and tick. */
  readonly known: Map<string, number>;
}

export class ResultsFeed {
  readonly #database: Queryable;
  readonly #startMs: number;
  readonly #positions = new Map<number, Position>();
  #targets: readonly Followed[] = [];

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
        this.#positions.set(id, { fromMs: this.#startMs, newestMs: this.#startMs, known: new Map() });
      }
    }
  }

  /** New rows, oldest tick first. Rejects when the database cannot be reached; the next call makes up for it. */
  async next(): Promise<FollowedResult[]> {
    const moments = new Map<number, Date>();
    for (const { id } of this.#targets) moments.set(id, new Date(this.#positions.get(id)?.fromMs ?? this.#startMs));
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
    for (const [key, tickMs] of position.known) if (tickMs < position.fromMs) position.known.delete(key);
  }
}
