// Databases as Uptime Kuma makes them, from the file to targets and notes.

import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type KumaDatabase, makeKumaDatabase, makeScratchDirectory } from '@everytick/testing';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type FinishedImport, finishImport } from '../finish-import.ts';
import { importYaml } from '../write-import.ts';
import { importKuma } from './import-kuma.ts';
import { columnsOfOtherTypes } from './monitor-columns.ts';
import { readKuma } from './read-kuma.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await makeScratchDirectory();
  path = join(folder, 'kuma.db');
});

async function imported(fill: (kuma: KumaDatabase) => void, version: '1.23' | '2' = '2'): Promise<FinishedImport> {
  const kuma = makeKumaDatabase(path, version);
  fill(kuma);
  kuma.database.close();
  return finishImport(importKuma(await readKuma(path)));
}

const told = ({ notes }: FinishedImport) =>
  notes.map(
    ({ severity, where, given, why }) => `${severity} | ${where.replace(`${folder}/`, '')} | ${given} | ${why}`,
  );

const url = 'https://a.example/';

/** What one monitor with these columns becomes, and the notes of its own. */
async function oneMonitor(
  row: Parameters<KumaDatabase['monitor']>[0],
  fill: (kuma: KumaDatabase) => void = () => undefined,
) {
  const result = await imported((kuma) => {
    fill(kuma);
    kuma.monitor({ name: 'a', url, ...row });
  });
  const own = told(result).filter((line) => line.includes('monitor['));
  return {
    document: result.targets[0]?.document,
    paused: result.targets[0]?.paused,
    notes: own,
    all: JSON.stringify(result),
  };
}

const plain = { url, every: '1m', timeout: '48s', redirects: { max: 10 } };

test('a plain monitor becomes a target without a note of its own', async () => {
  expect(await oneMonitor({})).toMatchObject({ document: plain, notes: [] });
});

