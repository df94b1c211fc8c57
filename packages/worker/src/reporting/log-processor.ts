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
    for (const { check, outcome, httpStatus, responseTimeUs, error } of results) {
      this.#logger.debug({ targetId: check.target.id, outcome, httpStatus, responseTimeUs, error }, 'check recorded');
    }
  }
}
