import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeScratchDirectory, runEverytick } from '@everytick/testing';
import { describe, expect, test } from '@jest/globals';
import { type FinishedImport, finishImport } from '../finish-import.ts';
import { importYaml } from '../write-import.ts';
import { importGatus } from './import-gatus.ts';
import { parseGatusYaml, readGatusFiles } from './read-gatus.ts';

const examples = join(import.meta.dirname, 'examples');

function importOf(text: string): FinishedImport {
  return finishImport(importGatus(parseGatusYaml(text, 'config.yaml')));
}

function theTarget(endpoint: string) {
  const { targets, notes } = importOf(`endpoints:\n  - name: it\n    conditions: ["[STATUS] == 200"]\n${endpoint}`);
  return { document: targets[0]?.document, told: notes.filter(({ target }) => target === 'it') };
}

describe('endpoints', () => {
  test('have what anchors give them', () => {
    const { targets } = importOf(`
x: &defaults
  group: core
  interval: 30s
  conditions: ["[STATUS] == 200"]
endpoints:
  - { <<: *defaults, name: one, url: "https://one.example" }
  - { <<: *defaults, name: two, url: "https://two.example", interval: 5m }
`);
    expect(targets.map(({ name, document: { group, every } }) => [name, group, every])).toEqual([
      ['one', 'core', '30s'],
      ['two', 'core', '5m'],
    ]);
  });

  test.each(['tcp', 'udp', 'sctp', 'icmp', 'starttls', 'tls', 'grpc', 'grpcs', 'ws', 'wss', 'ssh'])(
    'over %s are left out as a whole',
    (scheme) => {
      const { targets, notes } = importOf(
        `endpoints: [{ name: it, url: "${scheme}://user:hidden@a.example:1", body: x }]`,
      );
      expect(targets).toEqual([]);
      expect(notes).toEqual([
        {
          severity: 'left out',
          where: 'config.yaml:1: endpoints[0]',
          given: `it (url: ${scheme}://***@a.example:1)`,
          why: expect.stringMatching(/^there are no checks over .*; Everytick checks over HTTP$/),
          target: null,
        },
      ]);
    },
  );

  test.each([
    ['1h30m', '90m', 0],
    ['500ms', '1s', 1],
    ['1500ms', '2s', 1],
    ['48h', '1d', 1],
    ['soon', '1m', 1],
  ])('at an interval of %s are checked every %s', (interval, every, notes) => {
    const { document, told } = theTarget(
      `    url: https://a.example\n    interval: ${interval}\n    client: {timeout: 100ms}\n`,
    );
    expect(document).toMatchObject({ every });
    expect(told).toHaveLength(notes);
  });

  test('have a timeout that goes with the interval', () => {
    expect(theTarget('    url: https://a.example\n    interval: 10s\n')).toMatchObject({
      document: { every: '10s', timeout: '9800ms' },
      told: [{ severity: 'changed', given: 'timeout: 10s, the default' }],
    });
  });

  test('say who they are by references', () => {
    const { document, told } = theTarget(`
    url: https://me:p%40ss@a.example/?token=abc&page=1
    headers:
      Cookie: session=abc
      Authorization: "Token $TOKEN"
`);
    expect(document).toMatchObject({
      url: expect.stringMatching(/^https:\/\/a\.example\/\?token=[^a-z]+IT_TOKEN[^a-z]+&page=1$/u),
      headers: {
        Cookie: { env: 'EVERYTICK_SECRET_IT_COOKIE' },
        Authorization: { env: 'EVERYTICK_SECRET_IT_AUTHORIZATION' },
      },
    });
    expect(document).not.toHaveProperty('auth');
    expect(told.map(({ severity, why }) => `${severity}: ${why}`)).toEqual([
      expect.stringMatching(/^to set: set EVERYTICK_VAR_IT_TOKEN /),
      expect.stringMatching(/^to set: set EVERYTICK_SECRET_IT_PASSWORD to what stands there/),
      expect.stringMatching(/^to set: set EVERYTICK_SECRET_IT_COOKIE to what stands there/),
      expect.stringMatching(/^to set: .* with the value of \$TOKEN filled in/),
      expect.stringMatching(/^left out: another option says who asks/),
    ]);
  });

  test('that share a secret share its variable', () => {
    const endpoint = (name: string) =>
      `  - { name: ${name}, url: "https://a.example", headers: { Authorization: Bearer abc } }\n`;
    const { targets } = importOf(`endpoints:\n${endpoint('one')}${endpoint('two')}`);
    const reference = { bearer: { env: 'EVERYTICK_SECRET_ONE_TOKEN' } };
    expect(targets.map(({ document }) => document['auth'])).toEqual([reference, reference]);
  });

  test('keep variables open, and dollar signs as they are', () => {
    const finished = importOf(
      'endpoints: [{ name: it, url: "https://$HOST/$$x?q=$$$Q", body: "$${not} $Q" , method: POST }]',
    );
    const yaml = importYaml(finished, { source: 'gatus', madeFrom: 'Gatus' });
    const reference = (name: string) => `\${${name}}`;
    expect(yaml).toContain(`    url: https://${reference('HOST')}/$x?q=\${DOLLARS:-$}${reference('Q')}\n`);
    expect(yaml).toContain(`    body: $\${not} ${reference('Q')}\n`);
    const told = finished.notes.map(({ given }) => given);
    expect(told).toEqual(expect.arrayContaining([reference('HOST'), reference('Q')]));
  });

  test('send a body with a password by a reference', () => {
    const { document } = theTarget(
      `    url: https://a.example\n    method: POST\n    body: '{"user": "me", "password": "abc"}'\n`,
    );
    expect(document).toMatchObject({ body: { env: 'EVERYTICK_SECRET_IT_BODY' } });
  });

  test('wrap GraphQL', () => {
    const { document } = theTarget(
      `    url: https://a.example\n    method: POST\n    graphql: true\n    body: '{ user(name: "me") { id } }'\n`,
    );
    expect(document).toMatchObject({
      body: '{"query":"{ user(name: \\"me\\") { id } }"}',
      headers: { 'Content-Type': 'application/json' },
    });
  });

  test('with headers that cannot be set lose them, with a note', () => {
    const { document, told } = theTarget('    url: https://a.example\n    headers: { Content-Length: "3", X-A: b }\n');
    expect(document).toMatchObject({ headers: { 'X-A': 'b' } });
    expect(told).toEqual([expect.objectContaining({ severity: 'left out', given: 'headers.Content-Length: 3' })]);
  });

  test('of the same name in different groups get different names', () => {
    const endpoint = (group: string) => `  - { name: home, group: ${group}, url: "https://${group}.example" }\n`;
    const { targets, notes } = importOf(`endpoints:\n${['a', 'b', 'b'].map(endpoint).join('')}`);
    expect(targets.map(({ name }) => name)).toEqual(['home', 'b home', 'home (2)']);
    expect(notes.filter(({ given }) => given === 'name: home')).toHaveLength(2);
  });
});

