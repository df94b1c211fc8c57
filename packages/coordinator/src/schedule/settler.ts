// Writes what nobody else will: ticks of locations without workers, as missed, and ticks of targets that are paused or in
// maintenance, as skipped.

import { type Logger, loadSql } from '@everytick/core';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

const passSql = loadSql('leases-pass');
const skipSql = loadSql('leases-skip');

/** So many leases in one transaction. */
const BATCH = 1_000;
const PASS_INTERVAL_MS = 2_000;
/** Skipped ticks are written by the hour. */
const SKIP_INTERVAL_MS = 10_000;

export interface SettlerObserver {
  passed(ticks: number): void;
}

export class PassedTicks implements Duty {
  readonly name = 'ticks of locations without workers';
  readonly #observer: SettlerObserver;
  readonly #logger: Logger;

  constructor(observer: SettlerObserver, logger: Logger) {
    this.#observer = observer;
    this.#logger = logger;
  }

  async turn(session: LeaderSession): Promise<number> {
    const { rows } = await session.use((client) =>
      client.query<[number, number, string | null]>({ text: passSql, values: [BATCH], rowMode: 'array' }),
    );
    const [leases, ticks, locations] = rows[0] ?? [0, 0, null];
    this.#observer.passed(ticks);
    if (ticks > 0) {
      this.#logger.warn({ locations, leases, ticks }, `no worker at ${locations}: ticks are written as missed`);
    }
    return leases >= BATCH ? 0 : PASS_INTERVAL_MS;
  }
}

export class SkippedTicks implements Duty {
  readonly name = 'ticks of paused targets';

  async turn(session: LeaderSession): Promise<number> {
    const { rows } = await session.use((client) =>
      client.query<[number]>({ text: skipSql, values: [BATCH], rowMode: 'array' }),
    );
    return rows[0]?.[0] === BATCH ? 0 : SKIP_INTERVAL_MS;
  }
}
