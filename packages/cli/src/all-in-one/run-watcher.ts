// Looks at the ledger about once a second and lets the presenter show what is new.

import { setTimeout as delay } from 'node:timers/promises';
import { databaseNow, type ListedTarget, listTargets, type Queryable } from '@everytick/core';
import type { Addresses } from './addresses.ts';
import type { Presenter } from './presenter.ts';
import { ResultsFeed } from './results-feed.ts';
import { Scoreboard } from './scoreboard.ts';

export interface RunWatcherOptions {
  readonly database: Queryable;
  readonly presenter: Presenter;
  readonly title: string;
  readonly addresses: () => Addresses;
  /** Until the run ends by itself; null if it does not. */
  readonly forMs: number | null;
  /** Called once a second while the database does not answer. */
  readonly onUnreachable: () => Promise<void>;
}

const updateEveryMs = 1_000;
const reloadTargetsEveryMs = 5_000;

export class RunWatcher {
  readonly #options: RunWatcherOptions;
  readonly #closed = new AbortController();
  readonly #startedAtMonotonicMs = performance.now();
  readonly #start: Date;
  readonly #board: Scoreboard;
  readonly #feed: ResultsFeed;
  #targets: readonly ListedTarget[] = [];
  #targetsAtMs = Number.NEGATIVE_INFINITY;
  #unreachableSince: number | null = null;
  #loop: Promise<void> = Promise.resolve();

  private constructor(options: RunWatcherOptions, start: Date) {
    this.#options = options;
    this.#start = start;
    this.#board = new Scoreboard(start);
    this.#feed = new ResultsFeed(options.database, start);
  }

  /** Begins to watch: what was owed before this moment is not part of the run. */
  static async start(options: RunWatcherOptions): Promise<RunWatcher> {
    const watcher = new RunWatcher(options, await databaseNow(options.database));
    watcher.#loop = watcher.#run();
    return watcher;
  }

  /** By the database clock. */
  get start(): Date {
    return this.#start;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAtMonotonicMs;
  }

  get targets(): readonly ListedTarget[] {
    return this.#targets;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      const begunAt = performance.now();
      await this.#look();
      const restMs = Math.max(50, updateEveryMs - (performance.now() - begunAt));
      await delay(restMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    try {
      await this.#reloadTargets();
      const results = await this.#feed.next();
      this.#answered();
      const changes = this.#board.add(results);
      this.#show(changes);
    } catch (error) {
      await this.#unanswered(error as Error);
      this.#show([]);
    }
  }

  async #reloadTargets(): Promise<void> {
    if (performance.now() - this.#targetsAtMs < reloadTargetsEveryMs) return;
    this.#targets = await listTargets(this.#options.database);
    this.#targetsAtMs = performance.now();
    this.#board.show(this.#targets);
    this.#feed.follow(this.#targets);
  }

  #show(changes: ReturnType<Scoreboard['add']>): void {
    if (this.#closed.signal.aborted) return;
    const { presenter, title, forMs } = this.#options;
    const startMs = this.#start.getTime();
    const elapsedMs = this.elapsedMs;
    const remainingMs = forMs === null ? null : Math.max(0, forMs - elapsedMs);
    const addresses = this.#options.addresses();
    presenter.update(
      { board: this.#board, addresses, title, startMs, nowMs: startMs + elapsedMs, remainingMs },
      changes,
    );
  }

  #answered(): void {
    if (this.#unreachableSince === null) return;
    const seconds = Math.round((performance.now() - this.#unreachableSince) / 1_000);
    this.#unreachableSince = null;
    this.#options.presenter.incident(`the database answers again, after ${seconds} s`);
  }

  async #unanswered(error: Error): Promise<void> {
    if (this.#closed.signal.aborted) return;
    if (this.#unreachableSince === null) {
      this.#unreachableSince = performance.now();
      this.#options.presenter.incident(`the database does not answer: ${error.message || error.name}`);
    }
    await this.#options.onUnreachable();
  }
}
