import { describe, expect, test } from '@jest/globals';
import type { CheckOptions } from '../domain/check-options.ts';
import { type CheckOptionsInput, checkOptionsSchemaWith } from './check-options-schema.ts';
import { targetProblems } from './target-problems.ts';
import type { TargetRules } from './target-rules.ts';

const rules: TargetRules = {
  compilePattern: (pattern) => new RegExp(pattern),
  compileJsonPath: (path) => {
    if (!path.startsWith('$')) throw new SyntaxError(`'${path}' does not begin with $`);
  },
};

function optionsOf(given: object, changes: Partial<TargetRules> = {}): CheckOptions {
  return checkOptionsSchemaWith({ ...rules, ...changes }).parse(given as CheckOptionsInput);
}

function problemsOf(given: object, changes: Partial<TargetRules> = {}): string[] {
  const { error } = checkOptionsSchemaWith({ ...rules, ...changes }).safeParse(given as CheckOptionsInput);
  return error === undefined ? [] : targetProblems(error).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const secret = { env: 'EVERYTICK_SECRET_SHOP' };
const pem = (label: string) => `-----BEGIN ${label}-----\nMIIB\n-----END ${label}-----\n`;

const everything = {
  method: 'POST',
  headers: { Accept: 'text/html', Host: 'shop.example', Authorization2: secret },
  body: '{"a": 1}',
  auth: {
    oauth2: {
      token_url: 'https://login.example/token',
      client_id: 'me',
      client_secret: { file: '/run/secrets/shop' },
      scopes: ['read'],
      parameters: { audience: 'https://api.example/' },
      client_authentication: 'body',
    },
  },
  tls: {
    server_name: 'shop.example',
    ca: pem('CERTIFICATE'),
    crl: { file: '/crl.pem' },
    certificate: { cert: pem('CERTIFICATE'), key: secret },
    min_version: '1.3',
  },
  http_version: 'auto',
  proxy: 'socks5h://127.0.0.1:1080',
  ip_family: 'prefer_6',
  dns: { server: '1.1.1.1:5353', cache: true },
  reuse_connection: true,
  redirects: { max: 3 },
  traceparent: true,
  expect: {
    status: ['2xx', '301-302', '404'],
    final_url: 'https://www.shop.example/',
    body: [{ matches: 'a' }, { not_matches: 'b' }],
    headers: [
      { name: 'content-type', matches: 'json' },
      { name: 'server', absent: true },
      { name: 'etag', present: true },
      { name: 'x', equals: '' },
    ],
    json: [
      { path: '$.a', equals: null },
      { path: '$.b', above: 1 },
      { path: '$.c', exists: false },
      { path: '$.d', not_equals: 'x' },
    ],
    body_size: { min: 1, max: 2 },
    degraded_above: '500ms',
    down_above: '2s',
    certificate_days: 14,
    tls: 'required',
  },
} as const;

describe('the options of a check', () => {
  test('are stored as they are, where there is nothing to leave out', () => {
    expect(optionsOf(everything)).toEqual(everything);
    expect(optionsOf(optionsOf(everything))).toEqual(everything);
  });

  test.each<[object, object]>([
    [{}, {}],
    [{ headers: {}, expect: { body: [], body_size: {} }, tls: {}, dns: {}, redirects: {} }, {}],
    [{ method: 'get', http_version: 1.1, ip_family: 'race', reuse_connection: false, dns: { cache: false } }, {}],
    [{ redirects: { follow: true, max: 5 }, tls: { insecure_skip_verify: false }, expect: { status: '200-299' } }, {}],
    [{ method: ' post ' }, { method: 'POST' }],
    [
      { method: 'get', body: 'x' },
      { method: 'GET', body: 'x' },
    ],
    [{ http_version: 2 }, { http_version: '2' }],
    [{ http_version: 'HTTP/2' }, { http_version: '2' }],
    [{ ip_family: 4 }, { ip_family: '4' }],
    [{ ip_family: 'IPv6' }, { ip_family: '6' }],
    [{ tls: { min_version: 1 } }, { tls: { min_version: '1.0' } }],
    [{ tls: { server_name: 'Bücher.Example' } }, { tls: { server_name: 'xn--bcher-kva.example' } }],
    [{ expect: { status: 404 } }, { expect: { status: ['404'] } }],
    [
      { expect: { status: [404, '3XX', '200-299', '404', '201 - 204'] } },
      { expect: { status: ['2xx', '201-204', '3xx', '404'] } },
    ],
    [{ expect: { degraded_above: 2, down_above: '90000ms' } }, { expect: { degraded_above: '2s', down_above: '90s' } }],
    [{ expect: { final_url: 'HTTPS://A.example#top' } }, { expect: { final_url: 'https://a.example/' } }],
    [{ redirects: { follow: false, max: 3 } }, { redirects: { follow: false } }],
    [{ proxy: 'HTTP://Proxy.example:3128/' }, { proxy: 'http://proxy.example:3128' }],
    [{ proxy: secret }, { proxy: secret }],
    [{ dns: { server: '1.1.1.1:53' } }, { dns: { server: '1.1.1.1' } }],
    [{ dns: { server: '[2606:4700:0::1111]' } }, { dns: { server: '2606:4700::1111' } }],
    [{ dns: { server: '[::1]:5353' } }, { dns: { server: '[::1]:5353' } }],
    [{ headers: { Accept: ' a\t' } }, { headers: { Accept: 'a' } }],
    [
      { tls: { insecure_skip_verify: true }, expect: { certificate_days: 0 } },
      { tls: { insecure_skip_verify: true }, expect: { certificate_days: 0 } },
    ],
  ])('%j become %j', (given, stored) => {
    expect(optionsOf(given)).toEqual(stored);
    expect(Object.keys(optionsOf(given)).sort()).toEqual(Object.keys(stored).sort());
    expect(optionsOf(stored)).toEqual(stored);
  });

  test.each<[object, string]>([
    [{ metod: 'GET' }, "metod: unknown field 'metod'; did you mean 'method'? allowed are method, headers, body,"],
    [{ expect: { staus: 200 } }, "expect.staus: unknown field 'staus'; did you mean 'status'? allowed are status,"],
    [{ expect: { json: [{ path: '$', gt: 1 }] } }, "expect.json.0.gt: unknown field 'gt'; did you mean 'above'?"],
    [{ tls: { 'insecure-skip-verify': true } }, "did you mean 'insecure_skip_verify'?"],
    [
      { auth: { basic: { user: 'x', password: secret } } },
      "auth.basic.user: unknown field 'user'; did you mean 'username'?",
    ],
    [{ method: 'CONNECT' }, "method: 'CONNECT' is not allowed; allowed are GET, HEAD,"],
    [{ method: 'GET it' }, "method: 'GET it' is no HTTP method"],
    [{ headers: ['a'] }, 'headers: is a list; it has to be a mapping'],
    [{ headers: { 'a b': 'c' } }, "headers.a b: 'a b' is no name of a header"],
    [{ headers: { 'Content-Length': '3' } }, "headers.Content-Length: 'Content-Length' cannot be set"],
    [{ headers: { accept: 'a', Accept: 'b' } }, "headers.Accept: 'Accept' is given already, as 'accept'"],
    [{ headers: { a: 'b\r\nc: d' } }, 'headers.a: contains a line break'],
    [{ headers: { a: '€' } }, 'a letter beyond latin1'],
    [{ headers: { a: 1 } }, 'headers.a: is the number 1; it has to be a text (in quotes'],
    [{ headers: { a: { evn: 'X' } } }, "headers.a: unknown field 'evn'; did you mean 'env'?"],
    [{ headers: { a: { env: 'X', file: 'y' } } }, 'headers.a: has env and file; a reference is exactly one of'],
    [{ headers: { a: { env: 'a b' } } }, 'headers.a: env has to be the name of an environment variable'],
    [
      { headers: Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`x${n}`, 'y'.repeat(4_000)])) },
      'headers: have 36054 bytes',
    ],
    [{ body: 'x' }, 'body: is sent only with a method that is given; did you mean method POST?'],
    [{ body: 'x', method: 'HEAD' }, 'body: cannot be sent with HEAD'],
    [{ body: 'x'.repeat(65_537), method: 'POST' }, 'body: has 65537 characters; allowed are 65536'],
    [{ body: 'a\0b', method: 'POST' }, 'body: contains NUL'],
    [{ auth: { basic: { username: 'a:b', password: secret } } }, 'auth.basic.username: has a colon in it'],
    [{ auth: {} }, 'auth: has none of them; exactly one is allowed of basic, bearer, oauth2'],
    [
      { auth: { bearer: secret, basic: { username: 'x', password: secret } } },
      'auth: has basic and bearer; exactly one',
    ],
    [
      { auth: { basic: { username: 'x' } } },
      'auth.basic.password: is missing; it has to be a reference: {env: EVERYTICK_SECRET_...}',
    ],
    [
      { auth: { bearer: secret }, headers: { authorization: secret } },
      'auth: cannot be given beside the header authorization',
    ],
    [
      { traceparent: true, headers: { TraceParent: 'x' } },
      'traceparent: cannot be given beside the header TraceParent',
    ],
    [
      { auth: { oauth2: { token_url: 'https://a:b@c', client_id: 'x', client_secret: secret } } },
      'auth.oauth2.token_url: ',
    ],
    [{ auth: { oauth2: { token_url: 'x', client_id: 'x', client_secret: secret } } }, "'x' is no http or https URL"],
    [
      { auth: { oauth2: { ...everything.auth.oauth2, parameters: { scope: 'x' } } } },
      "auth.oauth2.parameters.scope: 'scope' cannot",
    ],
    [
      { tls: { ca: 'MIIB' } },
      'tls.ca: is neither certificates in PEM (with -----BEGIN CERTIFICATE-----) nor a reference',
    ],
    [{ tls: { insecure_skip_verify: true, ca: secret } }, 'tls.insecure_skip_verify: skips all verifying'],
    [
      { tls: { insecure_skip_verify: 'yes' } },
      'tls.insecure_skip_verify: is the string yes; it has to be true or false',
    ],
    [{ tls: { server_name: 'a.example:443' } }, "tls.server_name: 'a.example:443' is no host name"],
    [{ tls: { min_version: 1.3, max_version: 1.2 } }, "tls.max_version: '1.2' is below min_version, 1.3"],
    [{ tls: { min_version: '1.4' } }, "tls.min_version: '1.4' is unknown; allowed are 1.0, 1.1, 1.2, 1.3"],
    [{ http_version: 3 }, "http_version: '3' is unknown; allowed are 1.1, 2, auto"],
    [
      { proxy: 'https://a' },
      'proxy: is no URL of a proxy that can be used (https:); it has to be a URL such as http://',
    ],
    [{ proxy: 'a:1080' }, 'proxy: is no URL'],
    [{ proxy: 'http://a/b' }, 'proxy: has something behind the host'],
    [{ proxy: `socks5://${'u'.repeat(256)}@a` }, 'proxy: has a user or a password of more than 255 bytes'],
    [{ ip_family: 5 }, "ip_family: '5' is unknown; allowed are 4, 6, prefer_4, prefer_6, race"],
    [{ dns: { server: 'dns.example' } }, "dns.server: 'dns.example' is no address of a DNS server"],
    [{ dns: { server: '1.1.1.1:70000' } }, 'dns.server: '],
    [
      { redirects: { max: 21 } },
      'redirects.max: 21 is not allowed; it has to be a whole number of redirects from 0 to 20',
    ],
    [{ expect: { status: [200, '20'] } }, "expect.status.1: '20' is no status; it has to be a code (200)"],
    [{ expect: { status: '299-200' } }, "expect.status: '299-200' ends before it begins; did you mean '200-299'?"],
    [{ expect: { status: true } }, 'expect.status: is the boolean true'],
    [{ expect: { body: [{ matches: '(' }] } }, 'expect.body.0.matches: Invalid regular expression'],
    [{ expect: { body: [{}] } }, 'expect.body.0: has none of them; exactly one is allowed of matches, not_matches'],
    [{ expect: { body: 'x' } }, 'expect.body: is the string x; it has to be a list such as'],
    [{ expect: { body: Array(21).fill({ matches: 'x' }) } }, 'expect.body: has 21 entries; allowed are 20'],
    [{ expect: { headers: [{ name: 'a:', present: true }] } }, "expect.headers.0.name: 'a:' is no name of a header"],
    [{ expect: { headers: [{ name: 'a', present: false }] } }, 'has to be true (the opposite is absent: true)'],
    [{ expect: { json: [{ path: 'a', exists: true }] } }, "expect.json.0.path: 'a' does not begin with $"],
    [{ expect: { json: [{ path: '$', above: '1' }] } }, 'expect.json.0.above: is the string 1; it has to be a number'],
    [
      { expect: { json: [{ path: '$', equals: {} }] } },
      'expect.json.0.equals: is a mapping; it has to be a text, a number',
    ],
    [{ expect: { body_size: { min: 2, max: 1 } } }, 'expect.body_size.min: 2 is more than max, which is 1'],
    [
      { expect: { degraded_above: '2s', down_above: '1s' } },
      'expect.degraded_above: 2s has to be less than down_above, which is 1s',
    ],
    [{ expect: { down_above: 0 } }, "expect.down_above: '0' is too short"],
    [{ expect: { down_above: 'soon' } }, "expect.down_above: 'soon' is no duration"],
    [{ expect: { final_url: '/home' } }, "expect.final_url: '/home' is no http or https URL"],
    [{ expect: { certificate_days: 3651 } }, 'expect.certificate_days: 3651 is not allowed'],
    [{ expect: { tls: 'yes' } }, "expect.tls: 'yes' is unknown; allowed are required, forbidden"],
    [
      { method: 'HEAD', expect: { body: [{ matches: 'x' }] } },
      'expect.body: can never be met: a response to HEAD has no body',
    ],
  ])('refuse %j', (given, problem) => {
    expect(problemsOf(given).join('\n')).toContain(problem);
  });

  test('tell all problems at once', () => {
    expect(
      problemsOf({ method: 3, expect: { status: 'x', statsu: 1, body: [{ matches: '(' }] }, proxy: '' }),
    ).toHaveLength(5);
  });

  test('in all have a size that the database can carry to every worker', () => {
    const long = (count: number, value: string) =>
      Array.from({ length: count }, () => ({ matches: value.repeat(4_096) }));
    const given = { method: 'POST', body: 'x'.repeat(65_536), expect: { body: long(17, 'x') } };
    expect(problemsOf(given)).toEqual([
      expect.stringMatching(/^: the options of a target have \d+ bytes in all; allowed/),
    ]);
  });
});

