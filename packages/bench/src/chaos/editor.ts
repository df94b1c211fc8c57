// Carries out the planned edits by SQL, over a connection that breaks as often as the faults please: an edit is repeated
// until it is known to have committed, and carrying it out twice does no harm.

import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { type EditKind, type PlannedEdit, timeoutMsFor } from './edit-plan.ts';

const RETRY_MS = 100;
const GIVE_UP_MS = 120_000;

/** A location without workers. */
const ELSEWHERE = 'elsewhere';

export interface EditorOptions {
  readonly pool: pg.Pool;
  readonly origins: readonly string[];
  readonly signal: AbortSignal;
}

export type EditCounts = Partial<Record<EditKind, number>>;

export class Editor {
  readonly #pool: pg.Pool;
  readonly #origins: readonly string[];
  readonly #signal: AbortSignal;
  readonly done: EditCounts = {};
  retries = 0;

  constructor({ pool, origins, signal }: EditorOptions) {
    this.#pool = pool;
    this.#origins = origins;
    this.#signal = signal;
  }

  /** Numbers from 1, one path for each. */
  async addFirst(paths: readonly string[], intervalS: number): Promise<void> {
    await this.#run('INSERT INTO locations (name) VALUES ($1) ON CONFLICT DO NOTHING', [ELSEWHERE]);
    await this.#add(
      paths.map((_, index) => index + 1),
      paths,
      intervalS,
    );
  }

  async carryOut(plan: readonly PlannedEdit[]): Promise<void> {
    const startedAtMs = performance.now();
    for (const edit of plan) {
      await delay(Math.max(0, startedAtMs + edit.atMs - performance.now()), undefined, { signal: this.#signal });
      await this.#edit(edit);
      this.done[edit.kind] = (this.done[edit.kind] ?? 0) + 1;
    }
  }

  /** Nothing is owed any more from now on. */
  async deleteAll(): Promise<void> {
    await this.#run('UPDATE monitored_targets SET deleted_at = now() WHERE deleted_at IS NULL', []);
  }

  #edit({ kind, targets, paths, intervalS, elsewhere }: PlannedEdit): Promise<void> {
    const names = targets.map(nameOf);
    const set = (assignment: string, ...values: unknown[]) =>
      this.#run(`UPDATE monitored_targets SET ${assignment} WHERE name = ANY ($1)`, [names, ...values]);
    switch (kind) {
      case 'add':
        return this.#add(targets, paths, intervalS);
      case 'interval':
        return set('interval_s = $2, timeout_ms = $3', intervalS, timeoutMsFor(intervalS));
      case 'url':
        return this.#run(
          `UPDATE monitored_targets AS t SET url = given.url
           FROM unnest($1::text[], $2::text[]) AS given (name, url) WHERE t.name = given.name`,
          [names, this.#urls(targets, paths)],
        );
      case 'pause':
        return set('paused = true');
      case 'resume':
        return set('paused = false');
      case 'delete':
        return set('deleted_at = coalesce(deleted_at, now())');
      case 'restore':
        return set('deleted_at = NULL');
      case 'locations':
        return set(
          `location_ids = ARRAY(SELECT id FROM locations WHERE name = 'default' OR ($2 AND name = '${ELSEWHERE}') ORDER BY id)`,
          elsewhere,
        );
    }
  }

  #add(targets: readonly number[], paths: readonly string[], intervalS: number): Promise<void> {
    // In the order of the numbers, so that the same seed gives the same ids.
    return this.#run(
      `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
       SELECT name, url, $3, $4 FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given (name, url, nth) ORDER BY nth
       ON CONFLICT DO NOTHING`,
      [targets.map(nameOf), this.#urls(targets, paths), intervalS, timeoutMsFor(intervalS)],
    );
  }

  #urls(targets: readonly number[], paths: readonly string[]): string[] {
    return targets.map((target, index) => `${this.#origins[target % this.#origins.length]}${paths[index]}`);
  }

  async #run(sql: string, values: unknown[]): Promise<void> {
    const giveUpAt = performance.now() + GIVE_UP_MS;
    for (;;) {
      this.#signal.throwIfAborted();
      try {
        await this.#pool.query(sql, values);
        return;
      } catch (error) {
        if (!passesByItself(error) || performance.now() > giveUpAt) throw error;
        this.retries += 1;
        await delay(RETRY_MS, undefined, { signal: this.#signal });
      }
    }
  }
}

/** The connection, or the server, is not there just now. What PostgreSQL says of the statement itself does not pass. */
export function passesByItself(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  // Errors of pg itself, such as a connection that ended, have no code.
  if (code === undefined) return true;
  return /^(ECONN|EPIPE|08|57P0|40)/.test(String(code));
}

function nameOf(target: number): string {
  return `target ${target}`;
}
