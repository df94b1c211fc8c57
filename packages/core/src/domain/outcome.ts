// The closed lists of what can become of a tick. The same words stand in the database, in metric labels and in the docs.

/** What became of a tick. `missed` and `skipped` ticks were never carried out. */
export const outcomes = ['up', 'degraded', 'down', 'missed', 'skipped'] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * Why a check was not `up`, one code per kind of failure. The `timeout_*` codes name the phase in which the target's own
 * deadline passed.
 */
export const checkErrorCodes = [
  'dns_not_found',
  'dns_failed',
  'connect_refused',
  'connect_reset',
  'connect_unreachable',
  'connect_failed',
  'tls_expired',
  'tls_not_yet_valid',
  'tls_self_signed',
  'tls_untrusted',
  'tls_wrong_name',
  'tls_failed',
  'timeout_dns',
  'timeout_connect',
  'timeout_tls',
  'timeout_first_byte',
  'timeout_body',
  'http_invalid',
  'http_headers_too_large',
  'connection_closed',
  'body_encoding_invalid',
  'redirect_invalid',
  'redirect_limit',
  'status_unexpected',
  'body_mismatch',
  'internal_error',
] as const;
export type CheckErrorCode = (typeof checkErrorCodes)[number];

/** Why a tick was never carried out: the code of a `missed` or `skipped` row. */
export const passedErrorCodes = [
  /** It was claimed, and neither its worker nor another one finished it in time. */
  'worker_lost',
  /** Its location had no worker. */
  'no_worker',
  /** The workers had no room for it before the next one was due. */
  'overload',
  /** Too many checks of its host were under way or waiting. */
  'host_limit',
  /** It was begun, but its worker stood still meanwhile for so long that the check says nothing about the target. */
  'worker_stalled',
  /** The database could not be reached, or was not running. */
  'database_down',
  /** Nobody claimed it before the next one was due, and none of the above was seen to be the reason. */
  'unclaimed',
  /** It was claimed, given back, and left the schedule before anybody could claim it again. */
  'target_withdrawn',
  /** Its target was paused. */
  'paused',
  /** Its target was in maintenance. */
  'maintenance',
] as const;
export type PassedErrorCode = (typeof passedErrorCodes)[number];
