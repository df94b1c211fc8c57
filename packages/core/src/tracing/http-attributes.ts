// What spans of HTTP say about a request, on either side of it, by the stable conventions
// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/). No header, no body, and of a URL neither user nor
// password nor the values of its query.

import type { Attributes } from '@opentelemetry/api';
import { redactUrl } from '../domain/redact-url.ts';

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY']);

/** Methods are a closed list here: any other one is `_OTHER`, and in the names of spans `HTTP`. */
export function methodAttributes(method: string): Attributes {
  return knownMethods.has(method)
    ? { 'http.request.method': method }
    : { 'http.request.method': '_OTHER', 'http.request.method_original': method };
}

export function methodInName(method: string): string {
  return knownMethods.has(method) ? method : 'HTTP';
}

/** Of the server that a URL leads to; nothing for what is no URL. */
export function serverAttributes(url: string): Attributes {
  const parsed = URL.parse(url);
  if (parsed === null) return {};
  const port = parsed.port === '' ? (parsed.protocol === 'https:' ? 443 : 80) : Number(parsed.port);
  return { 'server.address': parsed.hostname.replace(/^\[|\]$/g, ''), 'server.port': port };
}

export function urlAttributes(url: string): Attributes {
  const scheme = URL.parse(url)?.protocol.slice(0, -1);
  return { 'url.full': redactUrl(url), ...(scheme && { 'url.scheme': scheme }), ...serverAttributes(url) };
}

/** Of the target of a request as a server gets it: `/path?query`. */
export function pathAttributes(requestTarget: string): Attributes {
  const url = URL.parse(requestTarget, 'http://server.invalid');
  if (url === null) return {};
  const query = new URL(redactUrl(url.href)).search.slice(1);
  return { 'url.path': url.pathname, ...(query !== '' && { 'url.query': query }) };
}
