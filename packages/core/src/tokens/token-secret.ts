// What a token looks like, and what of it is kept.
//
// A token is 32 random bytes, so nobody guesses one, and nobody finds one from its hash: SHA-256 without salt or stretching
// is enough, unlike for passwords. It is looked up by its hash. How long that takes tells at most something of the hash,
// which whoever asks cannot choose and which does not lead back to a token; so nothing has to be compared in constant time.

import { createHash, randomBytes } from 'node:crypto';

/** Marks it for people, and for those who search for secrets that were published by mistake. */
const prefix = 'ett_';

/** `ett_` and 43 characters of base64url (RFC 4648, 5). */
export function makeToken(): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

export function looksLikeToken(given: string): boolean {
  return /^ett_[A-Za-z0-9_-]{43}$/.test(given);
}

/** SHA-256, 32 bytes. */
export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
