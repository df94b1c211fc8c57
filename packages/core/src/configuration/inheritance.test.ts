import { describe, expect, test } from '@jest/globals';
import type { TargetDeclaration } from '../apply/target-set.ts';
import type { Configuration } from './configuration.ts';
import { parseConfiguration } from './parse-configuration.ts';

const rules = { compilePattern: (pattern: string) => new RegExp(pattern) };

function read(text: string | Record<string, string>, environment: Record<string, string> = {}): Configuration {
  const files = typeof text === 'string' ? { 'a.yaml': text } : text;
  return parseConfiguration(
    Object.entries(files).map(([path, each]) => ({ path, text: each })),
    rules,
    environment,
  );
}

function only(text: string, environment: Record<string, string> = {}): TargetDeclaration {
  const [declaration, ...others] = read(text, environment).declarations;
  expect(others).toEqual([]);
  return declaration as TargetDeclaration;
}

function problemsOf(text: string | Record<string, string>, environment: Record<string, string> = {}): string[] {
  try {
    read(text, environment);
  } catch (error) {
    expect(error).toMatchObject({ name: 'EverytickError', code: 'targets_file_invalid' });
    return (error as Error).message.split('\n');
  }
  return [];
}

describe('what a target does not say itself', () => {
  test('comes from its templates, the last one first, then from its group, then from the defaults', () => {
    const { spec, paused } = only(`
defaults: { every: 1h, timeout: 9s, match: d, paused: true, labels: { a: d, b: d, c: d, d: d } }
groups: { shop: { every: 30m, timeout: 8s, match: g, labels: { a: g, b: g, c: g } } }
templates:
  one: { every: 20m, timeout: 7s, labels: { a: 1, b: 1 } }
  two: { every: 10m, group: shop, labels: { a: 2 } }
targets: [{ url: http://a.example, template: [one, two], every: 5m }]
`);
    expect([spec.intervalS, spec.timeoutMs, spec.matchPattern, spec.group, paused]).toEqual([
      300,
      7_000,
      'g',
      'shop',
      true,
    ]);
    expect(spec.labels).toEqual({ a: '2', b: '1', c: 'g', d: 'd' });
  });

  test('is merged key by key; lists, references and auth are replaced, and null takes away', () => {
    const { spec } = only(`
defaults:
  match: x
  headers: { accept: text/html, x-key: { env: EVERYTICK_SECRET_A }, x-old: '1' }
  labels: { env: prod, team: shop }
  auth: { basic: { username: me, password: { env: EVERYTICK_SECRET_B } } }
  expect: { status: [200, 404], json: [{ path: $.a, equals: null }], certificate_days: 14 }
targets:
  - url: http://a.example
    match: null
    headers: { x-key: { file: /run/secrets/x }, x-old: ~, x-new: '2' }
    labels: { env: test }
    auth: { bearer: { env: EVERYTICK_SECRET_C } }
    expect: { status: 201 }
`);
    expect(spec).toMatchObject({ matchPattern: null, labels: { env: 'test', team: 'shop' } });
    expect(spec.options).toEqual({
      headers: { accept: 'text/html', 'x-key': { file: '/run/secrets/x' }, 'x-new': '2' },
      auth: { bearer: { env: 'EVERYTICK_SECRET_C' } },
      expect: { status: ['201'], json: [{ path: '$.a', equals: null }], certificate_days: 14 },
    });
  });

  test('is wrong where it stands, once, with the targets that have it', () => {
    expect(
      problemsOf(`
defaults: { timeout: 20s }
groups: { unused: { evry: 5s, expect: { status: x } } }
templates:
  slow: { url: 'http://\${host}/', every: '\${often}' }
targets:
  - { template: slow, with: { host: a.example, often: 10s } }
  - { template: slow, with: { host: b.example, often: 10s } }
  - { template: slwo, url: http://c.example, timeout: 1s }
  - { template: slow, with: { host: d.example, often: often, hots: e } }
`),
    ).toEqual([
      expect.stringMatching(
        /^a.yaml:2:22: timeout: 20s is too long .* \(in target 'http:\/\/a.example\/' and 1 more\)$/,
      ),
      expect.stringMatching(/^a.yaml:3:21: groups.unused: unknown field 'evry'; did you mean 'every'\?/),
      expect.stringMatching(/^a.yaml:3:49: expect.status: 'x' is no status/),
      expect.stringMatching(/^a.yaml:5:42: every: 'often' is no duration.* \(in target 'http:\/\/d.example\/'\)$/),
      "a.yaml:9:17: template: there is no 'slwo'; did you mean 'slow'? there are slow",
      expect.stringMatching(/^a.yaml:10:62: variable 'hots' is used nowhere in this target/),
    ]);
  });
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: in a configuration they are variables.
describe('variables', () => {
  test('are looked up in the target, the environment and the files, in this order', () => {
    const { spec } = only(
      `
variables: { a: file, b: file, c: file, days: 1 }
targets:
  - url: 'http://\${a}.\${b}.\${c}.\${d:-none}.example'
    match: '\\d+$ $\${a} $a'
    with: { a: 'own-\${b}' }
    expect: { certificate_days: '\${days}' }
`,
      { EVERYTICK_VAR_a: 'env', EVERYTICK_VAR_b: 'env', EVERYTICK_VAR_days: '7', HOME: '/root' },
    );
    expect(spec.url).toBe('http://own-env.env.file.none.example/');
    expect(spec.matchPattern).toBe('\\d+$ ${a} $a');
    expect(spec.options.expect?.certificate_days).toBe(7);
  });

  test('can become neither references nor structure, and are not looked through for more', () => {
    const { spec } = only("targets: [{ url: http://a.example, method: POST, body: '${x}' }]", {
      EVERYTICK_VAR_x: '{env: EVERYTICK_SECRET_A}\n${HOME} ${EVERYTICK_VAR_x} *a',
    });
    expect(spec.options.body).toBe('{env: EVERYTICK_SECRET_A}\n${HOME} ${EVERYTICK_VAR_x} *a');
  });

  test('of the environment that have another name are out of reach', () => {
    expect(problemsOf("targets: [{ url: 'http://${HOME}' }]", { HOME: 'secret' })).toEqual([
      expect.stringMatching(/^a.yaml:1:18: unknown variable 'HOME'; .*EVERYTICK_VAR_HOME; .* is written \$\$\{$/),
      expect.stringMatching(/^a.yaml:1:18: url: /),
    ]);
  });

  test('that stand for themselves are refused', () => {
    expect(problemsOf("variables: { a: '${b}', b: '${a}' }\ntargets: [{ url: 'http://${a}.example' }]")).toContain(
      "a.yaml:1:17: variable 'a' stands for itself",
    );
  });
});

describe('for_each', () => {
  test('makes a target of each of its mappings', () => {
    const { declarations } = read(`
templates: { health: { name: '\${host} health', url: 'https://\${at}/health' } }
targets:
  - template: health
    with: { at: '\${host}.\${zone}', zone: example }
    for_each: [{ host: a }, { host: b, zone: test }]
`);
    expect(declarations.map(({ spec }) => [spec.name, spec.url])).toEqual([
      ['a health', 'https://a.example/health'],
      ['b health', 'https://b.test/health'],
    ]);
  });

  test('needs names that differ', () => {
    expect(problemsOf("targets:\n  - name: x\n    url: 'http://${h}'\n    for_each: [{ h: a }, { h: b }]\n")).toEqual([
      "a.yaml:2:11: name: 'x' is at a.yaml:2 already; names have to differ; with for_each, a name needs a variable in it",
    ]);
  });

  test.each(['[]', '{ h: a }', 'a', '[a]'])('is no %s', (given) => {
    expect(problemsOf(`targets:\n  - url: http://a.example\n    for_each: ${given}\n`)[0]).toMatch(
      /^a.yaml:3:1[56]: for_each: /,
    );
  });
});

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above.

describe('several files', () => {
  test('are one configuration', () => {
    const files = {
      'a.yaml': 'source: shop\ndefaults: { every: 10s }\ntargets: [{ url: http://a.example }]\n',
      'b.yaml': 'defaults: { timeout: 1s }\ntargets: [{ url: http://b.example, paused: false }]\n',
    };
    expect(read(files)).toMatchObject({
      source: 'shop',
      files: ['a.yaml', 'b.yaml'],
      declarations: [
        { spec: { name: 'a.example', intervalS: 10, timeoutMs: 1_000 }, paused: null },
        { spec: { name: 'b.example', intervalS: 10, timeoutMs: 1_000 }, paused: false },
      ],
    });
  });

  test('say each thing in one place only', () => {
    const files = {
      'b.yaml':
        'source: web\nvariables: { x: 2 }\ndefaults: { every: 1m }\ngroups: { g: }\ntargets: [{ url: http://a.example }]\n',
      'a.yaml':
        'source: shop\nvariables: { x: 1 }\ndefaults: { every: 10s }\ngroups: { g: }\ntargets: [{ url: http://a.example }]\n',
      'c.yaml': '',
      'd.yaml': 'targets: []\n---\ntargets: []\n',
    };
    expect(problemsOf(files)).toEqual([
      "a.yaml:1:9: source: is 'web' at b.yaml:1; it has to be one for all",
      "a.yaml:2:14: 'x' is said at b.yaml:2 already; it can be said in one place only",
      "a.yaml:3:13: 'every' is said at b.yaml:3 already; it can be said in one place only",
      "a.yaml:4:11: 'g' is said at b.yaml:4 already; it can be said in one place only",
      "a.yaml:5:11: name: 'a.example' (the name that its URL gives) is at b.yaml:5 already; names have to differ",
      expect.stringMatching(/^c.yaml:1:1: the file is empty/),
      expect.stringMatching(/^d.yaml:2:1: a second document begins here/),
    ]);
  });

  test('may say that there is no target', () => {
    expect(read('targets: []')).toEqual({ source: null, declarations: [], files: ['a.yaml'] });
  });

  test.each([
    ['source: Shop!', /^a.yaml:1:9: source: 'Shop!' is no name of a source/],
    ['variables: { 1a: x }', /^a.yaml:1:14: '1a' is no name of a variable/],
    ['variables: { a: [x] }', /^a.yaml:1:17: variables.a: has to be a text/],
    ['defaults: { url: x }', /^a.yaml:1:13: defaults: unknown field 'url'/],
    ['groups: [a]', /^a.yaml:1:9: groups has to be a mapping/],
    [
      'targets: [{ url: http://a.example, paused: maybe }]',
      /^a.yaml:1:44: paused: is the string maybe; it has to be true/,
    ],
    ['targets: [{ url: !secret x }]', /^a.yaml:1:18: unresolved tag: !secret/],
  ])('%p is refused', (text, problem) => {
    expect(problemsOf(text)[0]).toMatch(problem);
  });
});
