import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkOptionNames, parseTargetSpec } from '@everytick/core';
import { makeScratchDirectory } from '@everytick/testing';
import { describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import {
  addCheckFlags,
  type CheckFlags,
  checkFlagLabels,
  checkOptionsInputOf,
  givenCheckFlags,
} from './check-flags.ts';
import { flagRules } from './target-rules.ts';

function flagsOf(...args: string[]): CheckFlags {
  return addCheckFlags(new Command()).exitOverride().parse(args, { from: 'user' }).opts();
}

const optionsOf = (...args: string[]) =>
  parseTargetSpec({ url: 'https://a.example', ...checkOptionsInputOf(flagsOf(...args)) }, flagRules, checkFlagLabels)
    .options;

describe('the flags of a check', () => {
  test('that are not given say nothing', () => {
    expect(checkOptionsInputOf(flagsOf())).toEqual({});
    expect(givenCheckFlags(flagsOf())).toEqual([]);
  });

  test.each<[string[], object]>([
    [['-X', 'put', '--data', 'x'], { method: 'PUT', body: 'x' }],
    [['-H', 'Accept: a/b', '--header', 'X-Key:env:A'], { headers: { Accept: 'a/b', 'X-Key': { env: 'A' } } }],
    [['-H', 'Host: a.example:80'], { headers: { Host: 'a.example:80' } }],
    [
      ['--user', 'me:file:/run/secrets/a'],
      { auth: { basic: { username: 'me', password: { file: '/run/secrets/a' } } } },
    ],
    [['--bearer', 'env:A'], { auth: { bearer: { env: 'A' } } }],
    [
      [
        '--oauth2-token-url',
        'https://b.example/',
        '--oauth2-client-id',
        'me',
        '--oauth2-client-secret',
        'env:A',
        '--oauth2-scope',
        'a',
      ],
      {
        auth: {
          oauth2: { token_url: 'https://b.example/', client_id: 'me', client_secret: { env: 'A' }, scopes: ['a'] },
        },
      },
    ],
    [
      [
        '--cert',
        'file:/a',
        '--key',
        'env:A',
        '--cacert',
        'env:B',
        '--crl',
        'file:/c',
        '--server-name',
        'b',
        '--tls-min',
        '1.2',
        '--tls-max',
        '1.3',
      ],
      {
        tls: {
          certificate: { cert: { file: '/a' }, key: { env: 'A' } },
          ca: { env: 'B' },
          crl: { file: '/c' },
          server_name: 'b',
          min_version: '1.2',
          max_version: '1.3',
        },
      },
    ],
    [['--insecure'], { tls: { insecure_skip_verify: true } }],
    [
      ['--http-version', '2', '--proxy', 'env:P', '--ip-family', '6'],
      { http_version: '2', proxy: { env: 'P' }, ip_family: '6' },
    ],
    [
      ['--dns-server', '1.1.1.1', '--dns-cache', '--reuse-connection'],
      { dns: { server: '1.1.1.1', cache: true }, reuse_connection: true },
    ],
    [['--no-follow'], { redirects: { follow: false } }],
    [['--max-redirects', '0'], { redirects: { max: 0 } }],
    [['--traceparent'], { traceparent: true }],
    [['--status', '404,2xx', '--status', '301'], { expect: { status: ['2xx', '301', '404'] } }],
    [['--final-url', 'https://b.example'], { expect: { final_url: 'https://b.example/' } }],
    [
      ['--body-matches', 'a', '--body-not-matches', 'b', '--body-matches', 'c'],
      { expect: { body: [{ matches: 'a' }, { matches: 'c' }, { not_matches: 'b' }] } },
    ],
    [
      ['--header-matches', 'Server: ^a: b', '--header-not-matches', 'x:y'],
      {
        expect: {
          headers: [
            { name: 'server', matches: '^a: b' },
            { name: 'x', not_matches: 'y' },
          ],
        },
      },
    ],
    [['--json-path', '$.a > 1'], { expect: { json: [{ path: '$.a', above: 1 }] } }],
    [['--min-body', '1', '--max-body', '2'], { expect: { body_size: { min: 1, max: 2 } } }],
    [['--degraded-above', '1s', '--down-above', '2'], { expect: { degraded_above: '1s', down_above: '2s' } }],
    [['--certificate-days', '14', '--require-tls'], { expect: { certificate_days: 14, tls: 'required' } }],
  ])('%j say %j', (args, options) => {
    expect(optionsOf(...args)).toEqual(options);
    const given = args
      .filter((arg) => arg.startsWith('--') || /^-[XH]$/.test(arg))
      .map((arg) => ({ '-X': '--method', '-H': '--header' })[arg] ?? arg);
    expect(givenCheckFlags(flagsOf(...args)).sort()).toEqual([...new Set(given)].sort());
  });

  test('can say each of the options', () => {
    const said = new Set(Object.keys(checkFlagLabels).map((path) => path.split('.')[0]));
    expect([...said].sort()).toEqual([...checkOptionNames].sort());
  });

  test('read a body and certificates from files', async () => {
    const directory = await makeScratchDirectory();
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    await writeFile(join(directory, 'body'), '{"a": 1}');
    await writeFile(join(directory, 'ca.pem'), pem);
    expect(optionsOf('-X', 'POST', '--data', `@${directory}/body`, '--cacert', `${directory}/ca.pem`)).toEqual({
      method: 'POST',
      body: '{"a": 1}',
      tls: { ca: pem },
    });
    expect(() => optionsOf('--cacert', `${directory}/none`)).toThrow(
      /^--cacert '.*\/none' cannot be read: there is no such/,
    );
  });

  test.each<[string[], string]>([
    [['--bearer', 'hunter2'], '--bearer: is a secret as it stands, which would be stored'],
    [['--user', 'me:hunter2'], '--user: is a secret as it stands'],
    [['--user', 'me'], '--user has to be a name and where its password is'],
    [['-H', 'Cookie: hunter2'], '--header Cookie: is a secret as it stands'],
    [['-H', 'Accept'], "--header has to be 'Name: value', with a colon"],
    [['-H', 'Accept:'], "--header 'Accept:' has no value"],
    [['-H', 'a: 1', '-H', 'a: 2'], "--header: 'a' is given more than once"],
    [['-H', 'Connection: close'], "--header: 'Connection' cannot be set"],
    [['--proxy', 'http://me:hunter2@a'], '--proxy: has a password in it'],
    [['--data', 'x'], '--data: is sent only with a method that is given; did you mean --method POST?'],
    [['--status', '2yy'], "--status: '2yy' is no status"],
    [['--max-redirects', 'few'], '--max-redirects: is the string few'],
    [['--body-not-matches', '('], '--body-not-matches: '],
    [['--header-matches', 'a: ('], '--header-matches: '],
    [['--json-path', '$.a > x'], '--json-path: is the string x; it has to be a number'],
    [['--json-path', '$.['], '--json-path: '],
    [['--down-above', '1h'], '--down-above: is 1h, and has to be less than the timeout'],
    [['--tls-min', '1.3', '--tls-max', '1.2'], "--tls-max: '1.2' is below --tls-min, 1.3"],
    [['--min-body', '9', '--max-body', '3'], '--min-body: 9 is more than --max-body, which is 3'],
    [['-k', '--cacert', 'env:A'], '--insecure: skips all verifying, so that --cacert would go for nothing'],
    [
      ['--degraded-above', '2s', '--down-above', '1s'],
      '--degraded-above: 2s has to be less than --down-above, which is 1s',
    ],
    [
      ['--bearer', 'env:A', '--user', 'me:env:B'],
      '--user, --bearer, --oauth2-token-url: has --user and --bearer; exactly one',
    ],
    [['--key', 'env:A'], '--cert: is missing'],
  ])('%j are refused by the name of the flag', (args, problem) => {
    expect(() => optionsOf(...args)).toThrow(problem);
    expect(() => optionsOf(...args)).not.toThrow('hunter2');
  });
});
