// The result of a check that ended before its first request.

import { type FetchError, type FetchResult, noPhases, type ResultError, type Target } from '@everytick/core';
import { failure } from './error-codes.ts';

/** `error`: what the target is to blame for; `missed`: what the worker is. */
export function notBegun(
  target: Target,
  why: { readonly error: FetchError } | { readonly missed: ResultError },
): FetchResult {
  const missed = 'missed' in why ? why.missed : undefined;
  return {
    startedAtMonotonicMs: performance.now(),
    responseTimeUs: 0,
    phases: noPhases,
    httpStatus: null,
    headers: null,
    body: null,
    bodyTruncated: false,
    finalUrl: target.url,
    redirects: 0,
    protocol: null,
    remoteAddress: null,
    tls: null,
    error: 'error' in why ? why.error : failure('internal_error', why.missed.detail),
    missed,
  };
}
