// By which way a monitor reaches its server: redirects, family of addresses, certificates, proxy.

import type { MonitorReading } from './monitor.ts';

const mostRedirects = 20;

export function addConnection(reading: MonitorReading): void {
  const { monitor, draft } = reading;
  const redirects = Math.max(0, monitor.number('maxredirects') ?? 10);
  if (redirects > mostRedirects) monitor.changed('maxredirects', `at most ${mostRedirects} are followed`);
  draft.set('redirects', redirects === 0 ? { follow: false } : { max: Math.min(redirects, mostRedirects) });
  const family = monitor.text('ip_family');
  if (family === 'ipv4' || family === 'ipv6') draft.set('ip_family', family.slice(-1));
  else if (family !== undefined) monitor.leftOut('ip_family', 'is neither ipv4 nor ipv6; both are tried');
  // With a client certificate, its columns say all of `tls`.
  if (monitor.flag('ignore_tls') && monitor.text('auth_method') !== 'mtls') {
    draft.set('tls', { insecure_skip_verify: true });
  }
  addProxy(reading);
}

/** As the proxy agent of Uptime Kuma takes them: `socks` and `socks5h` leave names to the proxy. */
const schemes: Readonly<Record<string, string>> = {
  http: 'http',
  socks: 'socks5h',
  socks5: 'socks5',
  socks5h: 'socks5h',
};

function addProxy({ monitor, draft, source, secrets }: MonitorReading): void {
  const id = monitor.number('proxy_id');
  if (id === undefined) return;
  const proxy = source.proxies.find((each) => each['id'] === id);
  if (proxy === undefined) {
    monitor.leftOut('proxy_id', 'there is no such proxy in the database');
    return;
  }
  if (!isTrue(proxy['active'])) {
    monitor.leftOut('proxy_id', 'the proxy is not active, so that Uptime Kuma does not use it');
    return;
  }
  const protocol = String(proxy['protocol']);
  const scheme = schemes[protocol];
  if (scheme === undefined) {
    draft.hinder(
      `its proxy ${proxy['host']}:${proxy['port']} is ${protocol}; Everytick knows http, socks5 and socks5h proxies`,
    );
    return;
  }
  const host = String(proxy['host']);
  const url = new URL(
    `${scheme}://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}:${proxy['port']}`,
  );
  const user = String(proxy['username'] ?? '');
  const password = String(proxy['password'] ?? '');
  if (isTrue(proxy['auth'])) {
    url.username = user;
    url.password = password;
  }
  const where = `${source.file}: proxy[${id}]`;
  const words = ['proxy', host];
  draft.set(
    'proxy',
    url.password === '' && url.username === ''
      ? url.href
      : secrets.reference(
          url.href,
          words,
          where,
          `the URL of the proxy: ${scheme}://${password === '' ? '(its user)' : `${user}:(its password)`}@${url.host}`,
          monitor.name,
        ),
  );
}

function isTrue(value: unknown): boolean {
  return value === 1 || value === true || value === '1';
}
