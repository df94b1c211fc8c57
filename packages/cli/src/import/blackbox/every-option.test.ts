// Each option that the documentations of blackbox_exporter (CONFIGURATION.md) and Prometheus (configuration.md) list for
// checks over HTTP either changes the target or is told. None is passed over.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeScratchDirectory } from '@everytick/testing';
import { beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { finishImport } from '../finish-import.ts';
import { importYaml } from '../write-import.ts';
import { importBlackbox } from './import-blackbox.ts';
import { readBlackboxFiles } from './read-blackbox.ts';
import { exporterOptions, sampleOptions } from './scrape-notes.ts';

interface Given {
  readonly module?: object;
  readonly http?: object;
  readonly job?: object;
  readonly top?: object;
}

let folder: string;
beforeAll(async () => {
  folder = await makeScratchDirectory();
});

async function imported({ module = {}, http = {}, job = {}, top = {} }: Given) {
  const [modules, prometheus] = [join(folder, 'blackbox.yml'), join(folder, 'prometheus.yml')];
  const config = {
    job_name: 'sites',
    metrics_path: '/probe',
    static_configs: [{ targets: ['https://a.example/'] }],
    relabel_configs: [{ source_labels: ['__address__'], target_label: '__param_target' }],
    ...job,
  };
  await writeFile(modules, stringify({ modules: { http_2xx: { prober: 'http', http, ...module } } }));
  await writeFile(prometheus, stringify({ scrape_configs: [config], ...top }));
  return finishImport(importBlackbox(await readBlackboxFiles(modules, prometheus)));
}

const documentOf = ({ targets }: Awaited<ReturnType<typeof imported>>) => targets[0]?.document;
const allTold = ({ notes }: Awaited<ReturnType<typeof imported>>) =>
  notes.map(
    ({ severity, where, given, why }) => `${severity} ${where.replace(/^.*?\/(?=\w+\.yml)/, '')} ${given} ${why}`,
  );
/** But for what is told of all modules that follow redirects, and of all that look at bodies. */
const told = (result: Awaited<ReturnType<typeof imported>>) =>
  allTold(result).filter((line) => !/ cookies a cookie|targets? that looks? at the body/.test(line));

/** What is there and what it becomes: parts of the target, or a pattern of a note, or both. */
const httpOptions: readonly (readonly [object, object | RegExp, RegExp?])[] = [
  [{ valid_status_codes: [200, 201, 500] }, { expect: { status: ['200-201', 500] } }],
  [{ valid_status_codes: [200, 'abc'] }, { expect: { status: [200] } }, /valid_status_codes\[1\].* is no status code/],
  [{ valid_http_versions: ['HTTP/2.0'] }, { http_version: '2' }],
  [{ valid_http_versions: ['HTTP/1.1'] }, { http_version: '1.1' }, /HTTP\/2 is not offered/],
  [{ valid_http_versions: ['HTTP/1.1', 'HTTP/2'] }, { http_version: 'auto' }, /taken as HTTP\/2.0/],
  [{ valid_http_versions: ['HTTP/1.0'] }, /HTTP\/1.0, which Everytick does not speak/],
  [{ enable_http2: false }, { http_version: '1.1' }],
  [{ enable_http3: true, enable_http2: false }, { http_version: 'auto' }, /does not speak HTTP\/3/],
  [{ method: 'POST' }, { method: 'POST' }],
  [{ headers: { Host: 'shop.example', 'X-A': 1 } }, { headers: { Host: 'shop.example', 'X-A': '1' } }],
  [{ headers: { Authorization: 'Bearer s3cret' } }, { headers: { Authorization: { env: expect.any(String) } } }],
  [{ headers: { Connection: 'close' } }, /'Connection' cannot be set/],
  [{ http_headers: { 'X-A': { values: ['1', '2'] } } }, { headers: { 'X-A': '1, 2' } }, /with commas/],
  [{ http_headers: { 'X-A': { secrets: ['s3cret'] } } }, { headers: { 'X-A': { env: expect.any(String) } } }],
  [{ http_headers: { 'X-A': { files: ['/run/a'] } } }, { headers: { 'X-A': { file: '/run/a' } } }],
  [
    { http_headers: { 'X-A': { values: ['1'], files: ['/run/a'] } } },
    { headers: { 'X-A': { file: '/run/a' } } },
    /has one value/,
  ],
  [{ body_size_limit: '10MB' }, { expect: { body_size: { max: 10_485_760 } } }, /EVERYTICK_BODY_LIMIT_BYTES/],
  [{ compression: 'gzip' }, { expect: { headers: [{ name: 'content-encoding', matches: expect.any(String) }] } }],
  [{ compression: 'identity' }, { headers: { 'Accept-Encoding': 'identity' } }],
  [{ compression: 'zstd' }, /is no coding/],
  [{ follow_redirects: false }, { redirects: { follow: false } }],
  [{ no_follow_redirects: true }, { redirects: { follow: false } }],
  [{ fail_if_ssl: true }, { expect: { tls: 'forbidden' } }],
  [{ fail_if_not_ssl: true }, { expect: { tls: 'required' } }],
  [{ fail_if_ssl: true, fail_if_not_ssl: true }, /fails with TLS and without/],
  [{ fail_if_body_matches_regexp: ['a', 'b'] }, { expect: { body: [{ not_matches: 'a' }, { not_matches: 'b' }] } }],
  [{ fail_if_body_not_matches_regexp: ['a'] }, { expect: { body: [{ matches: 'a' }] } }],
  [{ fail_if_body_not_matches_regexp: ['(?=a)'] }, /look-ahead/],
  [{ fail_if_body_json_matches_cel: 'body.a == 1' }, { expect: { json: [{ path: '$.a', not_equals: 1 }] } }],
  [{ fail_if_body_json_not_matches_cel: 'body.a >= 1' }, { expect: { json: [{ path: '$.a', at_least: 1 }] } }],
  [{ fail_if_body_json_not_matches_cel: "body.a.startsWith('q')" }, /left out .*of CEL/],
  [
    { fail_if_header_matches: [{ header: 'A', regexp: 'x', allow_missing: true }] },
    { expect: { headers: [{ name: 'A', not_matches: 'x' }] } },
  ],
  [
    { fail_if_header_matches: [{ header: 'A', regexp: 'x' }] },
    {
      expect: {
        headers: [
          { name: 'A', not_matches: 'x' },
          { name: 'A', present: true },
        ],
      },
    },
  ],
  [
    { fail_if_header_not_matches: [{ header: 'A', regexp: 'x' }] },
    { expect: { headers: [{ name: 'A', matches: 'x' }] } },
  ],
  [
    { fail_if_header_not_matches: [{ header: 'A', regexp: 'x', allow_missing: true }] },
    /fail_if_header_not_matches\[0\].*not looked at/,
  ],
  [{ tls_config: { insecure_skip_verify: true } }, { tls: { insecure_skip_verify: true } }],
  [
    { tls_config: { insecure_skip_verify: true, ca_file: '/ca' } },
    { tls: { insecure_skip_verify: true } },
    /ca_file.*without effect/,
  ],
  [{ tls_config: { ca_file: '/ca' } }, { tls: { ca: { file: '/ca' } } }],
  [
    { tls_config: { cert_file: '/cert', key_file: '/key' } },
    { tls: { certificate: { cert: { file: '/cert' }, key: { file: '/key' } } } },
  ],
  [{ tls_config: { cert_file: '/cert' } }, /a client certificate without its key/],
  [{ tls_config: { server_name: 'b.example' } }, { tls: { server_name: 'b.example' } }],
  [{ tls_config: { min_version: 'TLS10', max_version: 'TLS11' } }, { tls: { min_version: '1.0', max_version: '1.1' } }],
  [{ tls_config: { max_version: 'SSL30' } }, /max_version.*no version of TLS/],
  [
    { basic_auth: { username: 'me', password: 's3cret' } },
    { auth: { basic: { username: 'me', password: { env: 'EVERYTICK_SECRET_HTTP_2XX_PASSWORD' } } } },
    /^to set .*basic_auth.password/,
  ],
  [
    { basic_auth: { username_file: '/user', password_file: '/password' } },
    { auth: { basic: { username: { file: '/user' }, password: { file: '/password' } } } },
  ],
  [{ basic_auth: { username: 'me' } }, /without a password/],
  [{ authorization: { credentials: 's3cret' } }, { auth: { bearer: { env: expect.any(String) } } }],
  [{ authorization: { credentials_file: '/token' } }, { auth: { bearer: { file: '/token' } } }],
  [
    { authorization: { type: 'Token', credentials: 's3cret' } },
    { headers: { Authorization: { env: expect.any(String) } } },
    /'Token', a space/,
  ],
  [
    { authorization: { type: 'Token', credentials_file: '/token' } },
    { headers: { Authorization: { file: '/token' } } },
    /beginning with 'Token '/,
  ],
  [
    {
      oauth2: {
        client_id: 'me',
        client_secret_file: '/secret',
        scopes: ['read'],
        token_url: 'https://login.example/token',
        endpoint_params: { grant_type: 'client_credentials', audience: 'api' },
      },
    },
    {
      auth: {
        oauth2: {
          token_url: 'https://login.example/token',
          client_id: 'me',
          client_secret: { file: '/secret' },
          scopes: ['read'],
          parameters: { audience: 'api' },
        },
      },
    },
  ],
  [
    { oauth2: { client_id: 'me', client_secret: 's3cret', token_url: 'https://l.example/', proxy_url: 'http://p:1' } },
    /oauth2.proxy_url/,
  ],
  [
    {
      oauth2: {
        client_id: 'me',
        client_secret: 's3cret',
        token_url: 'https://l.example/',
        tls_config: { ca_file: '/ca' },
      },
    },
    /oauth2.tls_config/,
  ],
  [{ oauth2: { client_id: 'me', token_url: 'https://l.example/', grant_type: 'urn:x' } }, /another grant/],
  [{ proxy_url: 'http://proxy.example:3128' }, { proxy: 'http://proxy.example:3128' }, /the proxy looks/],
  [{ proxy_url: 'socks5://proxy.example:1080' }, { proxy: 'socks5://proxy.example:1080' }],
  [
    { proxy_url: 'socks5://proxy.example:1080', skip_resolve_phase_with_proxy: true },
    { proxy: 'socks5h://proxy.example:1080' },
  ],
  [{ proxy_url: 'https://me:s3cret@proxy.example' }, /knows http, socks5 and socks5h/],
  [{ proxy_url: 'http://proxy.example:3128', no_proxy: 'b.example' }, /no_proxy/],
  [{ proxy_from_environment: true }, /proxy_from_environment/],
  [{ proxy_connect_header: { 'Proxy-Authorization': ['Bearer s3cret'] } }, /proxy_connect_header/],
  [{ skip_resolve_phase_with_proxy: true }, /skip_resolve_phase_with_proxy/],
  [{ preferred_ip_protocol: 'ip4' }, { ip_family: 'prefer_4' }],
  [{ ip_protocol_fallback: false }, { ip_family: '6' }],
  [{ preferred_ip_protocol: 'ip4', ip_protocol_fallback: false }, { ip_family: '4' }],
  [{ body: 'hello' }, { method: 'GET', body: 'hello' }],
  [{ body: '{"password": "s3cret"}' }, { body: { env: expect.any(String) } }],
  [{ body_file: '/body' }, { body: { file: '/body' } }],
  [{ next_great_option: 1 }, /next_great_option: 1 unknown option/],
];

test.each(httpOptions.map((row) => [JSON.stringify(row[0]), ...row] as const))(
  'http: %s',
  async (_title, http, wanted, ...more: (RegExp | undefined)[]) => {
    const [note] = more;
    const result = await imported({ http });
    const notes = told(result);
    expect(JSON.stringify([notes, documentOf(result)])).not.toContain('s3cret');
    if (wanted instanceof RegExp) expect(notes.join('\n')).toMatch(wanted);
    else expect(documentOf(result)).toMatchObject(wanted);
    if (note !== undefined) expect(notes).toContainEqual(expect.stringMatching(note));
    // What has become part of the target needs no note, unless it is one here.
    if (!(wanted instanceof RegExp) && note === undefined) {
      const spoken = notes.filter((line) => !/^to set|client proves|has to say/.test(line));
      expect(spoken.filter((line) => !line.includes('follow_redirects'))).toEqual([]);
    }
  },
);

/** Every option under `<http_probe>`, `<http_header_match_spec>`, `<tls_config>` and `<oauth2>` in CONFIGURATION.md. */
const documented =
  `valid_status_codes valid_http_versions method headers http_headers values secrets files body_size_limit
  compression follow_redirects fail_if_ssl fail_if_not_ssl fail_if_body_json_matches_cel fail_if_body_json_not_matches_cel
  fail_if_body_matches_regexp fail_if_body_not_matches_regexp fail_if_header_matches fail_if_header_not_matches tls_config
  basic_auth username password username_file password_file authorization type credentials credentials_file proxy_url
  no_proxy proxy_from_environment proxy_connect_header skip_resolve_phase_with_proxy oauth2 enable_http2 enable_http3
  preferred_ip_protocol ip_protocol_fallback body body_file header regexp allow_missing insecure_skip_verify ca_file
  cert_file key_file server_name min_version max_version client_id client_secret client_secret_file scopes token_url
  endpoint_params`.split(/\s+/);

test('no documented option of http modules is missing above', () => {
  const given = JSON.stringify(httpOptions.map(([http]) => http));
  expect(documented.filter((option) => !given.includes(`"${option}":`))).toEqual([]);
});

test.each(['tcp', 'icmp', 'dns', 'grpc', 'unix', 'websocket'])('targets of the prober %s are told', async (prober) => {
  const result = await imported({ module: { prober, [prober]: { anything: 1 } } });
  expect(result.targets).toEqual([]);
  expect(told(result)).toEqual([expect.stringMatching(`^left out .* https://a.example/ .*the prober ${prober}`)]);
});

test.each([
  [{ timeout: '3s' }, {}, '3s'],
  [{}, {}, '9500ms'],
  [{ timeout: '20s' }, { scrape_timeout: '15s' }, '14500ms'],
  [{ timeout: '20s' }, { scrape_interval: '5s' }, '4500ms'],
  [{ timeout: '2s' }, { scrape_timeout: '400ms' }, '2s'],
])('a module with %j in a job with %j has %s', async (module, job, timeout) => {
  expect(documentOf(await imported({ module, job }))).toMatchObject({ timeout });
});

test('intervals that Everytick does not have are adapted, and told', async () => {
  const result = await imported({ job: { scrape_interval: '1500ms', scrape_timeout: '1s' } });
  expect(documentOf(result)).toMatchObject({ every: '2s', timeout: '500ms' });
  expect(told(result)).toEqual([expect.stringMatching('changed .*scrape_interval: 1500ms checked every 2s')]);
});

test('each option of a scrape job that says nothing of the check is told', async () => {
  for (const option of [...exporterOptions, ...sampleOptions]) {
    const result = await imported({ job: { [option]: 's3cret' } });
    expect(told(result)).toEqual([expect.stringMatching(`^left out .*scrape_configs\\[0\\].${option} `)]);
  }
});

test.each(['kubernetes_sd_configs', 'consul_sd_configs', 'http_sd_configs', 'dns_sd_configs', 'brand_new_sd_configs'])(
  'targets of %s are told to be unknown',
  async (option) => {
    expect(told(await imported({ job: { [option]: [{ a: 1 }] } }))).toEqual([
      expect.stringMatching(`^left out .*${option}.*not known here`),
    ]);
  },
);

test.each([
  [{ global: { evaluation_interval: '1m' } }, /global.evaluation_interval/],
  [{ remote_write: [{ url: 'https://me:s3cret@w.example' }] }, /remote_write/],
  [{ storage: { tsdb: {} } }, /storage/],
  [{ brand_new: 1 }, /brand_new: 1 unknown option/],
])('beside the jobs, %j is told', async (top, note) => {
  expect(told(await imported({ top }))).toEqual([expect.stringMatching(note)]);
});

test('URL parameters are those of the probe, or told', async () => {
  const params = { module: ['http_2xx', 'other'], hostname: ['shop.example'], debug: ['true'] };
  const result = await imported({ job: { params } });
  expect(documentOf(result)).toMatchObject({ headers: { Host: 'shop.example' } });
  expect(told(result)).toEqual([
    expect.stringMatching(/^changed .*params.module.*only the first/),
    expect.stringMatching(/^left out .*params.debug/),
  ]);
});

test('a password in a URL becomes a reference', async () => {
  const result = await imported({ job: { static_configs: [{ targets: ['https://me:s3cret@a.example/'] }] } });
  expect(documentOf(result)).toMatchObject({ url: 'https://a.example/', auth: { basic: { username: 'me' } } });
  expect(JSON.stringify(result)).not.toContain('s3cret');
});

test.each([
  [
    { fail_if_body_matches_regexp: ['a'] },
    /^changed blackbox.yml:1 1 target that looks at the body .*_BODY_LIMIT_BYTES/,
  ],
  [{ fail_if_body_json_matches_cel: 'body.a == 1' }, /1 target that looks at the body/],
  [{}, /^changed blackbox.yml:\d+: modules.http_2xx.http cookies a cookie that a redirect sets/],
])('with %j, what is not the same by itself is told once', async (http, note) => {
  expect(allTold(await imported({ http })).filter((line) => note.test(line))).toHaveLength(1);
});

test('cookies are not told of where no redirect is followed', async () => {
  expect(allTold(await imported({ http: { follow_redirects: false } }))).toEqual([]);
});

test('files that workers may not read are told, each from the folder of the modules', async () => {
  const http = {
    basic_auth: { username: 'me', password_file: 'pw' },
    tls_config: { ca_file: '/run/secrets/ca.pem', cert_file: '/etc/c.pem', key_file: '/etc/k.pem' },
  };
  const result = await imported({ http });
  expect(documentOf(result)).toMatchObject({
    auth: { basic: { password: { file: join(folder, 'pw') } } },
    tls: { ca: { file: '/run/secrets/ca.pem' } },
  });
  const toSet = allTold(result).filter((line) => line.includes('EVERYTICK_SECRET_DIR'));
  expect(toSet.map((line) => /(\w+_file: \S+)/.exec(line)?.[1])).toEqual([
    'password_file: pw',
    'cert_file: /etc/c.pem',
    'key_file: /etc/k.pem',
  ]);
});

test('what is of the wrong kind is told', async () => {
  const http = { fail_if_body_matches_regexp: 'error', valid_http_versions: { a: 1 }, method: ['GET'] };
  const lines = told(await imported({ http })).join('\n');
  expect(lines).toMatch(/fail_if_body_matches_regexp: error not looked at: it has to be a list/);
  expect(lines).toMatch(/valid_http_versions: \{a\} not looked at: it has to be a list/);
  expect(lines).toMatch(/method: \(1 entry\) not looked at: it has to be a text/);
});

test('more statuses than Everytick takes leave the target out', async () => {
  const codes = Array.from({ length: 21 }, (_, at) => 200 + 2 * at);
  const result = await imported({ http: { valid_status_codes: codes } });
  expect(result.targets).toEqual([]);
  expect(told(result)).toEqual([expect.stringMatching(/^left out .*expect.status.*has 21 entries/)]);
  const merged = await imported({ http: { valid_status_codes: Array.from({ length: 40 }, (_, at) => 200 + at) } });
  expect(documentOf(merged)).toMatchObject({ expect: { status: ['200-239'] } });
});

test.each([
  ['https://me:s3cret@a.example/x?page=1&token=s3cret', 'https://a.example/x'],
  ['https://me:p@s3cret@a.example/x', 'https://a.example/x'],
  ['https://s3cret@a.example/', 'https://a.example/'],
  ['me:s3cret@a.example:8080/x?sig=s3cret', 'a.example:8080/x'],
])('no secret of %s is in what is printed', async (target, name) => {
  for (const module of [{}, { prober: 'icmp' }]) {
    const result = await imported({ module, job: { static_configs: [{ targets: [target] }] } });
    const printed = importYaml(result, { source: 'blackbox', madeFrom: 'a' }) + JSON.stringify(result);
    expect(printed).not.toMatch(/s3cret/i);
    if (module.prober === undefined) expect(result.targets.map((each) => each.name)).toEqual([name]);
  }
});

test('a user without a password becomes a header', async () => {
  const result = await imported({ job: { static_configs: [{ targets: ['https://s3cret@a.example/'] }] } });
  expect(documentOf(result)).toMatchObject({
    url: 'https://a.example/',
    headers: { Authorization: { env: 'EVERYTICK_SECRET_HTTPS_A_EXAMPLE_AUTHORIZATION' } },
  });
});

test('an address that stands in a job twice becomes one target', async () => {
  const result = await imported({
    job: { static_configs: [{ targets: ['https://a.example/', 'https://a.example/'] }] },
  });
  expect(result.targets).toHaveLength(1);
  expect(told(result)).toEqual([expect.stringMatching(/^left out .*with the same labels already/)]);
});
