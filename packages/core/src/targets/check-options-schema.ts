// From what users write to the options that are stored with a target (domain/check-options.ts). Two documents that mean
// the same become the same, where that is cheap: defaults and what is empty are left out, durations, methods and status
// codes have one way to be written.

import { z } from 'zod';
import type { CheckOptions } from '../domain/check-options.ts';
import { report } from './field-rules.ts';
import { mapping, withoutEmpty } from './mapping.ts';
import { authOptionsWith } from './options/auth-options.ts';
import { connectionOptionsWith } from './options/connection-options.ts';
import { expectationsWith } from './options/expectations.ts';
import { requestOptionsWith, traceparentOption } from './options/request-options.ts';
import { tlsOptionsWith } from './options/tls-options.ts';
import { optionsProblems } from './options-fit.ts';
import type { TargetRules } from './target-rules.ts';

export const checkOptionNames = [
  'method',
  'headers',
  'body',
  'auth',
  'tls',
  'http_version',
  'proxy',
  'ip_family',
  'dns',
  'reuse_connection',
  'redirects',
  'traceparent',
  'expect',
] as const satisfies readonly (keyof CheckOptions)[];
export type CheckOptionName = (typeof checkOptionNames)[number];

/** Each option by itself. What they have to do with each other is in options-fit.ts. */
export function checkOptionFieldsWith(rules: TargetRules) {
  return {
    ...requestOptionsWith(rules),
    auth: authOptionsWith(rules),
    tls: tlsOptionsWith(rules),
    ...connectionOptionsWith(rules),
    traceparent: traceparentOption(),
    expect: expectationsWith(rules),
  };
}

/** The fields of which none has to be given. */
export function optionalCheckOptionsWith(rules: TargetRules) {
  return z.object(checkOptionFieldsWith(rules)).partial().shape;
}

/** Only the options, out of all that was given for a target. */
export function checkOptionsOf(given: { readonly [Name in CheckOptionName]?: CheckOptions[Name] }): CheckOptions {
  return Object.fromEntries(checkOptionNames.flatMap((name) => (name in given ? [[name, given[name]]] : [])));
}

/** Without what is so anyway. */
export function canonicalCheckOptions(options: CheckOptions): CheckOptions {
  const { method, http_version, ip_family, reuse_connection, traceparent } = options;
  const canonical: CheckOptions = {
    ...options,
    method: method === 'GET' && options.body === undefined ? undefined : method,
    http_version: http_version === '1.1' ? undefined : http_version,
    ip_family: ip_family === 'race' ? undefined : ip_family,
    reuse_connection: reuse_connection || undefined,
    traceparent: traceparent || undefined,
  };
  return withoutEmpty(canonical) ?? {};
}

/**
 * The options alone, as a document. Targets have them flat beside their other fields: see `targetSpecSchemaWith`. What
 * options have to do with URL and timeout of a target is not looked into.
 */
export function checkOptionsSchemaWith(rules: TargetRules) {
  return mapping(optionalCheckOptionsWith(rules), 'a mapping such as {method: HEAD}').transform(
    (given, context): CheckOptions => {
      const options = canonicalCheckOptions(checkOptionsOf(given));
      for (const { path, message, mentions } of optionsProblems(options)) report(context, message, path, mentions);
      return options;
    },
  );
}

/** What users may give as options. */
export type CheckOptionsInput = z.input<ReturnType<typeof checkOptionsSchemaWith>>;
