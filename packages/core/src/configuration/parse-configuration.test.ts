import { describe, expect, test } from '@jest/globals';
import type { TargetSpec } from '../targets/target-spec.ts';
import { parseConfiguration } from './parse-configuration.ts';

const fields =
  'name, url, every, timeout, match, locations, group, labels, method, headers, body, auth, tls, http_version, proxy, ip_family, dns, ' +
  'reuse_connection, redirects, traceparent, expect, paused, template, with, for_each';

const rules = { compilePattern: (pattern: string) => new RegExp(pattern) };

function specsOf(text: string): TargetSpec[] {
  return parseConfiguration([{ path: 'sites.yaml', text }], rules, {}).declarations.map(({ spec }) => spec);
}

const belowComment = 'readers of YAML do not agree about a value below a comment that is indented less';

function problemsOf(text: string): string[] {
  try {
    specsOf(text);
  } catch (error) {
    expect(error).toMatchObject({ name: 'EverytickError', code: 'targets_file_invalid' });
    return (error as Error).message.split('\n');
  }
  return [];
}

describe('a targets file', () => {
  test('becomes target specs', () => {
    const text = `
targets:
  - name: shop
    url: https://shop.example/
    every: 10s
    timeout: 5s
    match: 'Add to cart'
  - url: https://blog.example/feed
    every: 30
    locations: [default, &home oslo]
  - url: https://c.example
    locations: [*home]
`;
    expect(specsOf(text)).toEqual([
      {
        name: 'shop',
        url: 'https://shop.example/',
        intervalS: 10,
        timeoutMs: 5_000,
        matchPattern: 'Add to cart',
        locations: ['default'],
        group: null,
        labels: {},
        options: {},
      },
      {
        name: 'blog.example/feed',
        url: 'https://blog.example/feed',
        intervalS: 30,
        timeoutMs: 10_000,
        matchPattern: null,
        locations: ['default', 'oslo'],
        group: null,
        labels: {},
        options: {},
      },
      expect.objectContaining({ name: 'c.example', locations: ['oslo'] }),
    ]);
  });

  test('may use anchors', () => {
    const text = 'targets:\n  - url: http://a.example\n    every: &e 5s\n  - url: http://b.example\n    every: *e\n';
    expect(specsOf(text).map((spec) => spec.intervalS)).toEqual([5, 5]);
  });

  test('tells every problem at once, each with line and column', () => {
    const text = `targets:
  - name: shop
    ulr: https://shop.example/
    every: 0s
  - url: ftp://files.example/
    interval: 10s
  - name: shop
    url: https://a.example
    timeout: 3m
  - just a text
  - name: [1]
    url: https://b.example
    match: '('
    frobnicate: 1
  - url: https://c.example
    locations: frankfurt
  - url: https://d.example
    locations: [default, Oslo, [x]]
`;
    expect(problemsOf(text)).toEqual([
      'sites.yaml:2:5: url: is missing; it has to be a text such as https://example.org/',
      `sites.yaml:3:5: unknown field 'ulr'; did you mean 'url'? allowed are ${fields}`,
      "sites.yaml:4:12: every: '0s' is too short; allowed are 1s to 1d, as seconds or with a unit (10s, 5m, 1h, 1d)",
      "sites.yaml:5:10: url: 'ftp://files.example/' is no http or https URL; allowed are http://... and https://...",
      `sites.yaml:6:5: unknown field 'interval'; did you mean 'every'? allowed are ${fields}`,
      "sites.yaml:9:14: timeout: '3m' is too long; allowed are 100ms to 120s, as seconds or with a unit (500ms, 5s, 1m)",
      "sites.yaml:10:5: a target has to be a mapping such as '- url: https://example.org/'",
      'sites.yaml:11:11: name: is a list; it has to be a text (in quotes, if it looks like something else)',
      expect.stringMatching(/^sites.yaml:13:12: match: .*Unterminated group/),
      `sites.yaml:14:5: unknown field 'frobnicate'; allowed are ${fields}`,
      'sites.yaml:16:16: locations: is the string frankfurt; it has to be a list of locations such as [default, frankfurt]',
      'sites.yaml:18:32: locations.2: is a list; it has to be the name of a location',
    ]);
  });

  test('says how to check', () => {
    const text = `
targets:
  - url: https://api.example/orders
    method: post
    headers:
      Content-Type: application/json
      X-Key: { env: EVERYTICK_SECRET_KEY }
    body: |
      {"dry_run": true}
    auth: { bearer: { file: /run/secrets/api } }
    http_version: 2
    expect:
      status: [201, 2xx]
      json:
        - { path: $.status, equals: ok }
        - path: $.error
          equals:
      down_above: 2
`;
    const [spec] = specsOf(text);
    expect(spec?.options).toEqual({
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Key': { env: 'EVERYTICK_SECRET_KEY' } },
      body: '{"dry_run": true}\n',
      auth: { bearer: { file: '/run/secrets/api' } },
      http_version: '2',
      expect: {
        status: ['2xx', '201'],
        json: [
          { path: '$.status', equals: 'ok' },
          { path: '$.error', equals: null },
        ],
        down_above: '2s',
      },
    });
  });

  test('tells every problem in how to check, each with the place of the very value or key', () => {
    const text = `targets:
  - url: http://a.example
    expect:
      status: [200, 20O]
      statsu: 404
      json:
        - path: $.status
          equals: [1]
    headers:
      content-length: 3
      X-Key: 7
    auth:
      basic:
        username: me
    tls: { insecure: true }
    http_version: 3
  - url: http://b.example
    http_version: 2
    expect: { down_above: 1h }
    status: 200
`;
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^sites.yaml:4:21: expect.status.1: '20O' is no status; it has to be a code/),
      expect.stringMatching(
        /^sites.yaml:5:7: expect: unknown field 'statsu'; did you mean 'status'\? allowed are status, /,
      ),
      'sites.yaml:8:19: expect.json.0.equals: is a list; it has to be a text, a number, true, false or null',
      expect.stringMatching(/^sites.yaml:10:7: headers: 'content-length' cannot be set: it belongs to the connection/),
      expect.stringMatching(/^sites.yaml:11:14: headers.X-Key: is the number 7; it has to be a text \(in quotes/),
      expect.stringMatching(/^sites.yaml:14:9: auth.basic.password: is missing; it has to be a reference: \{env: /),
      expect.stringMatching(/^sites.yaml:15:12: tls: unknown field 'insecure'; did you mean 'insecure_skip_verify'\?/),
      "sites.yaml:16:19: http_version: '3' is unknown; allowed are 1.1, 2, auto",
      'sites.yaml:18:19: http_version: is 2, which needs an https URL: over plain http, HTTP/1.1 is what servers speak',
      'sites.yaml:19:27: expect.down_above: is 1h, and has to be less than the timeout of 10s, which ends every check',
      `sites.yaml:20:5: unknown field 'status'; did you mean 'expect.status'? allowed are ${fields}`,
    ]);
  });

  test('may merge what targets have in common', () => {
    const text = `
x-defaults: &defaults
  every: 5s
  headers: &headers { a: '1', b: '2' }
targets:
  - <<: *defaults
    url: https://a.example
  - <<: [{ every: 7s }, *defaults]
    url: https://b.example
    headers: { <<: *headers, b: '3' }
`;
    const specs = specsOf(text);
    expect(specs.map(({ intervalS, options }) => [intervalS, options.headers])).toEqual([
      [5, { a: '1', b: '2' }],
      [7, { a: '1', b: '3' }],
    ]);
  });

  test('tells where it stands what is wrong in what is merged or aliased', () => {
    const text = `x-defaults: &defaults
  evry: 5s
  expect: { status: x }
targets:
  - <<: *defaults
    url: https://a.example
  - <<: 7
    url: https://b.example
  - <<: *defaults
    url: https://c.example
`;
    expect(problemsOf(text)).toEqual([
      expect.stringContaining("sites.yaml:2:3: unknown field 'evry'; did you mean 'every'?"),
      expect.stringContaining("sites.yaml:3:21: expect.status: 'x' is no status"),
      'sites.yaml:7:9: << has to be an alias of a mapping such as *defaults, or a list of them',
    ]);
  });

  test.each([
    ['leads into itself', '&a { url: "https://a.example", headers: *a }'],
    [
      'grows without bound',
      `{ headers: [${'abcdefgh'
        .split('')
        .map((name, at, all) => `&${name} [${at === 0 ? 'x' : Array(9).fill(`*${all[at - 1]}`)}]`)}] }`,
    ],
  ])('that %s is refused, and soon', (_, target) => {
    const told = problemsOf(`targets:\n  - ${target}\n`).filter((problem) => problem.includes('in itself'));
    expect(told).toHaveLength(1);
  });

  test('must not use a name twice, given or made from the URL', () => {
    const text = 'targets:\n  - name: a.example\n    url: http://x.example\n  - url: http://a.example/\n';
    expect(problemsOf(text)).toEqual([
      "sites.yaml:4:5: name: 'a.example' (the name that its URL gives) is at sites.yaml:2 already; names have to differ",
    ]);
  });

  test('with a syntax error tells where', () => {
    expect(problemsOf('targets:\n  - url: "https://a.example\n  - url: x\n')[0]).toMatch(
      /^sites.yaml:4:1: missing closing/,
    );
    expect(problemsOf('targets:\n\t- url: x\n')[0]).toMatch(/^sites.yaml:2:1: tabs/);
  });

  test.each([
    // By YAML it is 'a\nb'; one reader says 'ab', another 'a b'.
    [
      'defaults: {match: "a\\\n\n  b"}\n',
      '1:19: readers of YAML do not agree about a blank line below a line that ends in \\',
    ],
    ['defaults:\n  group:\n# old\n    shop\n  every: 60\n', `4:5: ${belowComment}`],
    ['defaults:\n  group:\n # old\n\n    # new\n    shop\n', `6:5: ${belowComment}`],
    ['defaults:\n  group:\n# old\n    &a shop\n  every: 60\n', `4:8: ${belowComment}`],
    // One reader makes a single item of both.
    ['defaults:\n  locations:\n    -\n# old\n      fra\n    - lon\n', `5:7: ${belowComment}`],
  ])('that readers of YAML do not read alike is refused: %j', (text, problem) => {
    expect(problemsOf(`${text}targets: []\n`)).toEqual([expect.stringContaining(`sites.yaml:${problem}`)]);
  });

  test.each([
    'defaults:\n  group:\n    # old\n    shop\n  every: 60\n',
    'defaults:\n  group: # old\n    shop\n  every: 60\n',
    'defaults:\n# old\n  group: shop\n  every: 60\n',
    'defaults:\n# old\n  locations: [\n# older\n    fra]\n  every: 60\n',
    'defaults:\n  locations:\n# old\n    - fra\n    - lon\n',
    'defaults:\n  group:\n# old\n    "shop"\n  every: 60\n',
    'defaults:\n# old\n  group:\n  every: 60\n',
    'defaults: {match: "a\\\n  b"}\n',
  ])('with comments and escapes that all read alike is read: %j', (text) => {
    expect(problemsOf(`${text}targets: []\n`)).toEqual([]);
  });

  test('refuses a group that is nearly one of those that are listed: its targets would go without what that has', () => {
    const text = (group: string) =>
      `groups: {public: {timeout: 3s}}\ntargets:\n  - {url: http://a.example, group: ${group}}\n`;
    expect(problemsOf(text('pubic'))).toEqual([
      expect.stringMatching(/^sites.yaml:3:36: group: 'pubic' is not among the groups; did you mean 'public'\?/),
    ]);
    expect(problemsOf(text('intranet'))).toEqual([]);
  });

  test('must not have a field twice', () => {
    expect(problemsOf('targets:\n  - url: http://a.example\n    url: http://b.example\n')).toEqual([
      'sites.yaml:3:5: map keys must be unique',
    ]);
  });

  test.each([
    ['', '1:1: the file is empty'],
    ['# nothing but a comment\n', '1:1: the file is empty'],
    ['- url: x\n', "1:1: the file has to begin with 'targets:'"],
    ['target:\n  - url: x\n', "1:1: unknown field 'target'; did you mean 'targets'? allowed are source, variables, "],
    ['targets:\n', '1:1: targets has to be a list'],
    ['{}\n', '1:1: targets is missing'],
  ])('%p is refused', (text, problem) => {
    expect(problemsOf(text)[0]).toContain(`sites.yaml:${problem}`);
  });
});
