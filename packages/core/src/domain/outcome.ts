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
  'egress_denied',
  'connect_refused',
  'connect_reset',
  'connect_unreachable',
  'connect_failed',
  'proxy_failed',
  'tls_expired',
  'tls_not_yet_valid',
  'tls_self_signed',
  'tls_untrusted',
  'tls_wrong_name',
  'tls_revoked',
  'tls_version',
  'tls_failed',
  'timeout_dns',
  'timeout_connect',
  'timeout_tls',
  'timeout_request',
  'timeout_first_byte',
  'timeout_body',
  'http_invalid',
  'http_headers_too_large',
  'http_version',
  'connection_closed',
  'body_encoding_invalid',
  'redirect_invalid',
  'redirect_limit',
  'auth_failed',
  'status_unexpected',
  'final_url_unexpected',
  'tls_missing',
  'tls_present',
  'certificate_expiring',
  'header_mismatch',
  'body_mismatch',
  'body_size',
  'json_mismatch',
  'too_slow',
  'slow',
  'internal_error',
] as const;
export type CheckErrorCode = (typeof checkErrorCodes)[number];

/** One sentence each, for people; README.md beside this file has them as a table. */
export const checkErrorMeanings: Readonly<Record<CheckErrorCode, string>> = {
  dns_not_found: 'The name does not exist, or has no address of the family asked for.',
  dns_failed: 'The name server answered with an error, or could not be reached.',
  egress_denied: 'The address, of the target or of a redirect, is not allowed to be checked.',
  connect_refused: 'Nothing listens on the port.',
  connect_reset: 'The connection was reset while it was being made or used.',
  connect_unreachable: 'There is no route to the address.',
  connect_failed: 'The connection could not be made for another reason.',
  proxy_failed: 'The proxy could not be reached, or refused to connect to the target.',
  tls_expired: 'A certificate of the chain has expired.',
  tls_not_yet_valid: 'A certificate of the chain is not valid yet.',
  tls_self_signed: 'The certificate, or the top of its chain, is self-signed and not among the trusted ones.',
  tls_untrusted: 'The chain does not lead to a trusted authority.',
  tls_wrong_name: 'The certificate is for other names.',
  tls_revoked: 'The certificate is on the list of revoked ones that the target gives.',
  tls_version: 'The server and the check share no version of TLS.',
  tls_failed: 'The TLS handshake failed for another reason.',
  timeout_dns: 'The deadline passed while the name was being looked up.',
  timeout_connect: 'The deadline passed while the connection was being made.',
  timeout_tls: 'The deadline passed in the TLS handshake.',
  timeout_request: 'The deadline passed while the request was being sent.',
  timeout_first_byte: 'The deadline passed between the request and the headers of the response.',
  timeout_body: 'The deadline passed while the body was being read.',
  http_invalid: 'The response is not valid HTTP.',
  http_headers_too_large: 'The headers of the response are longer than the limit.',
  http_version: 'The server does not speak the version of HTTP that was asked for.',
  connection_closed: 'The connection was closed before the response was complete.',
  body_encoding_invalid: 'The body is not what its content encoding says.',
  redirect_invalid: 'A redirect leads to no http or https URL, or nowhere.',
  redirect_limit: 'There were more redirects than the target allows.',
  auth_failed: 'No OAuth2 token could be had.',
  status_unexpected: 'The status is none of those expected.',
  final_url_unexpected: 'The last response came from another URL than expected.',
  tls_missing: 'The last response did not come over TLS, and should have.',
  tls_present: 'The last response came over TLS, and should not have.',
  certificate_expiring: 'A certificate of the chain expires sooner than the target allows.',
  header_mismatch: 'A header of the response is not as expected.',
  body_mismatch: 'The body does not match a pattern that it should match, or matches one that it should not.',
  body_size: 'The body is shorter or longer than expected.',
  json_mismatch: 'What a path finds in the JSON body is not as expected, or the body is no JSON.',
  too_slow: 'The response took longer than `down_above`.',
  slow: 'The response took longer than `degraded_above`: the outcome is `degraded`.',
  internal_error: 'A fault of the worker, not of the target: the outcome is `missed`.',
};

/** Why a tick was never carried out: the code of a `missed` or `skipped` row. */
export const passedErrorCodes = [
  'worker_lost',
  'no_worker',
  'overload',
  'host_limit',
  'dns_limit',
  'secret_missing',
  'options_invalid',
  'worker_stalled',
  'database_down',
  'unclaimed',
  'target_withdrawn',
  'paused',
  'maintenance',
] as const;
export type PassedErrorCode = (typeof passedErrorCodes)[number];

/** One sentence each, as for `checkErrorMeanings`. */
export const passedErrorMeanings: Readonly<Record<PassedErrorCode, string>> = {
  worker_lost: 'It was claimed, and neither its worker nor another one finished it in time.',
  no_worker: 'Its location had no worker.',
  overload: 'The workers had no room for it before the next one was due.',
  host_limit: 'Too many checks of its host were under way or waiting.',
  dns_limit: 'Too many name look-ups of its worker were under way or waiting.',
  secret_missing: 'Its worker could not read a secret that the target refers to.',
  options_invalid:
    'Its worker cannot do what the target says: it is of an older version, or the options were written past the rules.',
  worker_stalled: 'Its worker stood still meanwhile for so long that the check says nothing about the target.',
  database_down: 'The database could not be reached, or was not running.',
  unclaimed: 'Nobody claimed it before the next one was due, and none of the above was seen to be the reason.',
  target_withdrawn:
    'It was claimed, given back, and left the schedule before anybody could claim it again (`skipped`).',
  paused: 'Its target was paused (`skipped`).',
  maintenance: 'Its target was in maintenance (`skipped`).',
};
