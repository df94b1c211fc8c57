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
  /** Waiting for a slot of the resolver: no part of the response time, for it is not the target's fault. */
  readonly dnsWaitUs: number | null;
  readonly dnsUs: number | null;
  /** Until a connection stands, through the proxy where there is one. */
  readonly connectUs: number | null;
  readonly tlsUs: number | null;
  /** From the connection being ready until the request has been handed to it. */
  readonly requestUs: number | null;
  /** From the request having been sent until the response's headers have arrived. */
  readonly firstByteUs: number | null;
  readonly downloadUs: number | null;
}

/** Of a check that got nowhere. */
export const noPhases: Phases = {
  dnsWaitUs: null,
  dnsUs: null,
  connectUs: null,
  tlsUs: null,
  requestUs: null,
  firstByteUs: null,
  downloadUs: null,
};

export interface FetchError {
  readonly code: CheckErrorCode;
  /** A sentence for people, at most 200 characters, with no secret in it. */
  readonly detail: string;
}

/** How a connection is secured, and with which certificate. */
export interface TlsInfo {
  /** Such as `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
  /** When the first certificate of the chain expires, in milliseconds since 1970; null where not all of them can be read. */
  readonly expiresAtMs: number | null;
  /** From the server's own certificate upwards; only where the fetcher was asked for it. */
  readonly chain?: readonly CertificateInfo[] | undefined;
}

export interface CertificateInfo {
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and addresses, as in the certificate. */
  readonly names: readonly string[];
  /** Null for a date that cannot be read. */
  readonly validFromMs: number | null;
  readonly expiresAtMs: number | null;
  readonly sha256: string;
}

export const httpProtocols = ['http/1.1', 'h2'] as const;
export type HttpProtocol = (typeof httpProtocols)[number];

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
  /** Of the last response, names in small letters; null where no response's headers arrived. */
  readonly headers: Readonly<Record<string, string | readonly string[]>> | null;
  /** Of the last request. */
  readonly finalUrl: string;
  readonly redirects: number;
  /** Of the last connection that carried a request; null where there was none. */
  readonly protocol: HttpProtocol | null;
  /** The peer of the last connection that stood, the proxy where there is one; null where there was none. */
  readonly remoteAddress: string | null;
  /** Of the last connection; null where it did not use TLS. */
  readonly tls: TlsInfo | null;
  readonly error: FetchError | null;
  /** Set where the worker itself could not carry the check out: the tick is `missed`, and nothing else here counts. */
  readonly missed?: ResultError | undefined;
  /** Values that must not be seen in anything that is made of this result. */
  readonly secrets?: readonly string[] | undefined;
}

/** One thing that a target expects, and what was found. Both texts are cut to 200 characters, and hold no secrets. */
export interface Assertion {
  readonly kind: AssertionKind;
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
}

export const assertionKinds = [
  'status',
  'final_url',
  'tls',
  'certificate_days',
  'header',
  'body',
  'body_size',
  'json',
  'down_above',
  'degraded_above',
] as const;
export type AssertionKind = (typeof assertionKinds)[number];

export interface Evaluation {
  readonly outcome: Extract<Outcome, 'up' | 'degraded' | 'down'>;
  /** Whether the body matched `Target.matchPattern`; null where there is none, or no body to look at. */
  readonly matched: boolean | null;
  /** Everything that the target expects, in the order of `assertionKinds`; empty where there was no response to look at. */
  readonly assertions: readonly Assertion[];
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
  /** After content decoding. */
  readonly bodyBytes: number | null;
  readonly protocol: HttpProtocol | null;
  readonly remoteAddress: string | null;
  /** Null where no request was sent. */
  readonly redirects: number | null;
  readonly certificateExpiresAtMs: number | null;
  /** The longest that the worker's event loop was held up while the check ran; null where it was never begun. */
  readonly loopDelayUs: number | null;
  /** Whether that was long enough to make the figures doubtful. */
  readonly suspect: boolean | null;
  /** Those assertions that failed. */
  readonly failed: readonly Assertion[];
}