/** Columns of a monitor, parts of the target, patterns of notes. */
const columns: readonly (readonly [Parameters<KumaDatabase['monitor']>[0], object | null, ...RegExp[]])[] = [
  [{ active: 0 }, plain],
  [{ interval: 172_800, timeout: 48 }, { every: '1d' }, /interval: 172800 \| checked every 1d/],
  [{ timeout: 0 }, { timeout: '48s' }],
  [{ timeout: 59.9 }, { timeout: '59800ms' }, /changed .*timeout: 59.9/],
  [{ interval: 600, timeout: 300 }, { timeout: '2m' }, /changed .*timeout: 300/],
  [{ maxretries: 3, retry_interval: 20 }, plain, /left out .*maxretries: 3/, /left out .*retry_interval: 20/],
  [
    { type: 'json-query', json_path: '$', expected_value: 'x', retry_only_on_status_code_failure: 1 },
    {},
    /retry_only_on_status/,
    /json_path/,
  ],
  [{ resend_interval: 5 }, plain, /left out .*resend_interval: 5/],
  [{ cache_bust: 1 }, plain, /left out .*cache_bust/],
  [
    { method: 'POST', body: '{ "a": 1 }', http_body_encoding: 'json' },
    { method: 'POST', body: '{"a":1}', headers: { 'Content-Type': 'application/json' } },
  ],
  [
    { method: 'PUT', body: 'a=1', http_body_encoding: 'form' },
    { body: 'a=1', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
  ],
  [
    { method: 'POST', body: '<a/>', http_body_encoding: 'xml' },
    { headers: { 'Content-Type': 'text/xml; charset=utf-8' } },
  ],
  [{ method: 'POST', body: '{"password":"s3cret"}' }, { body: { env: 'EVERYTICK_SECRET_A_BODY' } }, /to set .*body/],
  [{ body: '{' }, { method: 'GET', body: '{' }, /changed .*body/],
  [{ method: 'POST', body: 'a', http_body_encoding: 'yaml' }, { method: 'POST' }, /left out .*'yaml' is no encoding/],
  [
    { headers: '{"X-A": 1, "Authorization": "s3cret"}' },
    { headers: { 'X-A': '1', Authorization: { env: expect.any(String) } } },
    /to set/,
  ],
  [{ headers: 'X-A: s3cret' }, plain, /left out .*headers \| is no JSON/],
  [
    { auth_method: 'basic', basic_auth_user: 'me', basic_auth_pass: 's3cret' },
    { auth: { basic: { username: 'me', password: { env: expect.any(String) } } } },
    /to set .*basic_auth_pass/,
  ],
  [
    { basic_auth_user: 'me', basic_auth_pass: 's3cret' },
    plain,
    /basic_auth_user.*without effect/,
    /basic_auth_pass.*without effect/,
  ],
  [{ auth_method: 'bearer', bearer_token: 's3cret' }, { auth: { bearer: { env: expect.any(String) } } }, /to set/],
  [
    {
      auth_method: 'oauth2-cc',
      oauth_client_id: 'me',
      oauth_client_secret: 's3cret',
      oauth_token_url: 'https://login.example/token',
      oauth_scopes: 'read write',
      oauth_audience: 'api',
      oauth_auth_method: 'client_secret_post',
    },
    {
      auth: {
        oauth2: {
          client_id: 'me',
          scopes: ['read', 'write'],
          parameters: { audience: 'api' },
          client_authentication: 'body',
        },
      },
    },
    /to set/,
  ],
  [
    { auth_method: 'ntlm', basic_auth_user: 'me', basic_auth_pass: 's3cret', auth_domain: 'd', auth_workstation: 'w' },
    null,
    /auth_method: ntlm/,
  ],
  [
    { auth_method: 'mtls', tls_cert: pem('CERTIFICATE'), tls_key: pem('PRIVATE KEY'), tls_ca: pem('CERTIFICATE') },
    {
      tls: {
        ca: pem('CERTIFICATE'),
        certificate: { cert: pem('CERTIFICATE'), key: { env: 'EVERYTICK_SECRET_A_TLS_KEY' } },
      },
    },
    /to set .*tls_key/,
  ],
  [{ ignore_tls: 1 }, { tls: { insecure_skip_verify: true } }],
  [{ maxredirects: 0 }, { redirects: { follow: false } }],
  [{ maxredirects: 50 }, { redirects: { max: 20 } }, /changed .*maxredirects: 50/],
  [{ accepted_statuscodes_json: '["200-299", "301", "0-150"]' }, { expect: { status: ['100-150', '2xx', 301] } }],
  [{ accepted_statuscodes_json: '[]' }, null, /always down/],
  [{ type: 'keyword', keyword: 'a.b (c)' }, { match: 'a\\.b \\(c\\)' }],
  [{ type: 'keyword', keyword: 'error', invert_keyword: 1 }, { expect: { body: [{ not_matches: 'error' }] } }],
  [{ type: 'keyword', keyword: '"ok": true' }, { match: '"ok": true' }, /changed .*white space/],
  [query('data.status', '==', 'ok'), { expect: { json: [{ path: '$.data.status', equals: 'ok' }] } }, /json_path/],
  [query('data.status', null, '5'), { expect: { json: [{ path: '$.data.status', matches: '^5$' }] } }, /json_path/],
  [
    query('$.items[0].n', '>=', '3'),
    { expect: { json: [{ path: '$.items[0].n', at_least: 3 }] } },
    /json_path:/,
    /texts are not taken/,
  ],
  [
    query('`a b`.c', '!=', 'x'),
    { expect: { json: [{ path: '$["a b"].c', not_matches: '^x$' }] } },
    /json_path:/,
    /true and false are down/,
  ],
  [
    query('ok', '!=', 'true'),
    { expect: { json: [{ path: '$.ok', not_equals: true }] } },
    /json_path:/,
    /null, lists and objects/,
    /expected_value: true/,
  ],
  [
    query('ok', '==', 'true'),
    { expect: { json: [{ path: '$.ok', equals: true }] } },
    /json_path/,
    /expected_value: true/,
  ],
  [
    query('name', 'contains', 'a.b'),
    { expect: { json: [{ path: '$.name', matches: 'a\\.b' }] } },
    /json_path:/,
    /true and false are down/,
  ],
  [query('$count(items)', '>', '3'), plain, /left out .*json_path: \$count/, /expected_value/],
  [{ upside_down: 1 }, null, /upside_down: a check cannot want/],
  [{ ip_family: 'ipv4' }, { ip_family: '4' }],
  [
    { description: 'Our shop\nfor boats' },
    { labels: { description: 'Our shop for boats' } },
    /description.*is a label/,
  ],
  [{ proxy_id: 9 }, plain, /no such proxy/],
  [{ url: 'https://me:s3cret@a.example/' }, { url, auth: { basic: { username: 'me' } } }, /to set/],
  [
    { url: 'https://s3cret@a.example/?page=1&sig=s3cret' },
    { headers: { Authorization: { env: 'EVERYTICK_SECRET_A_AUTHORIZATION' } } },
    /to set .*the parameter sig/,
    /to set .*the user in the URL/,
  ],
  [
    { url: 'https://me:s3cret@a.example/', headers: '{"Authorization":"Basic s3cret"}' },
    { url, auth: { basic: { username: 'me' } } },
    /to set .*the password in the URL/,
    /left out .*the header Authorization .*goes before the header/,
  ],
  [
    {
      url: 'https://me:s3cret@a.example/',
      auth_method: 'basic',
      basic_auth_user: 'other',
      basic_auth_pass: 's3cret',
    },
    { url, auth: { basic: { username: 'me' } } },
    /to set .*the password in the URL/,
    /left out .*auth_method/,
  ],
  [{ name: '', url: 'https://a.example/x?token=s3cret' }, {}, /to set/],
  [{ url: ' https://a.example/ ' }, { url }],
  [
    { method: 'POST', http_body_encoding: 'form', body: 'user=a&pw=s3cret' },
    { body: { env: expect.any(String) } },
    /to set/,
  ],
  [{ method: 'TRACE' }, null, /cannot be watched: 'TRACE'/],
  [{ accepted_statuscodes_json: JSON.stringify(everySecond(25)) }, null, /has 25 entries/],
  [{ accepted_statuscodes_json: JSON.stringify(['300', '301', '302-310']) }, { expect: { status: ['300-310'] } }],
  [{ accepted_statuscodes_json: '["no"]' }, null, /'no' is no status/],
  [{ type: 'keyword', keyword: '["x"' }, { match: '\\["x"' }, /changed .*white space/],
  [{ type: 'keyword', keyword: 'Grüße' }, { match: 'Grüße' }, /changed .*undoes escapes/],
  [{ url: 'ftp://a.example/' }, null, /cannot be watched/],
];

function everySecond(count: number): string[] {
  return Array.from({ length: count }, (_, at) => String(300 + 2 * at));
}

function query(json_path: string, json_path_operator: string | null, expected_value: string) {
  return { type: 'json-query', json_path, json_path_operator, expected_value };
}

function pem(label: string): string {
  return `-----BEGIN ${label}-----\ns3cretless\n-----END ${label}-----\n`;
}

test.each(columns.map((row) => [JSON.stringify(row[0]).slice(0, 120), ...row] as const))(
  'a monitor with %s',
  async (_title, row, wanted, ...notes: RegExp[]) => {
    const result = await oneMonitor(row);
    if (wanted === null) expect(result.document).toBeUndefined();
    else expect(result.document).toMatchObject(wanted);
    for (const note of notes) expect(result.notes).toContainEqual(expect.stringMatching(note));
    if (wanted !== null) expect(result.notes).toHaveLength(notes.length);
    expect(result.all).not.toMatch(/s3cret(?!less)/);
  },
);

test('every column of the table is mapped or told', () => {
  const kuma = makeKumaDatabase(path, '2');
  const all = kuma.columns;
  kuma.database.close();
  const once = [
    'expiry_notification',
    'domain_expiry_notification',
    'weight',
    'user_id',
    'created_date',
    'save_response',
    'save_error_response',
    'response_max_length',
  ];
  // id is where notes point to; the others have tests of their own below.
  const elsewhere = ['id', 'name', 'type', 'parent'];
  const given = new Set([
    ...columns.flatMap(([row]) => Object.keys(row)),
    ...columnsOfOtherTypes,
    ...once,
    ...elsewhere,
  ]);
  expect(all.filter((column) => !given.has(column))).toEqual([]);
});

test('a column of a version to come is told', async () => {
  const result = await imported((kuma) => {
    kuma.database.exec("ALTER TABLE monitor ADD brand_new TEXT DEFAULT 'usual'");
    kuma.monitor({ name: 'a', url });
    kuma.monitor({ name: 'b', url, brand_new: 'other' });
  });
  expect(told(result).filter((line) => line.includes('brand_new'))).toEqual([
    expect.stringMatching(/^left out \| kuma.db: monitor\[2\].brand_new \| brand_new: other \| unknown option/),
  ]);
});

test.each(
  'port ping dns push steam gamedig docker mqtt sqlserver postgres mysql mongodb redis oracledb radius grpc-keyword real-browser kafka-producer tailscale-ping rabbitmq snmp smtp manual ntp pm2 system-service sip-options websocket-upgrade globalping'.split(
    ' ',
  ),
)('a monitor of type %s is told by name', async (type) => {
  const result = await oneMonitor({ type, name: 'mail', url: 'https://', hostname: 'mail.example', port: 25 });
  expect(result.document).toBeUndefined();
  expect(result.notes).toEqual([
    `left out | kuma.db: monitor[1] | ${type}: mail (mail.example:25) | a monitor of type ${type}: Everytick checks http and https alone`,
  ]);
});

test('groups, tags and proxies go with their monitors', async () => {
  const result = await imported((kuma) => {
    kuma.insert('proxy', {
      id: 1,
      user_id: 1,
      protocol: 'socks',
      host: 'proxy.example',
      port: 1080,
      auth: 1,
      username: 'me',
      password: 's3cret',
    });
    kuma.insert('proxy', { id: 2, user_id: 1, protocol: 'https', host: 'proxy.example', port: 443, auth: 0 });
    kuma.insert('proxy', { id: 3, user_id: 1, protocol: 'http', host: 'unused.example', port: 3128, auth: 0 });
    kuma.insert('tag', { id: 1, name: 'team', color: 'red' });
    kuma.insert('tag', { id: 2, name: 'Größe €', color: 'red' });
    const shop = kuma.monitor({ type: 'group', name: 'Shop' });
    const old = kuma.monitor({ type: 'group', name: 'Old', parent: shop, active: 0 });
    const page = kuma.monitor({ name: 'page', url, parent: shop, proxy_id: 1 });
    kuma.monitor({ name: 'page', url, parent: old });
    kuma.monitor({ name: 'refused', url, proxy_id: 2 });
    kuma.insert('monitor_tag', { monitor_id: page, tag_id: 1, value: 'web' });
    kuma.insert('monitor_tag', { monitor_id: page, tag_id: 2, value: '' });
  });
  const [page, old] = result.targets;
  expect(result.targets).toHaveLength(2);
  expect(page).toMatchObject({ name: 'page', document: { group: 'Shop', labels: { team: 'web', 'Gro-e': 'true' } } });
  expect(page?.document['proxy']).toEqual({ env: 'EVERYTICK_SECRET_PROXY_PROXY_EXAMPLE' });
  expect(old).toMatchObject({ name: 'Shop / Old page', paused: true, document: { group: 'Shop / Old' } });
  const notes = told(result).join('\n');
  expect(notes).toMatch(/group: Shop \| a group has no state/);
  expect(notes).toMatch(/http: refused \(https:\/\/a.example\/\) \| its proxy proxy.example:443 is https/);
  expect(notes).toMatch(/proxy\[3\] \| http:\/\/unused.example:3128 \| no monitor uses/);
  expect(notes + importYaml(result, { source: 'kuma', madeFrom: 'kuma' })).not.toContain('s3cret');
});

test('what is so of all monitors, and what is beside them, is told once', async () => {
  const result = await imported((kuma) => {
    kuma.monitor({ name: 'a', url });
    kuma.monitor({ name: 'b', url, type: 'keyword', keyword: 'x' });
    kuma.insert('notification', { name: 'Ops', config: '{"token":"s3cret"}' });
    kuma.insert('maintenance', { title: 'Sunday' });
    for (const table of [
      'status_page',
      'incident',
      'heartbeat',
      'heartbeat',
      'docker_host',
      'api_key',
      'user',
      'setting',
    ])
      kuma.insert(table, { id: null });
    kuma.database.exec('CREATE TABLE brand_new (id INTEGER); INSERT INTO brand_new VALUES (1)');
  });
  const notes = told(result).join('\n');
  for (const given of [
    'expiry_notification (of 2 monitors)',
    'User-Agent and Accept',
    'a cookie that a redirect sets',
    '1 target that looks at the body',
    'notification: 1 row: Ops',
    'maintenance: 1 row: Sunday',
    'status_page: 1 row',
    'incident: 1 row',
    'heartbeat: 2 rows',
    'docker_host: 1 row',
    'api_key: 1 row',
    'user: 1 row',
    'setting: 1 row',
    'brand_new: 1 row | unknown table',
  ]) {
    expect(notes.split(given)).toHaveLength(2);
  }
  expect(notes).not.toContain('s3cret');
});

test('version 1.23 is read as well, and a user without a method from before there were methods', async () => {
  const result = await imported((kuma) => kuma.monitor({ name: 'a', url, keyword: 'x', type: 'keyword' }), '1.23');
  expect(result.targets[0]?.document).toEqual({ ...plain, match: 'x' });
});

describe('the file', () => {
  test('is only read: nothing is beside it afterwards', async () => {
    await imported((kuma) => kuma.monitor({ name: 'a', url }));
    expect(await readdir(folder)).toEqual(['kuma.db']);
    const { notes } = importKuma(await readKuma(path));
    expect(notes).toContainEqual(expect.objectContaining({ given: 'no -wal file beside the database' }));
  });

  test('may be in use: what was written last is there', async () => {
    const kuma = makeKumaDatabase(path, '2');
    kuma.monitor({ name: 'a', url });
    kuma.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    kuma.monitor({ name: 'b', url });
    expect((await readKuma(path)).monitors).toHaveLength(2);
    const copy = join(folder, 'copy');
    await mkdir(copy);
    await copyFile(path, join(copy, 'kuma.db'));
    expect((await readKuma(join(copy, 'kuma.db'))).monitors).toHaveLength(1);
    await copyFile(`${path}-wal`, join(copy, 'kuma.db-wal'));
    expect((await readKuma(join(copy, 'kuma.db'))).monitors).toHaveLength(2);
    kuma.database.close();
  });

  test('that is locked is told', async () => {
    const kuma = makeKumaDatabase(path, '2');
    kuma.database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    await expect(readKuma(path)).rejects.toMatchObject({
      code: 'import_source_invalid',
      message: expect.stringContaining('is locked'),
    });
    kuma.database.close();
  });

  test.each([
    ['text', 'monitors: []\n'.repeat(200), /is no SQLite database; Uptime Kuma's is called kuma.db/],
    ['nothing', '', /is empty/],
    ['a damaged database', `SQLite format 3\0${'x'.repeat(4096)}`, /cannot be read as a database/],
  ])('that has %s in it is told', async (_title, content, message) => {
    await writeFile(path, content, 'latin1');
    await expect(readKuma(path)).rejects.toMatchObject({
      code: 'import_source_invalid',
      message: expect.stringMatching(message),
    });
  });

  test('of another program is told, and one that is not there', async () => {
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE monitor (id INTEGER, brightness INTEGER)');
    other.close();
    await expect(readKuma(path)).rejects.toThrow(/has no table 'monitor' such as Uptime Kuma's/);
    await expect(readKuma(join(folder, 'none.db'))).rejects.toThrow(/none.db: cannot be read: there is no such file/);
    await expect(readKuma(folder)).rejects.toThrow(/cannot be read: it is a folder/);
  });
});
