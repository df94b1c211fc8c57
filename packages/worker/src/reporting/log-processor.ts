// Says what became of checks, at the level at which one wants to read it.

import type { CheckResult, Logger, ResultProcessor } from '@everytick/core';

/** Every result at `debug`; the ledger is the place to look for them. */
export class LogProcessor implements ResultProcessor {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  process(results: readonly CheckResult[]): void {
    if (!this.#logger.isLevelEnabled('debug')) return;
    for (const { check, ...result } of results) {
      // Not the target itself: its URL and options may hold secrets.
      const { target, scheduledAtMs } = check;
      this.#logger.debug({ targetId: target.id, scheduledAtMs, ...result }, 'check recorded');
    }
  }
}
