// Random targets, valid ones only, over all that a target can say: for properties that hold for every configuration.

import {
  type TargetDeclaration,
  type TargetRules,
  type TargetSpec,
  type TargetSpecInput,
  targetSpecSchemaWith,
} from '@everytick/core';
import fc from 'fast-check';

/** Patterns and paths are texts like others here: they are never compiled. */
export const anyPatternRules: TargetRules = { compilePattern: () => undefined };

/** Texts that a file, a database or a terminal may take for something else. */
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: in a configuration they would be variables.
const trickyTexts = [
  ...[
    '~',
    'null',
    'true',
    'yes',
    'off',
    'n',
    '=',
    '<<',
    '-',
    '?',
    ':',
    '[]',
    '{}',
    '.',
    '..',
    '.inf',
    '.nan',
    '__proto__',
  ],
  ...[
    '0',
    '012',
    '0o17',
    '0x1f',
    '1_000',
    '1e3',
    '-1',
    '+1',
    '.5',
    '1.',
    '2001-01-01',
    '2001-01-01T00:00:00Z',
    '12:30:45',
  ],
  ...[
    '- a',
    '# a',
    'a #b',
    'a: b',
    'a:',
    ':a',
    '*a',
    '&a',
    '!a',
    '!!int 3',
    '|',
    '>',
    '>-\n a',
    '%TAG',
    '@a',
    '`a`',
    ', a',
  ],
  ...['${HOME}', '$${HOME}', '$$${HOME}', '$', '$$', '${', '${}', '$ {a}', '{{a}}', '^a${1}$', '\\d+\\.\\w{2}'],
  ...[
    'a\nb',
    '\na',
    'a\n\n',
    'a\n\n\n b\n  c',
    ' \na',
    '  a',
    'a\tb',
    'a\r\nb',
    'a\rb',
    '---',
    '---\na',
    '...\n',
    'a\n---\nb',
  ],
  ...[
    '"',
    "'",
    "it's",
    '"a"',
    '\\',
    '\\n',
    '\u0007',
    '\u001b[31m',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u200b',
    '\u00a0',
    'é',
    '監視',
    '😀',
  ],
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above.

const text = fc
  .oneof(
    fc.constantFrom(...trickyTexts),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
    fc.tuple(fc.constantFrom(...trickyTexts), fc.constantFrom(...trickyTexts)).map((both) => both.join('')),
    fc.stringMatching(/^[ -~]{1,150}$/),
  )
  .filter((each) => each.isWellFormed() && !each.includes('\0'));
const line = text.map((each) => each.replaceAll(/\p{Cc}/gu, '.').slice(0, 60)).map((each) => `${each.toWellFormed()}.`);
const latin = text.map((each) => each.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '_'));

const reference = fc.oneof(
  fc.record({ env: fc.stringMatching(/^[A-Za-z_]\w{0,20}$/) }),
  fc.record({ file: fc.oneof(fc.constant('/run/secrets/shop'), line) }),
);
const secretText = fc.oneof(text, reference);
const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
const host = fc.constantFrom(
  'a.example',
  'shop.example:8443',
  'xn--bcher-kva.example',
  '192.0.2.7',
  '[2001:db8::7]:8080',
);
const path = fc.webPath().map((each) => each || '/');
const webUrl = fc.tuple(host, path, fc.option(fc.webQueryParameters())).map(([where, at, query]) => {
  return `https://${where}${at}${query === null ? '' : `?${query}`}`;
});
const url = fc.oneof(
  webUrl,
  webUrl.map((each) => each.replace('https://', 'http://')),
  webUrl.map((each) => each.replace('://', '://me@')),
  webUrl.map((each) => `${each.split('?')[0]}?a=\${b}&c=*#part`),
);

const patternTest = fc.oneof(fc.record({ matches: text }), fc.record({ not_matches: text }));
const jsonValue = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const pem = (label: string) => fc.constant(`-----BEGIN ${label}-----\nMIIB\n+/==\n-----END ${label}-----\n`);
const orReference = (literal: fc.Arbitrary<string>) => fc.oneof(literal, reference);
const list = <Item>(item: fc.Arbitrary<Item>) => fc.array(item, { maxLength: 3 });
const optional = <Fields>(fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> }) =>
  fc.record(fields, { requiredKeys: [] });
const mappingOf = <Value>(key: fc.Arbitrary<string>, value: fc.Arbitrary<Value>) =>
  fc.uniqueArray(fc.tuple(key, value), { maxLength: 3, selector: ([each]) => each.toLowerCase() }).map(fromEntries);

function fromEntries<Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> {
  return Object.fromEntries(entries);
}

const headerTest = fc
  .tuple(
    token,
    fc.oneof(patternTest, fc.record({ equals: text }), fc.constantFrom<object>({ present: true }, { absent: true })),
  )
  .map(([name, test]) => ({ name, ...test }));
