// Requests as nobody should send them, for tests: paths, queries, headers and bodies that are nearly right, or not at all.

import fc from 'fast-check';

export interface SentRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
}

/** With every kind of option, all of them right. */
export const fullTarget = {
  name: 'shop',
  url: 'https://shop.example/cart?a=b#c',
  every: '30s',
  timeout: '5s',
  match: 'welcome',
  locations: ['default', 'oslo'],
  group: 'storefront',
  labels: { team: 'shop', tier: 1 },
  method: 'POST',
  headers: { 'X-A': 'b', Authorization: { env: 'EVERYTICK_SECRET_A' } },
  body: 'a=b',
  tls: { server_name: 'shop.example', min_version: '1.2' },
  http_version: '2',
  ip_family: 4,
  dns: { server: '192.0.2.1' },
  redirects: { max: 3 },
  traceparent: true,
  expect: {
    status: ['2xx', 409],
    body: [{ matches: 'a' }, { not_matches: '(?i)error' }],
    headers: [{ name: 'x-a', absent: true }],
    json: [{ path: '$.a', equals: 1 }],
    body_size: { min: 20, max: 100_000 },
    degraded_above: '500ms',
    certificate_days: 14,
  },
};

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const oddText = fc.constantFrom(
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    'x\udfff',
    '__proto__',
    'constructor',
    '10s',
    '-1s',
    '1e9',
    '٣',
    '🙂',
    '../..',
    '%00',
  ],
  ...[
    "'; DROP TABLE monitored_targets; --",
    '(a+)+$',
    '$..[?(@.a==1)]',
    'http://[::1',
    'https://a:b@c.example/',
    'a'.repeat(9_000),
  ],
);
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  oddText,
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    -1e308,
    2 ** 31,
    2 ** 53,
    5e-324,
    [],
    {},
    [[]],
    [null],
    [{}],
  ),
  fc.jsonValue({ maxDepth: 4 }),
  fc.constant(JSON.parse(deep(40))),
  fc.array(fc.constant('x'), { minLength: 25, maxLength: 60 }),
);

/** Changes one place of a document, at any depth. */
export const randomMutation: fc.Arbitrary<(document: object) => unknown> = fc
  .tuple(
    fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('set', 'remove', 'rename', 'whole'),
    oddValue,
    oddText,
  )
  .map(([steps, kind, value, key]) => (document: object) => {
    if (kind === 'whole') return value;
    const copy = structuredClone(document) as Record<string, unknown>;
    let place: Record<string, unknown> = copy;
    for (const [depth, step] of steps.entries()) {
      const keys = Object.keys(place);
      const chosen = keys[step % Math.max(1, keys.length)] ?? 'a';
      const inner = place[chosen];
      if (depth < steps.length - 1 && typeof inner === 'object' && inner !== null) {
        place = inner as Record<string, unknown>;
        continue;
      }
      if (kind !== 'set') delete place[chosen];
      if (kind !== 'remove') {
        Object.defineProperty(place, kind === 'set' ? chosen : key, {
          value: kind === 'set' ? value : inner,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      break;
    }
    return copy;
  });

const mutatedTarget = randomMutation.map((mutation) => mutation(fullTarget));
const someTarget = fc.record(
  {
    name: fc.oneof(fc.constantFrom('a', 'b', 'c', '1', '2'), fc.string({ maxLength: 30, unit: 'binary' })),
    url: fc.oneof(fc.webUrl(), fc.constant('https://a.example/')),
    every: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('1s', '30s', '1d', 60) }, oddValue),
    labels: fc.dictionary(fc.constantFrom('team', 'tier', 'a'), fc.oneof(fc.constantFrom('x', 1, true), oddText), {
      maxKeys: 1,
    }),
  },
  { requiredKeys: ['url'] },
);

export const randomBody: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: mutatedTarget.map((target) => JSON.stringify(target) ?? '') },
  { weight: 4, arbitrary: someTarget.map((target) => JSON.stringify(target)) },
  {
    weight: 2,
    arbitrary: fc
      .dictionary(fc.constantFrom(...Object.keys(fullTarget)), oddValue)
      .map((patch) => JSON.stringify(patch)),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        source: fc.oneof(fc.constantFrom(null, 'fuzz'), oddValue),
        prune: fc.oneof(fc.boolean(), oddValue),
        targets: fc.oneof(fc.array(fc.oneof(someTarget, mutatedTarget), { maxLength: 6 }), oddValue),
      })
      .map((set) => JSON.stringify(set)),
  },
  {
    weight: 1,
    arbitrary: fc
      .record(
        { spec: fc.oneof(mutatedTarget, oddValue), target_id: oddValue, location: oddValue },
        { requiredKeys: [] },
      )
      .map((check) => JSON.stringify(check)),
  },
  fc.json({ maxDepth: 5 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    '{',
    '[',
    '"',
    'nul',
    '{"a":1}{"b":2}',
    '\uFEFF{}',
    deep(63),
    deep(65),
    deep(5_000),
    '['.repeat(100_000),
  ),
  fc.constantFrom(
    '{"__proto__":{"url":"x"}}',
    '{"constructor":{"prototype":{}}}',
    '{"url":1e999}',
    '{"url":"a","url":"b"}',
  ),
);

