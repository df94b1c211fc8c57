// Access tokens by client credentials (RFC 6749, 4.4), fetched before a check begins and kept for as long as they are
// good. Checks of several targets that want the same token share it, and one request for it.

import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import {
  type CheckOptions,
  type FetchError,
  type FetchResult,
  type OAuth2Options,
  type ResultError,
  redactUrl,
  type Target,
  withinDeadline,
} from '@everytick/core';
import type { SecretSource } from '../secrets/secret-resolver.ts';
import { failure } from './error-codes.ts';

/** A token is not used in the last part of its life: a check takes time, and clocks differ. */
const reserveMs = 30_000;
/** For how long one is kept whose server does not say how long it is good. */
const unknownLifeMs = 300_000;
const longestLifeMs = 86_400_000;
/** After a failure, for how long nobody asks again: a token server in trouble is not helped by all checks asking. */
const failureKeptMs = 1_000;
/** Of the request for a token, which several checks may be waiting for. */
const requestTimeoutMs = 10_000;
const mostKept = 1_000;

/** A token, or why there is none: for a fault of the token server's, or of the worker's own. */
export type TokenAnswer =
  | { readonly token: string; readonly key: string }
  | { readonly error: FetchError }
  | { readonly missed: ResultError };

interface Entry {
  readonly answer: Promise<TokenAnswer>;
  goodUntilMs: number;
}

export interface OAuthTokensOptions {
  /** Fetches like any other check, within the same bounds. */
  readonly fetch: (target: Target) => Promise<FetchResult>;
  readonly secrets: SecretSource;
  /** How long a check may wait for its token. The request goes on, and the next check has it. */
  readonly longestWaitMs: number;
}

export class OAuthTokens {
  readonly #options: OAuthTokensOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: OAuthTokensOptions) {
    this.#options = options;
  }

  /** Throws `SecretMissing`. */
  async tokenFor(target: Target, oauth2: OAuth2Options): Promise<TokenAnswer> {
    const request = this.#requestFor(target, oauth2);
    const key = keyOf(request);
    let entry = this.#entries.get(key);
    if (entry === undefined || performance.now() >= entry.goodUntilMs) {
      entry = this.#ask(request, oauth2, key);
      this.#keep(key, entry);
    }
    const answer = await withinDeadline(entry.answer, this.#options.longestWaitMs);
    return answer ?? noToken(oauth2, `it did not answer within ${this.#options.longestWaitMs} ms`);
  }

  /** The server did not accept the token of this key: the next check gets another one. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  #ask(request: Target, oauth2: OAuth2Options, key: string): Entry {
    const lives = (lifeMs: number) => {
      entry.goodUntilMs = performance.now() + lifeMs;
    };
    const entry: Entry = { answer: this.#fetch(request, oauth2, key, lives), goodUntilMs: Number.POSITIVE_INFINITY };
    return entry;
  }

  async #fetch(
    request: Target,
    oauth2: OAuth2Options,
    key: string,
    lives: (lifeMs: number) => void,
  ): Promise<TokenAnswer> {
    const result = await this.#options.fetch(request);
    if (result.missed !== undefined) {
      lives(0);
      return { missed: result.missed };
    }
    const token = readToken(result);
    if (typeof token === 'string') {
      lives(failureKeptMs);
      return noToken(oauth2, token);
    }
    lives(token.lifeMs);
    return { token: token.value, key };
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > mostKept && oldest !== undefined) this.#entries.delete(oldest);
  }

  #requestFor({ id, options }: Target, oauth2: OAuth2Options): Target {
    const { secrets } = this.#options;
    const [client, secret] = [secrets.resolve(oauth2.client_id), secrets.resolve(oauth2.client_secret)];
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...oauth2.parameters });
    if (oauth2.scopes !== undefined && oauth2.scopes.length > 0) form.set('scope', oauth2.scopes.join(' '));
    const inBody = oauth2.client_authentication === 'body';
    if (inBody) {
      form.set('client_id', client);
      form.set('client_secret', secret);
    }
    // RFC 6749, 2.3.1: both are encoded as in a form before they are put together.
    const basic = `Basic ${Buffer.from(`${formEncoded(client)}:${formEncoded(secret)}`).toString('base64')}`;
    const { tls, proxy, ip_family, dns }: CheckOptions = options ?? {};
    // What a target is not verified for says nothing of the server that hears the client's secret.
    const trust = { ca: tls?.ca, crl: tls?.crl };
    return {
      id,
      url: oauth2.token_url,
      timeoutMs: requestTimeoutMs,
      matchPattern: null,
      options: {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          ...(inBody ? {} : { authorization: basic }),
        },
        body: form.toString(),
        redirects: { follow: false },
        tls: trust,
        proxy,
        ip_family,
        dns,
      },
    };
  }
}

function readToken({ error, httpStatus, body }: FetchResult): { value: string; lifeMs: number } | string {
  // Not its sentence: a proxy or server may have put into it what it was sent.
  if (error !== null) return error.code;
  if (httpStatus === null || httpStatus < 200 || httpStatus > 299) return `it answered ${httpStatus ?? 'nothing'}`;
  let answer: { access_token?: unknown; expires_in?: unknown } | null;
  try {
    answer = JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return 'its answer is not JSON';
  }
  const value = answer?.access_token;
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) return 'its answer has no access_token';
  const seconds = Number(answer?.expires_in);
  const lifeMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1_000, longestLifeMs) : unknownLifeMs;
  return { value, lifeMs: Math.max(lifeMs - reserveMs, lifeMs / 2) };
}

function noToken({ token_url }: OAuth2Options, reason: string): { readonly error: FetchError } {
  return { error: failure('auth_failed', `no token from ${redactUrl(token_url)}: ${reason}`) };
}

/** By everything that makes a difference; a hash, for there are secrets in it. */
function keyOf({ url, options }: Target): string {
  return hash('sha256', JSON.stringify([url, options]));
}

function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length);
}
