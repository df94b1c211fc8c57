// Translates what Node, OpenSSL and undici report into the closed list of check error codes.
//
// The same system error means different things at different times: ECONNRESET while connecting is a firewall's answer,
// after the request it is a server that gave up. So the phase decides first, the error second.

import type { CheckErrorCode, FetchError, ResultError } from '@everytick/core';
import { isOwnShortage } from './own-shortages.ts';
import type { Phase } from './phase-clock.ts';

// More than is kept in the end (ShownText): what is cut before secrets are hidden may end in half a secret.
const longestDetail = 1_000;

/** A failure with its sentence for people. */
export function failure(code: CheckErrorCode, detail: string): FetchError {
  return { code, detail: detail.length <= longestDetail ? detail : `${detail.slice(0, longestDetail - 1)}…` };
}

export function timeoutFailure(phase: Phase, timeoutMs: number, host: string): FetchError {
  switch (phase) {
    case 'dnsWait':
    case 'dns':
      return failure('timeout_dns', `${host} was not resolved within ${timeoutMs} ms`);
    case 'connect':
      return failure('timeout_connect', `${host} did not accept a connection within ${timeoutMs} ms`);
    case 'tls':
      return failure('timeout_tls', `the TLS handshake with ${host} did not end within ${timeoutMs} ms`);
    case 'request':
      return failure('timeout_request', `${host} did not take the request within ${timeoutMs} ms`);
    case 'firstByte':
      return failure('timeout_first_byte', `${host} did not answer the request within ${timeoutMs} ms`);
    case 'download':
      return failure('timeout_body', `the body from ${host} was not complete within ${timeoutMs} ms`);
  }
}

/** What `error`, which ended a hop to `host` during `phase`, is called. */
export function hopFailure(phase: Phase, error: unknown, host: string): FetchError {
  const code = codeOf(error);
  if (isOwnShortage(error)) return failure('internal_error', `the worker could not check ${host} (${code})`);
  switch (phase) {
    case 'dnsWait':
    case 'dns':
      return dnsFailure(code, host);
    case 'connect':
      return connectFailure(code, host);
    case 'tls':
      return tlsFailure(error, code, host);
    case 'request':
    case 'firstByte':
    case 'download':
      return exchangeFailure(error, code, host);
  }
}

/** What a target brings along for its checks cannot be used. */
export class OptionsUnusable extends Error {}

export function optionsInvalid(detail: string): ResultError {
  return { code: 'options_invalid', detail: failure('internal_error', detail).detail };
}

export function internalFailure(error: unknown): FetchError {
  return failure('internal_error', messageOf(error));
}

// ENODATA is what c-ares says of a name that exists and has no address.
const dnsNotFound = new Set(['ENOTFOUND', 'ENODATA']);

function dnsFailure(code: string, host: string): FetchError {
  if (dnsNotFound.has(code)) return failure('dns_not_found', `no address was found for ${host}`);
  // c-ares gives up by itself where every server was silent for several seconds.
  if (code === 'ETIMEOUT') return failure('timeout_dns', `no DNS server answered the question for ${host}`);
  return failure('dns_failed', `${host} could not be resolved (${code})`);
}