const id = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }).map(String) },
  fc.constantFrom(
    '0',
    '-1',
    '2147483647',
    '2147483648',
    '9'.repeat(30),
    '1.0',
    '01',
    'a',
    '%00',
    '%ff',
    '%F0%9F',
    '..',
    '+1',
    '1%2F2',
  ),
  fc.string({ maxLength: 10 }).map(encodeURIComponent),
);
const plainPath = fc.oneof(
  { weight: 6, arbitrary: fc.constant('/targets') },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      '/targets',
      '/results',
      '/overview',
      '/locations',
      '/workers',
      '/check',
      '/plan',
      '/apply',
      '/openapi.json',
    ),
  },
  { weight: 6, arbitrary: id.map((one) => `/targets/${one}`) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(id, fc.constantFrom('pause', 'resume', 'restore', 'results', 'summary', 'x'))
      .map(([one, verb]) => `/targets/${one}/${verb}`),
  },
  fc.webPath(),
  fc.constantFrom('', '/', '//', '/targets/', '/%zz', '/a'.repeat(500)),
);
const parameter = fc.constantFrom(
  ...[
    'limit',
    'cursor',
    'name',
    'search',
    'group',
    'label',
    'location',
    'source',
    'state',
    'deleted',
    'from',
    'to',
    'outcome',
    'target',
    '__proto__',
    'x',
  ],
);
const parameterValue = fc.oneof(
  fc.constantFrom('1', '5', '200', '0', 'up', 'down', 'new', 'team:shop', 'default', 'true', 'false', ''),
  fc.constantFrom(
    '2026-03-01T00:00:00Z',
    '2026-03-01',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '2026-02-30T00:00:00Z',
  ),
  fc.constantFrom('WyJ0YXJnZXRzIiwiYSIsMV0', 'WyJ0YXJnZXRzIiwiXHUwMDAwIiwxXQ', 'WyJyZXN1bHRzIiwiMSIsMSwxXQ', '%', '_'),
  oddText.map((text) => text.toWellFormed().slice(0, 400)),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.toWellFormed()),
);
const query = fc.oneof(
  fc.constant(''),
  fc
    .array(fc.tuple(parameter, parameterValue), { maxLength: 4 })
    .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`),
  fc.webQueryParameters().map((text) => `?${text}`),
  fc.constantFrom('?%zz=%zz', '?limit=%00', '?a[b]=c', '?&&=', `?${'a=b&'.repeat(1_000)}`),
);
const etag = fc.oneof(
  fc.tuple(fc.nat(12), fc.nat(2_000)).map(([one, version]) => `"${one}-${version}.abc"`),
  fc.constantFrom('*', '"', '""', 'W/"1-1"', '"1-99999999999999999999"', '1-1', '"a", "b"', ','),
);
const headers = fc.record(
  {
    'content-type': fc.oneof(
      { weight: 12, arbitrary: fc.constant('application/json') },
      fc.constantFrom(
        'application/merge-patch+json',
        'application/json; charset=utf-16',
        'text/plain',
        'multipart/form-data',
        'a/b',
        ';',
        '',
      ),
    ),
    'if-match': etag,
    'if-none-match': etag,
    authorization: fc.constantFrom('Bearer x', `Bearer ett_${'a'.repeat(43)}`, 'Basic YTpi', '', 'Bearer'),
    origin: fc.constantFrom('https://evil.example', 'null'),
    accept: fc.constantFrom('*/*', 'text/html', 'x'),
  },
  { requiredKeys: ['content-type'] },
);
/** Most of them with nothing but a type, so that they get past the door. */
const fewHeaders = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ 'content-type': 'application/json' }) },
  { weight: 2, arbitrary: fc.tuple(etag).map(([tag]) => ({ 'content-type': 'application/json', 'if-match': tag })) },
  { weight: 2, arbitrary: headers },
);

export const randomRequest: fc.Arbitrary<SentRequest> = fc
  .tuple(
    fc.constantFrom('GET', 'GET', 'POST', 'POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
    plainPath,
    query,
    fewHeaders,
    fc.oneof(
      { weight: 6, arbitrary: randomBody },
      fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    ),
    fc.boolean(),
  )
  .map(([method, path, search, given, body, plain]): SentRequest => {
    const withBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
    return {
      method: method as SentRequest['method'],
      path: `${path}${plain && withBody ? '' : search}`,
      headers: { host: 'localhost', ...given },
      body: withBody && !/\/(pause|resume|restore)$/.test(path) ? body : undefined,
    };
  });
