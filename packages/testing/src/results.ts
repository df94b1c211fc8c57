// What passes along the pipeline, made without one.

import { type CheckResult, type ClaimedCheck, type FetchResult, noPhases } from '@everytick/core';

/** What a fetcher brings from a server that answers 200 over plain HTTP with an empty body. */
export function fetchedOf(overrides: Partial<FetchResult> = {}): FetchResult {
  return {
    startedAtMonotonicMs: 0,
    responseTimeUs: 1_234,
    phases: { ...noPhases, connectUs: 10, requestUs: 5, firstByteUs: 20, downloadUs: 30 },
    httpStatus: 200,
    body: Buffer.alloc(0),
    bodyTruncated: false,
    headers: {},
    finalUrl: 'http://127.0.0.1:9/',
    redirects: 0,
    protocol: 'http/1.1',
    remoteAddress: '127.0.0.1',
    tls: null,
    error: null,
    ...overrides,
  };
}

/** The result of a check that was carried out at its instant, and found all well. */
export function resultOf(check: ClaimedCheck, overrides: Partial<CheckResult> = {}): CheckResult {
  return {
    check,
    outcome: 'up',
    matched: null,
    error: null,
    startedAtMs: check.scheduledAtMs + 1,
    responseTimeUs: 1_234,
    phases: { ...noPhases, connectUs: 10, requestUs: 5, firstByteUs: 20, downloadUs: 30 },
    httpStatus: 200,
    bodyBytes: 12,
    protocol: 'http/1.1',
    remoteAddress: '127.0.0.1',
    redirects: 0,
    certificateExpiresAtMs: null,
    loopDelayUs: 0,
    suspect: false,
    failed: [],
    ...overrides,
  };
}

/** What a worker reports of a check that it could not begin. */
export function missedResultOf(check: ClaimedCheck, error: NonNullable<CheckResult['error']>): CheckResult {
  return resultOf(check, {
    outcome: 'missed',
    error,
    startedAtMs: null,
    responseTimeUs: null,
    phases: noPhases,
    httpStatus: null,
    bodyBytes: null,
    protocol: null,
    remoteAddress: null,
    redirects: null,
    loopDelayUs: null,
    suspect: null,
  });
}
