// What a target's options mean for its requests: compiled once for each options document, and made once for a target as
// long as it stays the same. One that refers to secrets is filled with them for each check, so that a secret that was rotated
// takes effect at the next one.

import { Buffer } from 'node:buffer';
import {
  type CheckOptions,
  type HttpVersion,
  type IpFamily,
  longestSocksText,
  percentDecoded,
  type RequestHeaders,
  type SecretText,
  type Target,
} from '@everytick/core';
import type { SecretSource } from '../secrets/secret-resolver.ts';
import { acceptedEncodings } from './body.ts';
import { OptionsUnusable } from './error-codes.ts';
import { HopUrl, hopUrlOf } from './hop-url.ts';
import { basicAuthorization, turnsIntoGet } from './redirect.ts';
import type { TlsMaterial } from './secure-contexts.ts';

/** What a hop sends. Header names and values in turns, as undici takes them. */
export interface RequestContent {
  readonly method: string;
  readonly headers: readonly string[];
  readonly body: Buffer | null;
}

export interface ProxyPlan {
  readonly url: URL;
  /** True where the proxy resolves the names of targets. */
  readonly resolvesNames: boolean;
}

/** One check's requests, with all secrets filled in. */
export interface RequestPlan {
  readonly url: HopUrl;
  /** To the target's own origin. */
  readonly own: RequestContent;
  /** To any other: nothing that is secret or meant for the target alone. */
  readonly foreign: RequestContent;
  /** Whether `own.body` is a secret, which must not go to another origin. */
  readonly secretBody: boolean;
  /** The `Host` header of the own origin, in which case it goes before the URL's host for SNI; null where absent. */
  readonly host: string | null;
  readonly serverName: string | null;
  readonly tls: TlsMaterial;
  readonly verifyTls: boolean;
  readonly httpVersion: HttpVersion;
  readonly proxy: ProxyPlan | null;
  readonly ipFamily: IpFamily;
  readonly dnsServer: string | undefined;
  readonly dnsCache: boolean;
  readonly reuse: boolean;
  readonly mostRedirects: number;
  readonly followRedirects: boolean;
  /** Must appear in nothing that is shown or stored. */
  readonly secrets: readonly string[];
}

const defaultRedirects = 5;
const noOptions: CheckOptions = {};
const noTls: TlsMaterial = {};

// They belong to the target alone even where they are written out, or describe a body that is not sent.
const ownOnly = new Set(['authorization', 'cookie', 'host', 'proxy-authorization', 'origin', 'referer']);
const ofBody = /^content-/;

/** What goes with every request unless the target says otherwise. */
const usual: readonly (readonly [name: string, value: string])[] = [
  ['user-agent', 'Everytick/0.1'],
  ['accept', '*/*'],
  ['accept-encoding', acceptedEncodings],
];

/** What a document means without its secrets. */
interface Compiled {
  readonly ownHeaders: readonly (readonly [name: string, value: SecretText])[];
  readonly foreignHeaders: readonly string[];
  readonly hostHeader: SecretText | undefined;
}

/** The last plan for a URL, where there is no secret in it and nothing of one check alone. */
const plans = new WeakMap<HopUrl, { readonly options: CheckOptions; readonly plan: RequestPlan }>();

const compiled = new WeakMap<CheckOptions, Compiled>();

function compile(options: CheckOptions): Compiled {
  const known = compiled.get(options);
  if (known) return known;
  const given = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const names = new Set(given.map(([name]) => name));
  const ownHeaders = [...usual.filter(([name]) => !names.has(name)), ...given];
  const foreignHeaders = ownHeaders.flatMap(([name, value]) =>
    typeof value === 'string' && !ownOnly.has(name) ? [name, value] : [],
  );
  const hostHeader = ownHeaders.find(([name]) => name === 'host')?.[1];
  const fresh = { ownHeaders, foreignHeaders, hostHeader };
  compiled.set(options, fresh);
  return fresh;
}

/**
 * The plan of one check. `bearer` is a token that was fetched for it, `extra` are headers of this very check.
 * Throws `SecretMissing`, and for a URL that cannot be fetched.
 */
export function planRequests(
  target: Target,
  secretResolver: SecretSource,
  bearer: string | null,
  extra: RequestHeaders | undefined,
): RequestPlan {
  const options = target.options ?? noOptions;
  const url = hopUrlOf(target.url) ?? new HopUrl(new URL(target.url));
  if (bearer !== null || extra !== undefined) return madePlan(url, options, secretResolver, bearer, extra);
  const known = plans.get(url);
  if (known?.options === options) return known.plan;
  let secret = false;
  const plan = madePlan(
    url,
    options,
    {
      resolve(value) {
        secret ||= typeof value !== 'string';
        return secretResolver.resolve(value);
      },
    },
    null,
    undefined,
  );
  if (!secret) plans.set(url, { options, plan });
  return plan;
}

