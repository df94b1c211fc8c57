// Every option that Gatus's documentation lists is in examples/shop.yaml, and becomes a field of a target or a note.
// https://github.com/TwiN/gatus#configuration

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type FinishedImport, finishImport } from '../finish-import.ts';
import type { SourceValue } from '../source-value.ts';
import { importYaml } from '../write-import.ts';
import { importGatus } from './import-gatus.ts';
import { parseGatusYaml, readGatusFiles } from './read-gatus.ts';

/** Option, and the field of a target that it becomes. */
const mapped: Readonly<Record<string, string>> = {
  endpoints: 'name',
  'endpoints[].enabled': 'paused',
  'endpoints[].name': 'name',
  'endpoints[].group': 'group',
  'endpoints[].url': 'url',
  'endpoints[].method': 'method',
  'endpoints[].conditions': 'expect',
  'endpoints[].interval': 'every',
  'endpoints[].graphql': 'body',
  'endpoints[].body': 'body',
  'endpoints[].headers': 'headers',
  'endpoints[].client': 'timeout',
  'endpoints[].client.insecure': 'tls.insecure_skip_verify',
  'endpoints[].client.ignore-redirect': 'redirects.follow',
  'endpoints[].client.timeout': 'timeout',
  'endpoints[].client.dns-resolver': 'dns.server',
  'endpoints[].client.oauth2': 'auth.oauth2',
  'endpoints[].client.oauth2.token-url': 'auth.oauth2.token_url',
  'endpoints[].client.oauth2.client-id': 'auth.oauth2.client_id',
  'endpoints[].client.oauth2.client-secret': 'auth.oauth2.client_secret',
  'endpoints[].client.oauth2.scopes': 'auth.oauth2.scopes',
  'endpoints[].client.proxy-url': 'proxy',
  'endpoints[].client.tls.certificate-file': 'tls.certificate.cert',
  'endpoints[].client.tls.private-key-file': 'tls.certificate.key',
  'endpoints[].extra-labels': 'labels',
};

/** The place that a note is about, and the options of which it tells: sections that mean nothing here are told as a whole. */
const reported: Readonly<Record<string, readonly string[]>> = {
  metrics: ['metrics'],
  storage: [
    'storage',
    'storage.path',
    'storage.type',
    'storage.caching',
    'storage.maximum-number-of-results',
    'storage.maximum-number-of-events',
  ],
  'alerting.slack': ['alerting'],
  announcements: [
    'announcements',
    'announcements[].timestamp',
    'announcements[].type',
    'announcements[].message',
    'announcements[].archived',
  ],
  security: [
    'security',
    'security.basic',
    'security.basic.username',
    'security.basic.password-bcrypt-base64',
    'security.oidc',
    'security.oidc.issuer-url',
    'security.oidc.redirect-url',
    'security.oidc.client-id',
    'security.oidc.client-secret',
    'security.oidc.scopes',
    'security.oidc.allowed-subjects',
    'security.oidc.session-ttl',
  ],
  concurrency: ['concurrency'],
  'disable-monitoring-lock': ['disable-monitoring-lock'],
  'skip-invalid-config-update': ['skip-invalid-config-update'],
  web: [
    'web',
    'web.address',
    'web.port',
    'web.read-buffer-size',
    'web.tls.certificate-file',
    'web.tls.private-key-file',
  ],
  ui: [
    'ui',
    'ui.title',
    'ui.description',
    'ui.dashboard-heading',
    'ui.dashboard-subheading',
    'ui.header',
    'ui.logo',
    'ui.link',
    'ui.favicon.default',
    'ui.favicon.size16x16',
    'ui.favicon.size32x32',
    'ui.buttons',
    'ui.buttons[].name',
    'ui.buttons[].link',
    'ui.custom-css',
    'ui.dark-mode',
    'ui.default-sort-by',
    'ui.default-filter-by',
    'ui.login-subtitle',
  ],
  maintenance: [
    'maintenance',
    'maintenance.enabled',
    'maintenance.start',
    'maintenance.duration',
    'maintenance.timezone',
    'maintenance.every',
  ],
  connectivity: [
    'connectivity',
    'connectivity.checker',
    'connectivity.checker.target',
    'connectivity.checker.interval',
  ],
  remote: [
    'remote',
    'remote.instances',
    'remote.instances[].endpoint-prefix',
    'remote.instances[].url',
    'remote.client',
  ],
  tunneling: [
    'tunneling',
    'tunneling.production',
    'tunneling.production.type',
    'tunneling.production.host',
    'tunneling.production.port',
    'tunneling.production.username',
    'tunneling.production.password',
    'tunneling.production.private-key',
  ],
  'endpoints[13]': ['endpoints[].dns', 'endpoints[].dns.query-type', 'endpoints[].dns.query-name'],
  'endpoints[14]': ['endpoints[].ssh', 'endpoints[].ssh.username', 'endpoints[].ssh.password'],
  'endpoints[2].alerts[1]': ['endpoints[].alerts'],
  'endpoints[2].alerts[0]': [
    'endpoints[].alerts[].type',
    'endpoints[].alerts[].enabled',
    'endpoints[].alerts[].failure-threshold',
    'endpoints[].alerts[].success-threshold',
    'endpoints[].alerts[].minimum-reminder-interval',
    'endpoints[].alerts[].send-on-resolved',
    'endpoints[].alerts[].description',
    'endpoints[].alerts[].provider-override',
  ],
  'endpoints[3].maintenance-windows': ['endpoints[].maintenance-windows'],
  'endpoints[5].client.identity-aware-proxy': [
    'endpoints[].client.identity-aware-proxy',
    'endpoints[].client.identity-aware-proxy.audience',
  ],
  'endpoints[3].client.tls.renegotiation': ['endpoints[].client.tls.renegotiation'],
  'endpoints[3].client.network': ['endpoints[].client.network'],
  'endpoints[3].client.tunnel': ['endpoints[].client.tunnel'],
  'endpoints[3].client.store-cookies': ['endpoints[].client.store-cookies'],
  'endpoints[3].ui.hide-url': ['endpoints[].ui', 'endpoints[].ui.hide-url'],
  'endpoints[3].ui.hide-conditions': ['endpoints[].ui.hide-conditions'],
  'endpoints[3].ui.hide-hostname': ['endpoints[].ui.hide-hostname'],
  'endpoints[3].ui.hide-port': ['endpoints[].ui.hide-port'],
  'endpoints[3].ui.hide-errors': ['endpoints[].ui.hide-errors'],
  'endpoints[3].ui.dont-resolve-failed-conditions': ['endpoints[].ui.dont-resolve-failed-conditions'],
  'endpoints[3].ui.resolve-successful-conditions': ['endpoints[].ui.resolve-successful-conditions'],
  'endpoints[3].ui.badge': ['endpoints[].ui.badge.response-time'],
  'endpoints[6].always-run': ['endpoints[].always-run'],
  'endpoints[6].store': ['endpoints[].store'],
  'external-endpoints[0]': [
    'external-endpoints',
    'external-endpoints[].enabled',
    'external-endpoints[].name',
    'external-endpoints[].group',
    'external-endpoints[].token',
    'external-endpoints[].heartbeat',
    'external-endpoints[].heartbeat.interval',
  ],
  'external-endpoints[0].alerts[0]': ['external-endpoints[].alerts'],
  'suites[0]': [
    'suites',
    'suites[].enabled',
    'suites[].name',
    'suites[].group',
    'suites[].interval',
    'suites[].timeout',
    'suites[].context',
    'suites[].endpoints',
    'suites[].endpoints[].store',
    'suites[].endpoints[].always-run',
  ],
};

