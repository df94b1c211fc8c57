// What is sent: method, headers, body.

import { z } from 'zod';
import type { SecretText } from '../../domain/check-options.ts';
import { described, type JsonSchema, writtenAs } from '../described.ts';
import { reject, reportKey, shown, truth, wrongType, wrongTypeSentence } from '../field-rules.ts';
import type { TargetRules } from '../target-rules.ts';
import { form, inAnyCase } from '../written-forms.ts';
import { secretText, secretTextOf } from './secret-text.ts';

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, or another one that the server knows';
/** CONNECT is for proxies, and browsers and proxies refuse TRACE, which gives credentials back to whoever asks. */
const refusedMethods = new Set(['CONNECT', 'TRACE']);

/** A token of RFC 9110, 5.6.2: names of headers and methods. */
export const tokenPattern = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

const headersExample = 'a mapping of names to values such as {accept: text/html}';
const longestHeaders = 32_768;
const longestBody = 65_536;

/** They belong to the connection, or follow from the body: given by hand they break the exchange. */
const reservedHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const secretHeaders = new Set(['authorization', 'cookie', 'proxy-authorization']);

export function requestOptionsWith(rules: TargetRules) {
  return {
    method: described(writtenAs(z.string(wrongType(`one of ${methods}`)).transform(methodOf), writtenMethod), {
      description: 'The method of the request.',
      allowed: `${methods}; not CONNECT, not TRACE`,
      default: 'GET',
      examples: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    }),
    headers: described(writtenAs(headers(rules), writtenHeaders(rules)), {
      description: 'Headers of the request.',
      allowed:
        'names and values: text or reference, 32 KiB in all. Authorization, Proxy-Authorization and Cookie: reference. ' +
        'Not those that belong to the connection or follow from the body (Connection, Content-Length, ' +
        'Transfer-Encoding, ...)',
      otherwise: 'none',
      examples: [{ 'User-Agent': 'everytick', 'X-Api-Key': { env: 'EVERYTICK_SECRET_ORDERS' } }],
    }),
    body: described(secretText(rules, { what: 'a text', longest: longestBody }), {
      description: 'What is sent as the body of the request; needs a `method` other than HEAD.',
      allowed: 'text or reference, at most 64 KiB',
      otherwise: 'none',
      examples: ['{"dry_run": true}'],
    }),
  };
}

/** By itself, so that it comes after what it is about. */
export function traceparentOption() {
  return described(truth(), {
    description:
      "Sends the header traceparent (W3C Trace Context) of the check's span to the target's own origin, where the worker exports traces.",
    default: false,
  });
}

function headers(rules: TargetRules) {
  return z
    .custom<Record<string, SecretText>>(() => true)
    .transform((given, context) => headersOf(given, rules, context));
}

const anyOfThem = (words: Iterable<string>) => [...words].map(inAnyCase).join('|');

const writtenMethod: JsonSchema = {
  type: 'string',
  pattern: `^\\s*(?!(${anyOfThem(refusedMethods)})\\s*$)[!#$%&'*+.^_\`|~0-9A-Za-z-]{1,32}\\s*$`,
};

function writtenHeaders(rules: TargetRules): JsonSchema {
  const secret = form(rules.literalSecrets === 'allowed' ? 'SecretText' : 'SecretReference');
  return {
    type: 'object',
    propertyNames: { pattern: `^(?!(${anyOfThem(reservedHeaders)})$)[!#$%&'*+.^_\`|~0-9A-Za-z-]+$` },
    patternProperties: { [`^(${anyOfThem(secretHeaders)})$`]: secret },
    additionalProperties: form('SecretText'),
  };
}

function methodOf(given: string, context: z.RefinementCtx): string {
  const method = given.trim().toUpperCase();
  if (refusedMethods.has(method)) return reject(context, `'${shown(given)}' is not allowed; allowed are ${methods}`);
  if (!tokenPattern.test(method) || method.length > 32) {
    return reject(context, `'${shown(given)}' is no HTTP method; allowed are ${methods}`);
  }
  return method;
}

function headersOf(given: unknown, rules: TargetRules, context: z.RefinementCtx): Record<string, SecretText> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return reject(context, wrongTypeSentence(given, headersExample));
  }
  const headers: [string, SecretText][] = [];
  const spellings = new Map<string, string>();
  let size = 0;
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    const problem = headerNameProblem(name) ?? repeatedHeader(name, spellings.get(lower));
    if (problem !== null) {
      reportKey(context, problem, name);
      continue;
    }
    spellings.set(lower, name);
    const checked = secretTextOf(
      value,
      rules,
      {
        what: 'a text (in quotes, if it looks like something else)',
        secret: secretHeaders.has(lower),
        canonical: (literal) => literal.replace(/^[ \t]+|[ \t]+$/g, ''),
        problem: headerValueProblem,
      },
      (message) => reject(context, message, [name]),
    );
    headers.push([name, checked]);
    size += name.length + (typeof checked === 'string' ? checked.length : 0) + 4;
  }
  if (size > longestHeaders) return reject(context, `have ${size} bytes in all; allowed are ${longestHeaders}`);
  return Object.fromEntries(headers);
}

/** What is wrong with the name of a header to send, or null. */
function headerNameProblem(name: string): string | null {
  if (!tokenPattern.test(name)) {
    return `'${shown(name)}' is no name of a header; allowed are letters, digits and !#$%&'*+-.^_\`|~`;
  }
  if (reservedHeaders.has(name.toLowerCase())) {
    return `'${name}' cannot be set: it belongs to the connection or follows from the body, and is sent where it is needed`;
  }
  return null;
}

function repeatedHeader(name: string, before: string | undefined): string | null {
  return before === undefined
    ? null
    : `'${name}' is given already, as '${before}'; header names differ by more than case`;
}

function headerValueProblem(value: string): string | null {
  // RFC 9110, 5.5: visible characters, spaces and tabs; and bytes above as latin1.
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
    ? null
    : 'contains a line break, another control character, or a letter beyond latin1; a header value cannot';
}

/** Of two headers that differ by case only, at most one is there. */
export function headerNamed(headers: Readonly<Record<string, SecretText>> | undefined, name: string): string | null {
  return Object.keys(headers ?? {}).find((each) => each.toLowerCase() === name) ?? null;
}
