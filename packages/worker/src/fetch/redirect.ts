// Where a redirect leads, and what may be sent there.

import { Buffer } from 'node:buffer';
import { type FetchError, percentDecoded } from '@everytick/core';
import { failure } from './error-codes.ts';

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return redirectStatuses.has(status);
}

/** Whether what follows such a response is a GET without a body (RFC 9110, 15.4; as browsers do for 301 and 302). */
export function turnsIntoGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

/** The URL that `location` means seen from `from` (RFC 9110, 10.2.2), or why it cannot be followed. */
export function nextHop(from: URL, location: string): URL | FetchError {
  // undici reads headers as Latin-1; browsers read this one as UTF-8.
  const text = Buffer.from(location, 'latin1').toString('utf8');
  if (!URL.canParse(text, from.href)) {
    return failure('redirect_invalid', `${from.host} redirected to something that is not a URL`);
  }
  const url = new URL(text, from.href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return failure(
      'redirect_invalid',
      `${from.host} redirected to a ${url.protocol} URL; only http and https are followed`,
    );
  }
  return url;
}

/** The Authorization header for a URL with user and password in it (RFC 7617), null for one without. */
export function basicAuthorization(url: URL): string | null {
  if (url.username === '' && url.password === '') return null;
  return `Basic ${Buffer.from(`${percentDecoded(url.username)}:${percentDecoded(url.password)}`).toString('base64')}`;
}
