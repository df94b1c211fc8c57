// Whether the database has every migration that this process needs, known without asking at each scrape: from whoever
// asks for other reasons (readiness, the start), and else from a slow timer.
//
//   unknown --answer--> pending or not, as the last answer has it
//
// A database that cannot be asked changes nothing: its migrations are what they were.

import type { Queryable } from '../database/queryable.ts';
import { checkSchemaVersion } from '../database/schema-version.ts';
import { EverytickError } from '../domain/error.ts';

const INTERVAL_MS = 60_000;
/** While there is something to wait for. */
const EAGER_INTERVAL_MS = 5_000;

export class SchemaWatch {
  readonly #database: Queryable;
  #pending: boolean | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** `undefined`: the database has not been asked yet, or has not answered. */
  get pending(): boolean | undefined {
    return this.#pending;
  }

  /** As `checkSchemaVersion`, and remembers the answer. */
  async check(): Promise<void> {
    try {
      await checkSchemaVersion(this.#database);
      this.#pending = false;
    } catch (error) {
      if (error instanceof EverytickError && error.code === 'schema_outdated') this.#pending = true;
      throw error;
    }
  }

  /** Asks at once, and then now and then until it is stopped. */
  start(): void {
    void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    await this.check().catch(() => undefined);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look(), this.#pending === false ? INTERVAL_MS : EAGER_INTERVAL_MS);
  }
}
