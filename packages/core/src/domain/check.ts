// What passes along the pipeline: a claimed check, what fetching it gave, and the result that enters the ledger.

import type { CheckErrorCode, Outcome, PassedErrorCode } from './outcome.ts';
import type { Target } from './target.ts';

/** One claimed tick. It is identified by target, location and `scheduledAtMs`; `epoch` fences its result. */
export interface ClaimedCheck {
  readonly target: Target;
  /** The tick's instant by the database clock, in whole milliseconds since 1970. */
  readonly scheduledAtMs: number;
  /** The tick of the same lease that follows. */
  readonly nextAtMs: number;
  readonly epoch: number;
}

/** Durations in microseconds, redirect hops added up; null where the check did not reach the phase or did not need it. */
export interface Phases {
  readonly dnsUs: number | null;
  readonly connectUs: number | null;
  readonly tlsUs: number | null;
  /** From the request being ready to send until the response's headers have arrived. */
  readonly firstByteUs: number | null;
  readonly downloadUs: number | null;
}

export interface FetchError {
  readonly code: CheckErrorCode;
  /** A sentence for people, at most 200 characters, with no secret in it. */
  readonly detail: string;
}

/** What a fetcher saw. It does not judge: `evaluate` does. */
export interface FetchResult {
  /** When the request began, on the monotonic clock of this process (`performance.now()`, milliseconds). */
  readonly startedAtMonotonicMs: number;
  /** Until the body was read, its limit was reached, or the check failed. */
  readonly responseTimeUs: number;
  readonly phases: Phases;
  /** The status of the last response, or null where no response's headers arrived. */
  readonly httpStatus: number | null;
  /** What was received of the body after content decoding; null where no response's headers arrived. */
  readonly body: Buffer | null;
  /** True if the body was longer than the limit and `body` holds only its beginning. */
  readonly bodyTruncated: boolean;
  readonly error: FetchError | null;
}

export interface Evaluation {
  readonly outcome: Extract<Outcome, 'up' | 'degraded' | 'down'>;
  /** Whether the body matched; null where the target has no pattern or there was no body to look at. */
  readonly matched: boolean | null;
  readonly error: FetchError | null;
}

/** Why a tick's result is not `up`. */
export interface ResultError {
  readonly code: CheckErrorCode | PassedErrorCode;
  /** As in `FetchError`. */
  readonly detail: string;
}

/** One row of the ledger, as its worker reports it: a check that was carried out, or one that it could not begin in time. */
export interface CheckResult {
  readonly check: ClaimedCheck;
  readonly outcome: Evaluation['outcome'] | 'missed';
  readonly matched: boolean | null;
  /** Null for `up` alone. */
  readonly error: ResultError | null;
  /** By the database clock, in milliseconds since 1970 with a fraction; null where the check was never begun. */
  readonly startedAtMs: number | null;
  /** Null where the check was never begun. */
  readonly responseTimeUs: number | null;
  readonly phases: Phases;
  readonly httpStatus: number | null;
  readonly bodyBytes: number | null;
}