describe('secrets', () => {
  const literal = 'hunter2';
  const places: [string, object][] = [
    ['auth.basic.password', { auth: { basic: { username: 'me', password: literal } } }],
    ['auth.bearer', { auth: { bearer: literal } }],
    ['auth.oauth2.client_secret', { auth: { oauth2: { ...everything.auth.oauth2, client_secret: literal } } }],
    ['headers.authorization', { headers: { authorization: `Bearer ${literal}` } }],
    ['headers.Cookie', { headers: { Cookie: `session=${literal}` } }],
    ['headers.Proxy-Authorization', { headers: { 'Proxy-Authorization': literal } }],
    ['proxy', { proxy: `http://me:${literal}@proxy.example` }],
    ['tls.certificate.key', { tls: { certificate: { cert: secret, key: `${pem('PRIVATE KEY')}${literal}` } } }],
  ];

  test.each(places)('have to be references in %s, and are not repeated', (path, given) => {
    const [problem = '', ...others] = problemsOf(given);
    expect(problem).toMatch(new RegExp(`^${path}: .*\\{env: .*\\} or \\{file: .*\\}`));
    expect(others).toEqual([]);
    expect(problem).not.toContain(literal);
  });

  test.each(places)('may stand in %s where nothing is stored', (_, given) => {
    expect(problemsOf(given, { literalSecrets: 'allowed' })).toEqual([]);
    expect(JSON.stringify(optionsOf(given, { literalSecrets: 'allowed' }))).toContain(literal);
  });

  test.each([{ auth: { basic: { username: 'me', password: 123456 } } }, { auth: { bearer: 123456 } }])(
    'of the wrong type are not repeated either: %j',
    (given) => {
      for (const literalSecrets of ['refused', 'allowed'] as const) {
        expect(problemsOf(given, { literalSecrets }).join()).toMatch(/^auth\..*: is a /);
        expect(problemsOf(given, { literalSecrets }).join()).not.toContain('123456');
      }
    },
  );
});