function madePlan(
  url: HopUrl,
  options: CheckOptions,
  secretResolver: SecretSource,
  bearer: string | null,
  extra: RequestHeaders | undefined,
): RequestPlan {
  const { ownHeaders, foreignHeaders, hostHeader } = compile(options);
  const secrets: string[] = [];
  const reveal = (value: SecretText): string => {
    const text = secretResolver.resolve(value);
    if (typeof value !== 'string') secrets.push(text);
    return text;
  };

  const headers: string[] = [];
  for (const [name, value] of ownHeaders) headers.push(name, reveal(value));
  const authorization = authorizationOf(options, url.url, bearer, reveal, secrets);
  if (authorization !== null) headers.push('authorization', authorization);
  if (extra !== undefined) for (const name in extra) headers.push(name, extra[name] as string);

  const method = options.method ?? 'GET';
  const body = options.body === undefined ? null : Buffer.from(reveal(options.body));
  const { tls } = options;
  return {
    url,
    own: { method, headers, body },
    foreign: { method, headers: foreignHeaders, body },
    secretBody: options.body !== undefined && typeof options.body !== 'string',
    host: hostHeader === undefined ? null : reveal(hostHeader),
    serverName: tls?.server_name ?? null,
    tls: tls === undefined ? noTls : tlsMaterialOf(tls, reveal),
    verifyTls: tls?.insecure_skip_verify !== true,
    httpVersion: options.http_version ?? '1.1',
    proxy: options.proxy === undefined ? null : proxyOf(reveal(options.proxy), secrets),
    ipFamily: options.ip_family ?? 'race',
    dnsServer: options.dns?.server,
    dnsCache: options.dns?.cache === true,
    reuse: options.reuse_connection === true,
    followRedirects: options.redirects?.follow !== false,
    mostRedirects: options.redirects?.max ?? defaultRedirects,
    secrets,
  };
}

/**
 * What is sent to where a redirect leads: `planned`, as far as the hops before have left it. `before` is what the last of them was
 * sent. One of them may have turned it into a GET, which a later one does not undo (RFC 9110, 15.4).
 */
export function contentAfter(status: number, before: RequestContent, planned: RequestContent): RequestContent {
  if (turnsIntoGet(status, before.method)) return withoutBody(planned, 'GET');
  return before.method === planned.method && (before.body === null) === (planned.body === null)
    ? planned
    : withoutBody(planned, before.method);
}

function withoutBody({ headers }: RequestContent, method: string): RequestContent {
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const [name, value] = [headers[index] as string, headers[index + 1] as string];
    if (!ofBody.test(name)) kept.push(name, value);
  }
  return { method, headers: kept, body: null };
}

function authorizationOf(
  { auth }: CheckOptions,
  url: URL,
  bearer: string | null,
  reveal: (value: SecretText) => string,
  secrets: string[],
): string | null {
  if (bearer !== null) {
    secrets.push(bearer);
    return `Bearer ${bearer}`;
  }
  if (auth?.bearer !== undefined) {
    const token = reveal(auth.bearer);
    secrets.push(token);
    return `Bearer ${token}`;
  }
  if (auth?.basic !== undefined) {
    const [username, password] = [reveal(auth.basic.username), reveal(auth.basic.password)];
    const encoded = Buffer.from(`${username}:${password}`).toString('base64');
    secrets.push(password, encoded);
    return `Basic ${encoded}`;
  }
  const inUrl = basicAuthorization(url);
  if (inUrl !== null) secrets.push(inUrl.slice('Basic '.length), percentDecoded(url.password));
  return inUrl;
}

function tlsMaterialOf(tls: NonNullable<CheckOptions['tls']>, reveal: (value: SecretText) => string): TlsMaterial {
  return {
    ca: tls.ca === undefined ? undefined : reveal(tls.ca),
    crl: tls.crl === undefined ? undefined : reveal(tls.crl),
    cert: tls.certificate === undefined ? undefined : reveal(tls.certificate.cert),
    key: tls.certificate === undefined ? undefined : reveal(tls.certificate.key),
    minVersion: tls.min_version,
    maxVersion: tls.max_version,
  };
}

function proxyOf(text: string, secrets: string[]): ProxyPlan {
  if (!URL.canParse(text)) throw new OptionsUnusable('the proxy is not a URL');
  const url = new URL(text);
  if (!['http:', 'socks5:', 'socks5h:'].includes(url.protocol)) {
    throw new OptionsUnusable('the URL of a proxy has to begin with http:, socks5: or socks5h:');
  }
  const [username, password] = [percentDecoded(url.username), percentDecoded(url.password)];
  // The library would throw, where nobody can catch it.
  if (url.protocol !== 'http:' && [username, password].some((text) => Buffer.byteLength(text) > longestSocksText)) {
    throw new OptionsUnusable(`user and password of a SOCKS proxy have at most ${longestSocksText} bytes each`);
  }
  if (url.password !== '') {
    secrets.push(password, Buffer.from(`${username}:${password}`).toString('base64'));
  }
  return { url, resolvesNames: url.protocol !== 'socks5:' };
}
