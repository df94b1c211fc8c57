// `client`: how Gatus sends its request. https://github.com/TwiN/gatus#client-configuration

import { isIP } from 'node:net';
import { keyOf, shownValue } from '../source-text.ts';
import type { SourceValue } from '../source-value.ts';
import { urlWithoutSecrets } from '../url-secrets.ts';
import type { EndpointContext } from './endpoint-context.ts';
import { goDurationMs } from './go-values.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Fields of a target. `timeout` is read before, for it goes with the interval. */
export function clientFields(client: SourceValue | undefined, context: EndpointContext): Fields {
  if (client === undefined) return {};
  const tls = tlsFields(client, context);
  return {
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(client.get('ignore-redirect')?.truth === true ? { redirects: { follow: false } } : {}),
    ...dnsFields(client.get('dns-resolver'), context),
    ...proxyFields(client.get('proxy-url'), context),
    ...oauth2Fields(client.get('oauth2'), context),
    ...reported(client, context),
  };
}

/** Milliseconds; Gatus takes 10 seconds for what is less than a millisecond. */
export function clientTimeoutMs(
  client: SourceValue | undefined,
  { report, name }: Pick<EndpointContext, 'report' | 'name'>,
): number {
  const given = client?.get('timeout');
  const ms = given === undefined ? null : goDurationMs(given.text ?? '');
  if (given !== undefined && ms === null) {
    report.changed(
      given.where,
      shownValue(given, 'timeout'),
      'it is no duration that can be read here; 10s is taken',
      name,
    );
  }
  return ms === null || ms < 1 ? 10_000 : ms;
}

function tlsFields(client: SourceValue, { report, name }: EndpointContext): Fields {
  const tls = client.get('tls');
  const insecure = client.get('insecure')?.truth === true;
  const [cert, key] = [tls?.get('certificate-file'), tls?.get('private-key-file')];
  const renegotiation = tls?.get('renegotiation');
  if (renegotiation !== undefined && renegotiation.text !== 'never') {
    report.leftOut(renegotiation.where, shownValue(renegotiation, 'renegotiation'), 'TLS is never renegotiated', name);
  }
  if (cert?.text === undefined || key?.text === undefined) {
    if (tls !== undefined && (cert ?? key) !== undefined) {
      report.leftOut(tls.where, shownValue(tls, 'tls'), 'a certificate needs its key, and a key its certificate', name);
    }
    return insecure ? { insecure_skip_verify: true } : {};
  }
  const why =
    'put both files where workers may read secrets (EVERYTICK_SECRET_DIR, /run/secrets unless set), and correct the paths';
  report.toSet(tls?.where ?? client.where, `tls: ${cert.text}, ${key.text}`, why, name);
  return {
    certificate: { cert: { file: cert.text }, key: { file: key.text } },
    ...(insecure ? { insecure_skip_verify: true } : {}),
  };
}

function dnsFields(resolver: SourceValue | undefined, { report, name }: EndpointContext): Fields {
  if (resolver === undefined) return {};
  const [, protocol = '', host = '', port = ''] = /^(.*):\/\/([A-Za-z0-9.-]+):(\d+)/.exec(resolver.text ?? '') ?? [];
  if (isIP(host) === 0) {
    report.leftOut(
      resolver.where,
      shownValue(resolver, 'dns-resolver'),
      'a DNS server has to be given by its address',
      name,
    );
    return {};
  }
  if (!protocol.startsWith('udp')) {
    const why = 'it is asked over UDP, and over TCP where an answer is too long for that';
    report.changed(resolver.where, shownValue(resolver, 'dns-resolver'), why, name);
  }
  return { dns: { server: port === '53' ? host : `${host}:${port}` } };
}

function proxyFields(proxy: SourceValue | undefined, { report, name, secrets }: EndpointContext): Fields {
  const url = proxy?.text;
  if (proxy === undefined || url === undefined) return {};
  if (/^https:/i.test(url)) {
    report.leftOut(
      proxy.where,
      shownValue(proxy, 'proxy-url'),
      'a proxy is spoken to over http, socks5 or socks5h',
      name,
    );
    return {};
  }
  if (!/\/\/[^/\\?#]*@/.test(url)) return { proxy: url };
  return { proxy: secrets.reference(url, [name, 'proxy'], proxy.where, 'proxy-url, which has a user in it', name) };
}

function oauth2Fields(oauth2: SourceValue | undefined, context: EndpointContext): Fields {
  if (oauth2 === undefined) return {};
  const { name, report, secrets } = context;
  const [tokenUrl, id, secret] = (['token-url', 'client-id', 'client-secret'] as const).map((key) => oauth2.get(key));
  const scopes = (oauth2.get('scopes')?.items ?? []).map((scope) => scope.text ?? '').filter((scope) => scope !== '');
  if (tokenUrl?.text === undefined || id?.text === undefined || secret?.text === undefined) {
    report.leftOut(oauth2.where, 'oauth2', 'token-url, client-id and client-secret all have to be given', name);
    return {};
  }
  const client_secret = secrets.reference(secret.text, [name, 'client_secret'], secret.where, 'client-secret', name);
  const {
    url: token_url,
    basic,
    authorization,
  } = urlWithoutSecrets(tokenUrl.text, {
    where: tokenUrl.where,
    target: name,
    report,
    secrets,
  });
  if (basic !== undefined || authorization !== undefined) {
    const why = 'the target is left out: Everytick sends no user to a token-url, so that the check would be refused';
    report.leftOut(tokenUrl.where, `${name}: token-url`, why, name);
    return { auth: null };
  }
  const fields = { token_url, client_id: id.text, client_secret };
  return { auth: { oauth2: { ...fields, ...(scopes.length === 0 ? {} : { scopes }) } } };
}

const notThere: Readonly<Record<string, string>> = {
  'identity-aware-proxy': "tokens of Google's Identity-Aware Proxy are not fetched",
  network: 'it is for ICMP alone; Everytick checks over HTTP (ip_family says by which version of IP)',
  tunnel: 'there are no SSH tunnels; run a worker where the target can be reached, and give it a location',
  'store-cookies': 'no cookie is kept from one check to the next',
};

function reported(client: SourceValue, { report, name }: EndpointContext): Fields {
  for (const [key, why] of Object.entries(notThere)) {
    const value = client.get(key);
    if (value === undefined || value.truth === false) continue;
    value.dismiss();
    report.leftOut(value.where, shownValue(value, keyOf(value)), why, name);
  }
  return {};
}