const jsonTest = fc
  .tuple(
    fc.oneof(fc.constantFrom('$', "$['a b'].c[?@.d > 1]", '$..e'), text),
    fc.oneof(
      patternTest,
      fc.oneof(fc.record({ equals: jsonValue }), fc.record({ not_equals: jsonValue })),
      fc.oneof(fc.record({ above: number }), fc.record({ at_least: number })),
      fc.oneof(fc.record({ below: number }), fc.record({ at_most: number })),
      fc.record({ exists: fc.boolean() }),
    ),
  )
  .map(([where, test]) => ({ path: where, ...test }));

const expectations = optional({
  status: list(fc.oneof(fc.integer({ min: 100, max: 999 }), fc.constantFrom('2xx', '200-299', '301 - 308', '5XX'))),
  final_url: webUrl,
  body: list(patternTest),
  headers: list(headerTest),
  json: list(jsonTest),
  body_size: optional({ min: fc.nat(1_000), max: fc.integer({ min: 1_000, max: Number.MAX_SAFE_INTEGER }) }),
  degraded_above: fc.constantFrom(0.05, '20ms', '33.5ms'),
  down_above: fc.constantFrom('99ms', '80ms'),
  certificate_days: fc.nat(3_650),
  tls: fc.constantFrom('required', 'forbidden'),
});

const auth = fc.oneof(
  fc.record({
    basic: fc.record({ username: orReference(text.filter((each) => !each.includes(':'))), password: reference }),
  }),
  fc.record({ bearer: reference }),
  fc.record({
    oauth2: fc
      .tuple(
        fc.record({ token_url: webUrl, client_id: secretText, client_secret: reference }),
        optional({
          scopes: list(text),
          parameters: mappingOf(text, text),
          client_authentication: fc.constantFrom('basic', 'body'),
        }),
      )
      .map(([needed, more]) => ({ ...needed, ...more })),
  }),
);

const tls = optional({
  server_name: fc.constantFrom('shop.example', 'Bücher.example'),
  ca: orReference(pem('CERTIFICATE')),
  crl: orReference(pem('X509 CRL')),
  certificate: fc.record({ cert: orReference(pem('CERTIFICATE')), key: reference }),
  insecure_skip_verify: fc.boolean(),
  min_version: fc.constantFrom('1.0', '1.1', 1.2),
  max_version: fc.constantFrom('1.2', '1.3'),
});

const options = optional({
  method: fc.oneof(fc.constantFrom('GET', 'HEAD', 'POST', 'delete'), token),
  headers: mappingOf(token, orReference(latin)),
  body: secretText,
  auth,
  tls,
  http_version: fc.constantFrom('1.1', '2', 'auto'),
  proxy: orReference(fc.constantFrom('http://proxy.example:3128', 'socks5h://me@[2001:db8::1]:1080')),
  ip_family: fc.constantFrom('4', '6', 'prefer_4', 'prefer_6', 'race'),
  dns: optional({ server: fc.constantFrom('192.0.2.1', '[2001:db8::53]:5353', '2001:db8::53'), cache: fc.boolean() }),
  reuse_connection: fc.boolean(),
  redirects: optional({ follow: fc.boolean(), max: fc.nat(20) }),
  traceparent: fc.boolean(),
  expect: expectations,
});

const general = optional({
  every: fc.oneof(fc.integer({ min: 1, max: 86_400 }), fc.constantFrom('1s', '90s', '5m', '1h', '1d')),
  timeout: fc.oneof(
    fc.integer({ min: 100, max: 120_000 }).map((ms) => `${ms}ms`),
    fc.constantFrom('500ms', '10s'),
  ),
  match: text,
  locations: fc.uniqueArray(fc.constantFrom('default', 'frankfurt', 'us-1', '0', '1e3', 'null'), { minLength: 1 }),
  group: line,
  labels: mappingOf(
    fc.oneof(fc.stringMatching(/^[A-Za-z]([A-Za-z0-9._/-]{0,10}[A-Za-z0-9])?$/), fc.constantFrom('env', 'yes', 'null')),
    fc.oneof(line, fc.integer(), fc.boolean()),
  ),
});

const schema = targetSpecSchemaWith(anyPatternRules);

/** As users write it. In about a third something does not go together. */
export const writtenTarget = fc
  .tuple(fc.record({ name: line, url }), general, options)
  .map(([needed, some, more]) => ({ ...needed, ...some, ...more }) as TargetSpecInput);

/** As the database would keep it. */
export const targetSpec: fc.Arbitrary<TargetSpec> = writtenTarget
  .map((written) => schema.safeParse(written))
  .filter(({ success }) => success)
  .map(({ data }) => data as TargetSpec);

/** Declarations of different names. */
export function targetDeclarations(mostTargets: number): fc.Arbitrary<TargetDeclaration[]> {
  const declaration = fc.record({ spec: targetSpec, paused: fc.constantFrom(null, null, true, false) });
  return fc.uniqueArray(declaration, { minLength: 1, maxLength: mostTargets, selector: ({ spec }) => spec.name });
}