/** Of `alerting`. */
const documentedAlerting = [
  ...['awsses', 'aws-ses', 'clickup', 'custom', 'datadog', 'discord', 'email', 'gitea', 'github', 'gitlab'],
  ...['googlechat', 'gotify', 'homeassistant', 'ifttt', 'ilert', 'incident-io', 'line', 'matrix', 'mattermost'],
  ...['messagebird', 'n8n', 'newrelic', 'ntfy', 'opsgenie', 'pagerduty', 'plivo', 'pushover', 'rocketchat', 'sendgrid'],
  ...['signal', 'signl4', 'slack', 'splunk', 'squadcast', 'teams', 'teams-workflows', 'telegram', 'twilio', 'vonage'],
  ...['webex', 'zapier', 'zulip'],
];

const shop = join(import.meta.dirname, 'examples/shop.yaml');

/** Whether something in the document is at a path such as `endpoints[].client.tls`. */
function isThere(value: unknown, path: string): boolean {
  if (path === '') return value !== undefined;
  const [, list, key = '', rest = ''] = /^(?:(\[\])|([^.[]+))\.?(.*)$/.exec(path) ?? [];
  if (list !== undefined) return Array.isArray(value) && value.some((item) => isThere(item, rest));
  return typeof value === 'object' && value !== null && key in value && isThere(Object(value)[key], rest);
}

describe('every option that Gatus documents', () => {
  let source: SourceValue;
  let finished: FinishedImport;
  beforeAll(async () => {
    source = await readGatusFiles(shop);
    finished = finishImport(importGatus(source));
  });

  test.each(Object.entries(mapped))('%s becomes %s', (option, field) => {
    expect(isThere(source.plain, option)).toBe(true);
    const documents = finished.targets.map(({ document, paused, name }) => ({ ...document, paused, name }));
    expect(documents.some((document) => isThere(document, field))).toBe(true);
  });

  test.each(Object.entries(reported))('%s is reported, with %j', (place, options) => {
    expect(options.filter((option) => !isThere(source.plain, option))).toEqual([]);
    expect(finished.notes.map(({ where }) => where.slice(where.indexOf(': ') + 2))).toContain(place);
  });

  test('of alerting is reported by its provider', () => {
    const providers = documentedAlerting.map((provider) => `  ${provider}: { token: hidden }\n`);
    const source = parseGatusYaml(`alerting:\n${providers.join('')}endpoints: []\n`, 'config.yaml');
    const { notes } = importGatus(source);
    expect(notes.map(({ given }) => given)).toEqual(documentedAlerting.map((provider) => `alerting.${provider}`));
  });

  test('and any other is reported as unknown', () => {
    const unknown = finished.notes.filter(({ why }) => why.startsWith('unknown option'));
    expect(unknown.map(({ given, target }) => [given, target])).toEqual([
      ['colour: green', 'iap'],
      ['telemetry: {endpoint}', null],
    ]);
  });

  test('and no secret of the file is in what is printed', async () => {
    const printed = `${importYaml(finished, { source: 'gatus', madeFrom: 'Gatus' })}${JSON.stringify(finished.notes)}`;
    const secrets = [
      ...['storage-password', 'YmNyeXB0', 'oidc-client-secret', 'tunnel-password', 'dHVubmVs', 'slack-webhook-secret'],
      ...['pagerduty-integration-key', 'key-in-the-url', 'literal-api-key', 'override-secret', 'password-in-the-url'],
      ...['proxy-password', 'oauth2-client-secret', 'ssh-password', 'external-endpoint-token', 'telemetry-password'],
    ];
    const text = await readFile(shop, 'utf8');
    expect(secrets.filter((secret) => !text.includes(secret))).toEqual([]);
    expect(secrets.filter((secret) => printed.includes(secret))).toEqual([]);
  });
});
