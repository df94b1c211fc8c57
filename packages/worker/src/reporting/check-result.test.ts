import { type ClaimedCheck, type FetchResult, noPhases } from '@everytick/core';
import { fetchedOf } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { resultOfFetch } from './check-result.ts';

const check: ClaimedCheck = {
  target: { id: 1, url: 'https://a.example/', timeoutMs: 1_000, matchPattern: null },
  scheduledAtMs: 0,
  nextAtMs: 10_000,
  epoch: 1,
};
const resultOf = (fetched: Partial<FetchResult>, loopDelayMs = 0) =>
  resultOfFetch(check, fetchedOf(fetched), { startedAtMs: 7, loopDelayMs });

describe('the result of a check', () => {
  it('has what was fetched, and from where', () => {
    const tls = { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', expiresAtMs: 1_900_000_000_000 };
    const result = resultOf({ tls, redirects: 2, protocol: 'h2', remoteAddress: '::1', body: Buffer.from('hello') });
    expect(result).toEqual({
      check,
      outcome: 'up',
      matched: null,
      error: null,
      startedAtMs: 7,
      responseTimeUs: 1_234,
      phases: { ...noPhases, connectUs: 10, requestUs: 5, firstByteUs: 20, downloadUs: 30 },
      httpStatus: 200,
      bodyBytes: 5,
      protocol: 'h2',
      remoteAddress: '::1',
      redirects: 2,
      certificateExpiresAtMs: 1_900_000_000_000,
      loopDelayUs: 0,
      suspect: false,
      failed: [],
    });
  });

  it('has those assertions that failed', () => {
    const { outcome, failed } = resultOf({ httpStatus: 404 });
    expect(outcome).toBe('down');
    expect(failed).toEqual([expect.objectContaining({ kind: 'status', ok: false })]);
  });

  it('takes the clock of the database for what a certificate is valid by', () => {
    const day = 86_400_000;
    const target = { ...check.target, options: { expect: { certificate_days: 14 } } };
    const tls = { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', expiresAtMs: 1_000 * day };
    const judgedAt = (startedAtMs: number) =>
      resultOfFetch({ ...check, target }, fetchedOf({ tls }), { startedAtMs, loopDelayMs: 0 }).outcome;
    expect(judgedAt(980 * day)).toBe('up');
    expect(judgedAt(990 * day)).toBe('down');
  });

  it('has no number of redirects where no request was sent', () => {
    const error = { code: 'connect_refused', detail: 'refused' } as const;
    const nothing = { error, httpStatus: null, body: null, headers: null, protocol: null, remoteAddress: null };
    expect(resultOf(nothing)).toMatchObject({ outcome: 'down', redirects: null, bodyBytes: null, suspect: false });
  });

  it('says whether the worker was held up', () => {
    expect(resultOf({ responseTimeUs: 100_000 }, 20)).toMatchObject({ loopDelayUs: 20_000, suspect: true });
    expect(resultOf({ responseTimeUs: 900_000 }, 20)).toMatchObject({ loopDelayUs: 20_000, suspect: false });
  });

  it('is missed where the worker could not carry it out, and was begun if a redirect came before that', () => {
    const missed = { code: 'dns_limit', detail: 'too many look-ups' } as const;
    const nothing = { outcome: 'missed', error: missed, responseTimeUs: null, httpStatus: null, protocol: null };
    expect(resultOf({ missed })).toMatchObject({ ...nothing, startedAtMs: null, suspect: null, loopDelayUs: null });
    expect(resultOf({ missed, redirects: 1 })).toMatchObject({ ...nothing, startedAtMs: 7 });
  });
});
