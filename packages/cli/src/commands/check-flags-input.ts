// From flags to what the rules for targets take in.

import { readFileSync } from 'node:fs';
import { type CheckOptionsInput, EverytickError, type SecretReference, type SecretText } from '@everytick/core';
import type { CheckFlags } from './check-flags.ts';
import { jsonExpectationOf } from './json-path-flag.ts';

/** Only what was given. Reads the files that are to be read now. Throws `usage` for what cannot be taken apart. */
export function checkOptionsInputOf(flags: CheckFlags): CheckOptionsInput {
  const input = {
    method: flags.method,
    headers: flags.header && headersOf(flags.header),
    body: flags.data === undefined ? undefined : bodyOf(flags.data),
    auth: present({
      basic: flags.user === undefined ? undefined : basicOf(flags.user),
      bearer: textOrReference(flags.bearer),
      oauth2: present({
        token_url: flags.oauth2TokenUrl,
        client_id: textOrReference(flags.oauth2ClientId),
        client_secret: textOrReference(flags.oauth2ClientSecret),
        scopes: flags.oauth2Scope,
      }),
    }),
    tls: present({
      ca: fileOrReference('--cacert', flags.cacert),
      crl: fileOrReference('--crl', flags.crl),
      certificate: present({
        cert: fileOrReference('--cert', flags.cert),
        key: fileOrReference('--key', flags.key),
      }),
      insecure_skip_verify: flags.insecure,
      server_name: flags.serverName,
      min_version: flags.tlsMin,
      max_version: flags.tlsMax,
    }),
    http_version: flags.httpVersion,
    proxy: textOrReference(flags.proxy),
    ip_family: flags.ipFamily,
    dns: present({ server: flags.dnsServer, cache: flags.dnsCache }),
    reuse_connection: flags.reuseConnection,
    redirects: present({
      follow: flags.follow === false ? false : undefined,
      max: numberOrText(flags.maxRedirects),
    }),
    traceparent: flags.traceparent,
    expect: present({
      status: flags.status?.flatMap((codes) => codes.split(',')),
      final_url: flags.finalUrl,
      body: joined(flags.bodyMatches?.map(matches), flags.bodyNotMatches?.map(notMatches)),
      headers: joined(
        flags.headerMatches?.map((line) => headerTest('--header-matches', line, matches)),
        flags.headerNotMatches?.map((line) => headerTest('--header-not-matches', line, notMatches)),
      ),
      json: flags.jsonPath?.map(jsonExpectationOf),
      body_size: present({ min: numberOrText(flags.minBody), max: numberOrText(flags.maxBody) }),
      degraded_above: flags.degradedAbove,
      down_above: flags.downAbove,
      certificate_days: numberOrText(flags.certificateDays),
      tls: flags.requireTls && 'required',
    }),
  };
  // Some of it may be of the wrong type still: what was written is for the rules to judge.
  return (present(input) ?? {}) as CheckOptionsInput;
}

/** Without what was not given; undefined if nothing was. */
function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function joined<Item>(...lists: readonly (readonly Item[] | undefined)[]): Item[] | undefined {
  return lists.every((list) => list === undefined) ? undefined : lists.flatMap((list) => list ?? []);
}

const matches = (pattern: string): Record<string, string> => ({ matches: pattern });
const notMatches = (pattern: string): Record<string, string> => ({ not_matches: pattern });

function textOrReference(given: string | undefined): SecretText | undefined {
  return given === undefined ? undefined : (referenceOf(given) ?? given);
}

function referenceOf(given: string): SecretReference | null {
  const [, kind, where = ''] = /^(env|file):(.+)$/s.exec(given) ?? [];
  if (kind === undefined) return null;
  return kind === 'env' ? { env: where } : { file: where };
}

/** What a file of this machine has in it now, unless workers are to look for it. */
function fileOrReference(flag: string, given: string | undefined): SecretText | undefined {
  return given === undefined ? undefined : (referenceOf(given) ?? contentOf(flag, given));
}

function bodyOf(given: string): string {
  return given.startsWith('@') ? contentOf('--data', given.slice(1)) : given;
}

function contentOf(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new EverytickError('usage', `${flag} '${path}' cannot be read: ${why}`, { cause: error });
  }
}

function headersOf(lines: readonly string[]): Record<string, SecretText> {
  const headers = new Map<string, SecretText>();
  for (const line of lines) {
    const [name, value] = nameAndRest('--header', line, "'Name: value'");
    if (value === '') throw new EverytickError('usage', `--header '${name}:' has no value`);
    if (headers.has(name)) throw new EverytickError('usage', `--header: '${name}' is given more than once`);
    headers.set(name, textOrReference(value) ?? value);
  }
  return Object.fromEntries(headers);
}

function headerTest(flag: string, line: string, test: (pattern: string) => Record<string, string>) {
  const [name, pattern] = nameAndRest(flag, line, "'Name: regex'");
  return { name, ...test(pattern) };
}

/** The message leaves out what may be a secret. */
function nameAndRest(flag: string, line: string, shape: string): [string, string] {
  const colon = line.indexOf(':');
  if (colon < 1) throw new EverytickError('usage', `${flag} has to be ${shape}, with a colon`);
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

function basicOf(given: string) {
  const colon = given.indexOf(':');
  if (colon < 1) {
    throw new EverytickError(
      'usage',
      '--user has to be a name and where its password is: NAME:env:EVERYTICK_SECRET_...',
    );
  }
  const password = given.slice(colon + 1);
  return { username: given.slice(0, colon), password: textOrReference(password) };
}

function numberOrText(given: string | undefined): number | string | undefined {
  return given !== undefined && /^-?\d+$/.test(given.trim()) ? Number(given) : given;
}
