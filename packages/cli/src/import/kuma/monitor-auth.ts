// Who a monitor says it is: `auth_method` decides which of the columns count.

import { urlWithoutSecrets } from '../url-secrets.ts';
import type { MonitorReading } from './monitor.ts';

const columnsOf: Readonly<Record<string, readonly string[]>> = {
  basic: ['basic_auth_user', 'basic_auth_pass'],
  bearer: ['bearer_token'],
  'oauth2-cc': [
    'oauth_client_id',
    'oauth_client_secret',
    'oauth_token_url',
    'oauth_scopes',
    'oauth_audience',
    'oauth_auth_method',
  ],
  ntlm: ['basic_auth_user', 'basic_auth_pass', 'auth_domain', 'auth_workstation'],
  mtls: ['tls_cert', 'tls_key', 'tls_ca'],
};

export function addAuth(reading: MonitorReading): void {
  const { monitor, draft, source } = reading;
  // Before there was the column, a user was enough.
  const old = source.monitorDefaults.has('auth_method') ? undefined : 'basic';
  const method = monitor.text('auth_method') ?? (monitor.text('basic_auth_user') === undefined ? undefined : old);
  const counting = columnsOf[method ?? ''] ?? [];
  noteLeftovers(reading, counting);
  if (method === undefined || method === 'null' || method === 'none') return;
  if (method === 'mtls') addCertificate(reading);
  else if (draft.field('auth') !== undefined || draft.header('authorization') !== undefined) {
    for (const column of counting) monitor.source.get(column)?.dismiss();
    monitor.leftOut('auth_method', 'without effect: a user in the URL, or the header Authorization, says who asks');
  } else if (method === 'basic') addBasic(reading);
  else if (method === 'bearer') addBearer(reading);
  else if (method === 'oauth2-cc') addOauth2(reading);
  else draft.hinder(`auth_method: ${method}, which Everytick does not do; without it the check would be refused`);
}

/** What the form left behind of other methods. */
function noteLeftovers({ monitor }: MonitorReading, counting: readonly string[]): void {
  for (const column of new Set(Object.values(columnsOf).flat())) {
    if (counting.includes(column) || monitor.text(column) === undefined) continue;
    // The form saves its default with every monitor.
    if (column === 'oauth_auth_method') continue;
    monitor.leftOut(column, `without effect in Uptime Kuma: auth_method is ${monitor.text('auth_method') ?? 'none'}`);
  }
}

function addBasic({ monitor, draft, secrets }: MonitorReading): void {
  const username = monitor.text('basic_auth_user') ?? '';
  const password = monitor.text('basic_auth_pass');
  if (password === undefined) {
    draft.hinder('auth_method: basic without a password, which Everytick does not send');
    return;
  }
  const where = monitor.whereOf('basic_auth_pass');
  const reference = secrets.reference(password, [monitor.name, 'password'], where, 'basic_auth_pass', monitor.name);
  draft.set('auth', { basic: { username, password: reference } });
}

function addBearer({ monitor, draft, secrets }: MonitorReading): void {
  const token = monitor.text('bearer_token');
  if (token === undefined) {
    draft.hinder('auth_method: bearer without a token');
    return;
  }
  const where = monitor.whereOf('bearer_token');
  draft.set('auth', { bearer: secrets.reference(token, [monitor.name, 'token'], where, 'bearer_token', monitor.name) });
}

function addOauth2({ monitor, draft, report, secrets }: MonitorReading): void {
  const url = monitor.text('oauth_token_url');
  const id = monitor.text('oauth_client_id');
  const secret = monitor.text('oauth_client_secret');
  if (url === undefined || id === undefined || secret === undefined) {
    draft.hinder('auth_method: oauth2-cc without oauth_token_url, oauth_client_id or oauth_client_secret');
    return;
  }
  const scopes = (monitor.text('oauth_scopes') ?? '').split(/\s+/).filter((scope) => scope !== '');
  const audience = monitor.text('oauth_audience');
  const method = monitor.text('oauth_auth_method') ?? 'client_secret_basic';
  if (method !== 'client_secret_basic' && method !== 'client_secret_post') {
    monitor.changed('oauth_auth_method', 'the client proves who it is in the Authorization header');
  }
  const where = monitor.whereOf('oauth_client_secret');
  const place = { where: monitor.whereOf('oauth_token_url'), target: monitor.name, report, secrets };
  const tokenUrl = urlWithoutSecrets(url, place);
  if (tokenUrl.basic !== undefined || tokenUrl.authorization !== undefined) {
    draft.hinder('oauth_token_url has a user in it, whom Everytick does not send there');
    return;
  }
  const words = [monitor.name, 'client', 'secret'];
  draft.set('auth', {
    oauth2: {
      token_url: tokenUrl.url,
      client_id: id,
      client_secret: secrets.reference(secret, words, where, 'oauth_client_secret', monitor.name),
      ...(scopes.length === 0 ? {} : { scopes }),
      ...(audience === undefined ? {} : { parameters: { audience } }),
      ...(method === 'client_secret_post' ? { client_authentication: 'body' } : {}),
    },
  });
}

function addCertificate({ monitor, draft, secrets }: MonitorReading): void {
  const cert = monitor.text('tls_cert');
  const key = monitor.text('tls_key');
  const ca = monitor.text('tls_ca');
  const where = monitor.whereOf('tls_key');
  const insecure = monitor.flag('ignore_tls');
  if ((cert === undefined) !== (key === undefined)) {
    draft.hinder('auth_method: mtls with a certificate without its key, or the key alone');
    return;
  }
  if (insecure && ca !== undefined) monitor.leftOut('tls_ca', 'without effect where ignore_tls is on');
  const words = [monitor.name, 'tls', 'key'];
  draft.set('tls', {
    ...(insecure ? { insecure_skip_verify: true } : {}),
    ...(ca === undefined || insecure ? {} : { ca }),
    ...(cert === undefined || key === undefined
      ? {}
      : { certificate: { cert, key: secrets.reference(key, words, where, 'tls_key', monitor.name) } }),
  });
}
