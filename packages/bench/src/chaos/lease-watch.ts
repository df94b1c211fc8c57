// Looks at the leases from outside: how long ticks wait there for somebody to settle them.

import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@everytick/testing';
import type pg from 'pg';

const LOOK_EVERY_MS = 1_000;

/** What is due and not settled where there are workers. A location without any is written off once a minute. */
const OLDEST_SQL = `
  SELECT coalesce(extract(epoch FROM clock_timestamp() - min(least(open_tick, next_fire_at))) * 1000, 0)::float8 AS "ageMs"
  FROM leases
  WHERE location_id = (SELECT id FROM locations WHERE name = 'default')`;

export class LeaseWatch {
  readonly #pool: pg.Pool;
  /** The greatest age of a tick that was owed and neither carried out nor written off, as far as was seen. */
  oldestPendingMs = 0;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Resolves when the signal says so. */
  async look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const ageMs = await this.#ageMs().catch(() => 0);
      this.oldestPendingMs = Math.max(this.oldestPendingMs, Math.round(ageMs));
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves when no tick has waited for longer than `ageMs`. */
  async untilCalm(ageMs: number, timeoutMs: number): Promise<void> {
    await eventually(
      async () => {
        const age = await this.#ageMs();
        if (age > ageMs) throw new Error(`A tick has been pending for ${Math.round(age)} ms.`);
      },
      { timeoutMs },
    );
  }

  /** Resolves when nothing is owed any more: no tick open, due or to be skipped, and no change left to be followed. */
  async untilNothingOwed(timeoutMs: number): Promise<void> {
    await eventually(
      async () => {
        const { rows } = await this.#pool.query<{ owed: number; changes: number }>(
          `SELECT (SELECT count(*) FROM leases WHERE coalesce(open_tick, next_fire_at, skip_from) IS NOT NULL)::integer AS owed,
                  (SELECT count(*) FROM target_changes)::integer AS changes`,
        );
        const { owed = 0, changes = 0 } = rows[0] ?? {};
        if (owed + changes > 0) throw new Error(`${owed} leases owe ticks, ${changes} changes have not been followed.`);
      },
      { timeoutMs },
    );
  }

  async #ageMs(): Promise<number> {
    return (await this.#pool.query<{ ageMs: number }>(OLDEST_SQL)).rows[0]?.ageMs ?? 0;
  }
}
