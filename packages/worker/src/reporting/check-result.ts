// The row of the ledger for a claimed check: from what was fetched, or for one that was never begun.

import {
  type CheckResult,
  type ClaimedCheck,
  type Evaluation,
  type FetchResult,
  noPhases,
  type ResultError,
} from '@everytick/core';
import { evaluate } from '../evaluate/evaluate.ts';
import { isSuspect } from './suspicion.ts';

/** How a check was carried out, beside what it brought. */
export interface Circumstances {
  /** By the database clock. */
  readonly startedAtMs: number;
  /** The longest time in one piece for which the worker's event loop was held up meanwhile. */
  readonly loopDelayMs: number;
}

export function resultOfFetch(
  check: ClaimedCheck,
  fetched: FetchResult,
  { startedAtMs, loopDelayMs }: Circumstances,
): CheckResult {
  const evaluation = evaluated(check, fetched, startedAtMs);
  const ownFault = fetched.missed ?? (evaluation.error?.code === 'internal_error' ? evaluation.error : undefined);
  if (ownFault !== undefined) {
    // Only a redirect can have had a request before what was in the worker's way.
    const begun = fetched.missed === undefined || fetched.redirects > 0;
    return { ...missed(check, ownFault), startedAtMs: begun ? startedAtMs : null };
  }
  const { assertions, ...verdict } = evaluation;
  return {
    check,
    ...verdict,
    startedAtMs,
    responseTimeUs: fetched.responseTimeUs,
    phases: fetched.phases,
    httpStatus: fetched.httpStatus,
    bodyBytes: fetched.body?.length ?? null,
    protocol: fetched.protocol,
    remoteAddress: fetched.remoteAddress,
    redirects: fetched.protocol === null ? null : fetched.redirects,
    certificateExpiresAtMs: fetched.tls?.expiresAtMs ?? null,
    loopDelayUs: Math.round(loopDelayMs * 1_000),
    suspect: isSuspect(loopDelayMs, fetched.responseTimeUs),
    failed: assertions.filter(({ ok }) => !ok),
  };
}

/** Certificates are valid by the clock of the database, as everything is. */
function evaluated(check: ClaimedCheck, fetched: FetchResult, nowMs: number): Evaluation {
  try {
    return evaluate(check.target, fetched, nowMs);
  } catch (error) {
    // A pattern that slipped past validation, most likely: no fault of the target.
    const detail = `the check could not be evaluated: ${(error as Error).message}`.slice(0, 200);
    return { outcome: 'down', matched: null, assertions: [], error: { code: 'internal_error', detail } };
  }
}

/** A check that the limit of its host (name and port) kept from beginning. */
export function missedForHost(check: ClaimedCheck, host: string): CheckResult {
  return missed(check, { code: 'host_limit', detail: `too many checks of ${host} were under way` });
}

/** A check that failed while its worker stood still: whether the target or the worker was late, nobody knows. */
export function missedForStall(
  check: ClaimedCheck,
  { startedAtMs, loopDelayMs }: Circumstances,
  stalledMs: number,
  failed: ResultError,
): CheckResult {
  const detail = `the worker stood still for ${Math.round(stalledMs)} ms, else it would have been ${failed.code}`;
  const result = missed(check, { code: 'worker_stalled', detail });
  return { ...result, startedAtMs, loopDelayUs: Math.round(loopDelayMs * 1_000) };
}

function missed(check: ClaimedCheck, error: ResultError): CheckResult {
  return {
    check,
    outcome: 'missed',
    matched: null,
    error: { code: error.code, detail: error.detail.slice(0, 200) },
    startedAtMs: null,
    responseTimeUs: null,
    phases: noPhases,
    httpStatus: null,
    bodyBytes: null,
    protocol: null,
    remoteAddress: null,
    redirects: null,
    certificateExpiresAtMs: null,
    loopDelayUs: null,
    suspect: null,
    failed: [],
  };
}
