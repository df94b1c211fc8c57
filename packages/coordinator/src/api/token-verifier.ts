// Recognizes tokens without asking the database for each request. A token that was found valid counts as valid for five more
// seconds, so one that is revoked is refused within that time.
//
// Tokens that were not valid a moment ago may be guesses. A few of them are looked up at once, and those that were valid do
// not wait for them.

import { hashOfToken, looksLikeToken, type Queryable, type VerifiedToken, verifyToken } from '@everytick/core';
import { Turns } from './turns.ts';

const freshMs = 5_000;
/** Each takes a millisecond or so. */
const unknownOnes = { atOnce: 2, mostWaiting: 100, longestWaitMs: 2_000, work: 'tokens' };

interface Known {
  readonly verified: VerifiedToken;
  readonly freshUntilMs: number;
}

/** Holds no more entries than there are valid tokens: what was not found is not kept. */
export class TokenVerifier {
  readonly #database: Queryable;
  readonly #known = new Map<string, Known>();
  readonly #unknown = new Turns(unknownOnes);
  readonly #asking = new Map<string, Promise<VerifiedToken | null>>();

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** Null: it is none, or it has expired or been revoked. Rejects where the database cannot be asked, or not now. */
  verify(token: string): Promise<VerifiedToken | null> {
    if (!looksLikeToken(token)) return Promise.resolve(null);
    const key = keyOf(token);
    const known = this.#known.get(key);
    if (known !== undefined && performance.now() < known.freshUntilMs) return Promise.resolve(known.verified);
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      const ask = () => this.#ask(key, token);
      asking = (known === undefined ? this.#unknown.during(ask) : ask()).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  async #ask(key: string, token: string): Promise<VerifiedToken | null> {
    const askedAtMs = performance.now();
    const verified = await verifyToken(this.#database, token);
    if (verified === null) this.#known.delete(key);
    else {
      const validMs = Math.min(freshMs, verified.expiresInMs ?? freshMs);
      this.#known.set(key, { verified, freshUntilMs: askedAtMs + validMs });
    }
    return verified;
  }
}

function keyOf(token: string): string {
  return hashOfToken(token).toString('base64');
}
