// From whatever went wrong to what a client is told: problem+json (RFC 9457). What the client can put right is said in full;
// what went wrong inside is logged, and of that the client hears no more than that it did.

import { EverytickError, type EverytickErrorCode, type ProblemResource, STATUS_CODES } from '@everytick/core';
import type { FastifyError } from 'fastify';
import { databaseAway } from './database-away.ts';
import { jsonPointer } from './json-pointer.ts';

export const problemType = 'application/problem+json';
/** Of one document, more than anybody reads at once. */
const mostErrors = 100;

export type ProblemCode =
  | EverytickErrorCode
  | 'request_invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'precondition_failed'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'request_timeout'
  | 'internal'
  | 'unavailable';

export type ProblemError = NonNullable<ProblemResource['errors']>[number];

/** What the API itself finds wrong with a request. */
export class RequestProblem extends Error {
  readonly status: number;
  readonly code: ProblemCode;
  readonly errors: readonly ProblemError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: ProblemCode,
    detail: string,
    { errors = [], headers = {} }: Partial<Pick<RequestProblem, 'errors' | 'headers'>> = {},
  ) {
    super(detail);
    this.name = 'RequestProblem';
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }
}

const statusOf: Partial<Record<EverytickErrorCode, number>> = {
  target_not_found: 404,
  target_name_taken: 409,
  target_source_conflict: 409,
  target_changed: 409,
  targets_busy: 409,
  usage: 400,
  target_invalid: 422,
  targets_file_invalid: 422,
  check_impossible: 422,
  no_worker: 503,
  schema_outdated: 503,
  database_unreachable: 503,
};

export interface Refusal {
  readonly problem: ProblemResource;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether something is wrong here that the operator should know of. */
  readonly worthLogging: boolean;
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof RequestProblem) {
    return { ...refusal(error.status, error.code, error.message, error.errors, error.headers), worthLogging: false };
  }
  if (error instanceof EverytickError) {
    const status = statusOf[error.code] ?? 500;
    if (status === 500) return internal;
    const errors = error.problems.map(({ path, message }) => ({ pointer: jsonPointer(path), detail: message }));
    return refusal(status, error.code, error.message, errors);
  }
  if (isGone(error)) return refusal(400, 'request_invalid', 'the client has gone before all of its request was here');
  const away = databaseAway(error);
  if (away !== null) {
    const refused = refusal(503, 'unavailable', away.detail, [], { 'retry-after': '2' });
    return { ...refused, worthLogging: !away.busy };
  }
  const { statusCode, code = '', message } = (error ?? {}) as Partial<FastifyError>;
  if (statusCode === undefined || statusCode >= 500 || !code.startsWith('FST_ERR_')) return internal;
  if (statusCode === 413) return refusal(413, 'body_too_large', `${message}; see EVERYTICK_API_BODY_LIMIT_BYTES`);
  if (statusCode === 415) return refusal(415, 'unsupported_media_type', 'a body has to be application/json');
  return refusal(statusCode, 'request_invalid', message ?? '');
}

/** As the server says it of a body that breaks off, with a status: errors of connections to the database have none. */
function isGone(error: unknown): boolean {
  const { statusCode, code } = (error ?? {}) as Partial<FastifyError>;
  return statusCode === 400 && code === 'ECONNRESET';
}

const internal = refusal(500, 'internal', 'something went wrong here; the log of the coordinator says what');

function refusal(
  status: number,
  code: ProblemCode,
  detail: string,
  errors: readonly ProblemError[] = [],
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  const problem: ProblemResource = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: detail.toWellFormed(),
    code,
    ...(errors.length === 0 ? {} : { errors: errors.slice(0, mostErrors) }),
  };
  return { problem, headers, worthLogging: status >= 500 && code !== 'no_worker' };
}
