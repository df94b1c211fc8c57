// The row of the ledger for a claimed check: from what was fetched, or for one that was never begun.

import type { CheckResult, ClaimedCheck, Evaluation, FetchResult, ResultError } from '@everytick/core';
import { evaluate } from '../evaluate/evaluate.ts';

/** `startedAtMs` by the database clock. */
export function resultOfFetch(check: ClaimedCheck, fetched: FetchResult, startedAtMs: number): CheckResult {
  let evaluation: Evaluation;
  try {
    evaluation = evaluate(check.target, fetched);
  } catch (error) {
    // A pattern that slipped past validation, most likely. The tick is accounted for all the same.
    const detail = `the check could not be evaluated: ${(error as Error).message}`.slice(0, 200);
    evaluation = { outcome: 'down', matched: null, error: { code: 'internal_error', detail } };
  }
  return {
    check,
    ...evaluation,
    startedAtMs,
    responseTimeUs: fetched.responseTimeUs,
    phases: fetched.phases,
    httpStatus: fetched.httpStatus,
    bodyBytes: fetched.body?.length ?? null,
  };
}

/** A check that the limit of its host (name and port) kept from beginning. */
export function missedForHost(check: ClaimedCheck, host: string): CheckResult {
  return missed(check, { code: 'host_limit', detail: `too many checks of ${host} were under way` });
}

/** A check that failed while its worker stood still: whether the target or the worker was late, nobody knows. */
export function missedForStall(
  check: ClaimedCheck,
  startedAtMs: number,
  stalledMs: number,
  failed: ResultError,
): CheckResult {
  const detail = `the worker stood still for ${Math.round(stalledMs)} ms, else it would have been ${failed.code}`;
  return { ...missed(check, { code: 'worker_stalled', detail }), startedAtMs };
}

function missed(check: ClaimedCheck, error: ResultError): CheckResult {
  return {
    check,
    outcome: 'missed',
    matched: null,
    error: { code: error.code, detail: error.detail.slice(0, 200) },
    startedAtMs: null,
    responseTimeUs: null,
    phases: { dnsUs: null, connectUs: null, tlsUs: null, firstByteUs: null, downloadUs: null },
    httpStatus: null,
    bodyBytes: null,
  };
}
