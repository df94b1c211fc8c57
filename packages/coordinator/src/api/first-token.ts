// The token with which an installation begins, where coordinators are given one: see EVERYTICK_API_FIRST_TOKEN.

import { ensureFirstToken, firstTokenName, type Logger, type Queryable } from '@everytick/core';

const wayOut = 'make one with "everytick tokens create", or give another EVERYTICK_API_FIRST_TOKEN';

const unusable = {
  revoked: `the token in EVERYTICK_API_FIRST_TOKEN has been revoked and stays so; ${wayOut}`,
  expired: `the token in EVERYTICK_API_FIRST_TOKEN has expired; ${wayOut}`,
  name_taken:
    `the token in EVERYTICK_API_FIRST_TOKEN was not added: there is another with the name '${firstTokenName}', which has to be ` +
    `revoked first ("everytick tokens revoke ${firstTokenName}")`,
} as const;

/** waiting --the database was asked--> done, whatever came of it. */
export class FirstToken {
  readonly #token: string | null;
  readonly #logger: Logger;
  #done: boolean;

  /** Null: there is nothing to add. */
  constructor(token: string | null, logger: Logger) {
    this.#token = token;
    this.#logger = logger;
    this.#done = token === null;
  }

  get done(): boolean {
    return this.#done;
  }

  /** Rejects where the database cannot be asked. */
  async add(database: Queryable): Promise<void> {
    if (this.#token === null || this.#done) return;
    const state = await ensureFirstToken(database, this.#token);
    this.#done = true;
    if (state === 'added') this.#logger.info({ name: firstTokenName }, 'added the token in EVERYTICK_API_FIRST_TOKEN');
    else if (state !== 'valid') this.#logger.warn(unusable[state]);
  }
}