function connectFailure(code: string, host: string): FetchError {
  switch (code) {
    case 'ECONNREFUSED':
      return failure('connect_refused', `${host} refused the connection`);
    case 'ECONNRESET':
      return failure('connect_reset', `${host} reset the connection while it was being opened`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return failure('connect_unreachable', `${host} cannot be reached from here (${code})`);
    default:
      return failure('connect_failed', `connecting to ${host} failed (${code})`);
  }
}

function tlsFailure(cause: unknown, code: string, host: string): FetchError {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return failure('tls_expired', `the certificate of ${host} has expired`);
    case 'CERT_NOT_YET_VALID':
      return failure('tls_not_yet_valid', `the certificate of ${host} is not valid yet`);
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return failure('tls_self_signed', `the certificate of ${host} is self-signed or ends in an unknown authority`);
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return failure('tls_untrusted', `the certificate of ${host} does not lead to a trusted authority (${code})`);
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return failure('tls_wrong_name', `the certificate was not issued for ${host}`);
    case 'CERT_REVOKED':
      return failure('tls_revoked', `a certificate in the chain of ${host} has been revoked`);
    case 'UNABLE_TO_GET_CRL':
    case 'CRL_HAS_EXPIRED':
    case 'CRL_NOT_YET_VALID':
      return failure('tls_failed', `the revocation lists given for ${host} do not cover its certificates (${code})`);
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
    case 'ERR_SSL_NO_PROTOCOLS_AVAILABLE':
    case 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION':
      return failure(
        'tls_version',
        `${host} speaks no version of TLS that is allowed here (${opensslReason(cause) ?? code})`,
      );
    case 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL':
      return failure('http_version', `${host} does not speak the version of HTTP that it was asked for`);
    case 'ECONNRESET':
      // Node gives the same code to a connection that was closed in an orderly way, but then no system call failed.
      return fields(cause).syscall === undefined
        ? failure('tls_failed', `${host} closed the connection during the TLS handshake`)
        : failure('connect_reset', `${host} reset the connection during the TLS handshake`);
    default:
      return failure('tls_failed', `the TLS handshake with ${host} failed (${opensslReason(cause) ?? code})`);
  }
}

function exchangeFailure(cause: unknown, code: string, host: string): FetchError {
  const message = messageOf(cause);
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
    case 'UND_ERR_HEADERS_OVERFLOW':
      return failure('http_headers_too_large', `the headers from ${host} are too large`);
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
    case 'CONNECTION_USED_UP':
    case 'CONNECTION_ENDED':
      return failure('connection_closed', `${host} closed the connection before the response was complete`);
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ETIMEDOUT':
      return failure('connection_closed', `the connection to ${host} broke before the response was complete (${code})`);
    case 'UND_ERR_SOCKET':
      // A 100 or 101 that nobody asked for comes as a socket error as well.
      return message.startsWith('bad ')
        ? failure('http_invalid', `the response from ${host} is not a valid answer to this request (${message})`)
        : failure('connection_closed', `${host} closed the connection before the response was complete`);
  }
  // undici 8 leaves out the code of its parser's errors (it looks the number up in a table of names); should it come
  // back, it starts with HPE_.
  if (code === 'HTTPParserError' || code.startsWith('HPE_')) {
    const reason = /\((.*)\)/.exec(message)?.[1] ?? code;
    return reason === 'Invalid EOF state'
      ? failure('connection_closed', `${host} closed the connection before the response was complete`)
      : failure('http_invalid', `the response from ${host} is not valid HTTP: ${reason}`);
  }
  if (code.startsWith('ERR_HTTP2_') || code.startsWith('NGHTTP2_') || code === 'UND_ERR_INFO') {
    return failure('http_invalid', `${host} ended the HTTP/2 exchange (${message})`);
  }
  // TLS 1.3 servers refuse a client without a certificate only after the handshake.
  if (code.startsWith('ERR_SSL_')) {
    return failure('tls_failed', `${host} ended the TLS connection (${opensslReason(cause) ?? code})`);
  }
  // Whatever else undici says in the middle of an exchange is about what the server sent.
  return failure('http_invalid', `the exchange with ${host} failed (${code}: ${message})`);
}

function codeOf(error: unknown): string {
  const { code, name } = fields(error);
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'unknown';
}

function messageOf(error: unknown): string {
  const { message } = fields(error);
  return typeof message === 'string' ? message : String(error);
}

function opensslReason(error: unknown): string | undefined {
  const { reason } = fields(error);
  return typeof reason === 'string' ? reason : undefined;
}

// By what an error has, not by its class: `instanceof` fails for errors that come from another realm (a vm context).
function fields(error: unknown): Partial<Record<'code' | 'message' | 'name' | 'reason' | 'syscall', unknown>> {
  return typeof error === 'object' && error !== null ? error : {};
}