describe('files', () => {
  test('of a directory are merged, its folders included', async () => {
    const finished = finishImport(importGatus(await readGatusFiles(join(examples, 'several-files'))));
    expect(finished.targets.map(({ name }) => name)).toEqual(['backend', 'frontend']);
    expect(finished.notes.map(({ given }) => given)).toEqual(
      expect.arrayContaining(['[IP] == 192.0.2.1', 'alerting.slack', 'alerting.pagerduty', 'ui: {title}']),
    );
  });

  test('that cannot be read are refused with file, line and column', () => {
    expect(() => parseGatusYaml('endpoints:\n  - name: [a\n    url: b\n', 'config.yaml')).toThrow(
      expect.objectContaining({
        code: 'import_source_invalid',
        message: expect.stringMatching(/^config\.yaml:3:\d+: /),
      }),
    );
    expect(() => parseGatusYaml('- a', 'config.yaml')).toThrow(/^config\.yaml:1:1: .* mapping/);
  });
});

describe('files of other programs', () => {
  test.each([
    [
      'modules: {a: {prober: http}}',
      /no configuration of Gatus: it has no 'endpoints:'; it looks like blackbox_exporter's/,
    ],
    ['scrape_configs: []', /it looks like Prometheus's: .*--prometheus/],
    ['targets: []', /it looks like Everytick's own/],
    ['', /it has no 'endpoints:'$/],
    ['SQLite format 3\0', /'everytick import kuma' reads/],
    ['endpoints: []\n---\nendpoints: []\n', /:\d+:\d+: a second document begins here/],
    ['endpoints: *none', /:1:12: \*none: nothing before it has the anchor &none/],
  ])('%j is refused', async (text, message) => {
    const path = join(await makeScratchDirectory(), 'config.yaml');
    await writeFile(path, text);
    await expect(readGatusFiles(path)).rejects.toMatchObject({
      code: 'import_source_invalid',
      message: expect.stringMatching(message),
    });
  });
});

describe('secrets', () => {
  test.each([
    'url: https://s3cret@a.example/',
    'url: https://a.example/?sig=s3cret&X-Amz-Signature=s3cret&code=s3cret&pin=s3cret&pw=s3cret',
    'url: https://a.example/\n    client: {proxy-url: "http://s3cret@proxy:3128"}',
    'url: https://a.example/\n    client: {oauth2: {token-url: "https://u:s3cret@i.example/t", client-id: a, client-secret: b}}',
    'url: https://a.example/\n    headers: {X-Sig: s3cret, X-Amz-Security-Token: s3cret}',
    'url: https://a.example/\n    body: pin=s3cret&code=x',
    'url: https://a.example/\n    body: \'{"user":{"pwd": "s3cret"}}\'',
    "url: https://a.example/\n    body: '<a><apiKey>s3cret</apiKey></a>'",
    'url: https://a.example/\n    body: user%5Bpassword%5D=s3cret',
  ])('of %j are not printed', (endpoint) => {
    const finished = importOf(`endpoints:\n  - name: it\n    ${endpoint}\n`);
    const printed = importYaml(finished, { source: 'gatus', madeFrom: 'a' }) + JSON.stringify(finished);
    expect(printed).not.toMatch(/s3cret/i);
  });

  test('a body without one is sent as it stands', () => {
    const body = '{"name": "me", "count": 5, "query": "{ key }", "state": "on"}';
    const { document } = theTarget(`    url: https://a.example\n    method: POST\n    body: '${body}'\n`);
    expect(document).toMatchObject({ body });
  });

  test('a variable in a parameter that sounds like a key is told to be stored', () => {
    const { document, told } = theTarget('    url: https://a.example/?token=$' + '{API_TOKEN}\n');
    expect(document?.url).toContain('API_TOKEN');
    expect(told).toContainEqual(
      expect.objectContaining({ why: expect.stringMatching(/^set EVERYTICK_VAR_API_TOKEN .*stored with the URL/) }),
    );
  });
});

test('more conditions than Everytick takes leave the target out', () => {
  const conditions = Array.from({ length: 21 }, (_, at) => `"[BODY] == pat(*${at}*)"`).join(', ');
  const { targets, notes } = importOf(
    `endpoints:\n  - { name: it, url: "https://a.example", conditions: [${conditions}] }\n`,
  );
  expect(targets).toEqual([]);
  expect(notes).toContainEqual(
    expect.objectContaining({ severity: 'left out', given: expect.stringMatching(/^it \(expect.body/) }),
  );
});

test('an endpoint whose conditions are no list is left out', () => {
  const { targets, notes } = importOf(
    'endpoints: [{ name: it, url: "https://a.example", conditions: "[STATUS] == 200" }]',
  );
  expect(targets).toEqual([]);
  expect(notes).toEqual([expect.objectContaining({ severity: 'left out', why: 'its conditions are no list' })]);
});

test('notes go with their endpoint, also where many have one name', () => {
  const endpoints = Array.from(
    { length: 12 },
    (_, at) => `  - { name: it, url: "https://a.example", colour: c${at} }\n`,
  );
  const yaml = importYaml(importOf(`endpoints:\n${endpoints.join('')}`), { source: 'gatus', madeFrom: 'a' });
  expect(yaml).toMatch(
    /# left out: colour: c1: unknown[^#]*\n {2}# changed: [^\n]*'it \(2\)'[^\n]*\n {2}- name: it \(2\)\n/,
  );
  expect(yaml.match(/colour: c1:/g)).toHaveLength(1);
});

describe('everytick import gatus', () => {
  test('prints a configuration, and on standard error what could not be carried over', async () => {
    const { code, stdout, stderr } = await runEverytick(['import', 'gatus', join(examples, 'several-files')]);
    expect(code).toBe(0);
    expect(stdout).toContain('\n  - name: backend\n    url: https://api.example/\n');
    expect(stderr).toContain('which address a name has cannot be expected');
    expect(stderr).toMatch(/2 targets; \d+ left out, \d+ changed\n$/);
  });

  test('prints a document for programs, and writes a file where it is told to', async () => {
    const output = join(await makeScratchDirectory(), 'everytick.yaml');
    const args = ['import', 'gatus', join(examples, 'shop.yaml'), '--json', '--to', output];
    const { code, stdout, stderr } = await runEverytick(args);
    expect([code, stderr]).toEqual([0, '']);
    const { yaml, targets, report } = JSON.parse(stdout);
    expect(await readFile(output, 'utf8')).toBe(yaml);
    expect(targets).toContainEqual({ name: 'search', where: expect.stringMatching(/shop\.yaml:\d+: endpoints\[1\]$/) });
    expect(report).toContainEqual({
      severity: 'left out',
      where: expect.stringMatching(/shop\.yaml:\d+: endpoints\[0\]\.conditions\[5\]$/),
      given: '[IP] == pat(192.0.2.*)',
      why: 'which address a name has cannot be expected',
      target: 'home',
    });
  });

  test('says 1 where there is nothing to import, and 2 where there is no file', async () => {
    const folder = await makeScratchDirectory();
    const empty = join(folder, 'empty.yaml');
    await writeFile(empty, 'endpoints: []\n');
    const nothing = await runEverytick(['import', 'gatus', empty]);
    expect([nothing.code, nothing.stdout]).toEqual([1, expect.stringContaining('targets: []')]);
    expect(nothing.stderr).toBe('0 targets; nothing to import\n');
    const intoFolder = await runEverytick(['import', 'gatus', empty, '--to', folder]);
    expect([intoFolder.code, intoFolder.stderr]).toEqual([
      2,
      `everytick: --to ${folder}: cannot be written: it is a folder\n`,
    ]);
    const absent = await runEverytick(['import', 'gatus', '/nowhere/config.yaml']);
    expect([absent.code, absent.stderr]).toEqual([
      2,
      'everytick: /nowhere/config.yaml: cannot be read: there is no such file\n',
    ]);
  });
});
