// By which way a module reaches the server: versions of HTTP, redirects, addresses, proxies.

import { optionChanged, optionLeftOut } from '../option-notes.ts';
import { withoutUrlSecrets } from '../source-text.ts';
import type { ModuleReading } from './http-module.ts';

/** More end a probe. */
const mostRedirects = 10;

export function addConnection(reading: ModuleReading): void {
  addVersion(reading);
  addRedirects(reading);
  addAddressFamily(reading);
  addProxy(reading);
}

function addVersion({ http, draft, report, name }: ModuleReading): void {
  const http3 = http.get('enable_http3');
  const offers2 = http.get('enable_http2')?.truth !== false;
  const valid = http.get('valid_http_versions');
  const versions = (valid?.items ?? []).map((version) => (version.text ?? '').toUpperCase());
  if (http3?.truth === true) {
    optionChanged(report, http3, 'checked over HTTP/1.1 or HTTP/2, as Everytick does not speak HTTP/3');
    draft.set('http_version', 'auto');
    if (valid !== undefined) optionLeftOut(report, valid, 'Everytick does not speak HTTP/3');
    return;
  }
  const takes1 = versions.includes('HTTP/1.1');
  const takes2 = versions.includes('HTTP/2.0') || versions.includes('HTTP/2');
  const others = versions.filter((version) => !['HTTP/1.1', 'HTTP/2.0', 'HTTP/2'].includes(version));
  if (valid !== undefined && others.length > 0) {
    optionChanged(report, valid, `${others.join(', ')} cannot be expected; HTTP/1.1 and HTTP/2 can`);
  } else if (valid !== undefined && versions.includes('HTTP/2')) {
    optionChanged(report, valid, 'HTTP/2 is taken as HTTP/2.0, which is what blackbox_exporter compares with');
  }
  if (versions.length === 0) draft.set('http_version', offers2 ? 'auto' : '1.1');
  else if (takes1 && takes2) draft.set('http_version', offers2 ? 'auto' : '1.1');
  else if (takes2) draft.set('http_version', '2');
  else if (takes1) {
    draft.set('http_version', '1.1');
    if (offers2 && valid !== undefined) optionChanged(report, valid, 'HTTP/2 is not offered, instead of being refused');
  } else {
    draft.hinder(`its module '${name}' wants ${others.join(', ')}, which Everytick does not speak`);
  }
}

export const cookieNote =
  'a cookie that a redirect sets is not sent with the next request of the check; blackbox_exporter sends it';

function addRedirects({ http, draft, report }: ModuleReading): void {
  const old = http.get('no_follow_redirects');
  if (old !== undefined) optionChanged(report, old, "is what 'follow_redirects' says the other way round");
  const follow = http.get('follow_redirects')?.truth ?? old?.truth !== true;
  if (follow) report.changed(http.where, 'cookies', cookieNote);
  draft.set('redirects', follow ? { max: mostRedirects } : { follow: false });
}

function addAddressFamily({ http, draft, report }: ModuleReading): void {
  const protocol = http.get('preferred_ip_protocol');
  const family = protocol?.text === 'ip4' ? '4' : '6';
  if (protocol?.text !== undefined && !['ip4', 'ip6', ''].includes(protocol.text)) {
    optionLeftOut(report, protocol, 'is neither ip4 nor ip6; ip6 is preferred');
  }
  const fallback = http.get('ip_protocol_fallback')?.truth !== false;
  draft.set('ip_family', fallback ? `prefer_${family}` : family);
}

function addProxy({ http, draft, report, secrets, name }: ModuleReading): void {
  const proxy = http.get('proxy_url');
  const resolves = http.get('skip_resolve_phase_with_proxy');
  addProxySurroundings({ http, report });
  if (proxy?.text === undefined || proxy.text === '') {
    if (resolves?.truth === true) optionLeftOut(report, resolves, 'without effect where no proxy_url is given');
    return;
  }
  const atProxy = resolves?.truth === true;
  const scheme = /^([a-z0-9+.-]+):/i.exec(proxy.text)?.[1]?.toLowerCase() ?? '';
  if (!['http', 'socks5', 'socks5h'].includes(scheme)) {
    const shown = withoutUrlSecrets(proxy.text);
    draft.hinder(`its module '${name}' uses the proxy ${shown}; Everytick knows http, socks5 and socks5h proxies`);
    return;
  }
  // blackbox_exporter looks the name up itself and gives any proxy the address, unless it is told to skip that.
  const url = scheme === 'http' ? proxy.text : proxy.text.replace(/^socks5h?:/i, atProxy ? 'socks5h:' : 'socks5:');
  const hasUser = /\/\/[^/\\?#]*@/.test(url);
  const words = [name, 'proxy'];
  draft.set('proxy', hasUser ? secrets.reference(url, words, proxy.where, 'the URL of the proxy', null) : url);
  if (scheme === 'http' && !atProxy) {
    optionChanged(report, proxy, "the proxy looks the target's name up, not the worker");
  }
}

function addProxySurroundings({ http, report }: Pick<ModuleReading, 'http' | 'report'>): void {
  const except = http.get('no_proxy');
  if (except !== undefined) {
    optionLeftOut(
      report,
      except,
      "the proxy is used for all targets of the module; take 'proxy' away where it should not be",
    );
  }
  const environment = http.get('proxy_from_environment');
  if (environment?.truth === true) {
    optionLeftOut(report, environment, "workers do not look there; give 'proxy' to the targets that need it");
  }
  for (const [header, value] of http.get('proxy_connect_header')?.entries ?? []) {
    const how =
      header.toLowerCase() === 'proxy-authorization'
        ? "a user and password in the proxy's URL are sent as Proxy-Authorization: Basic; nothing else can be"
        : "no headers of one's own are sent to proxies";
    value.dismiss();
    report.leftOut(value.where, `proxy_connect_header: ${header}`, how);
  }
}
