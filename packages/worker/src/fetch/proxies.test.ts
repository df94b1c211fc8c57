// Checks through real proxies.

import type { CheckOptions, FetchResult } from '@everytick/core';
import {
  createCertificateAuthority,
  eventually,
  respond,
  startHttpProxy,
  startSocksProxy,
  startWebServer,
  testFetcher,
  unusedPort,
} from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';

const starters = { http: startHttpProxy, socks5: startSocksProxy, socks5h: startSocksProxy };
const fetcher = testFetcher({ hosts: ['127.0.0.1 shop.test'], environment: { PROXY_PASSWORD: 'geheim' } });

function fetch(url: string, options: CheckOptions): Promise<FetchResult> {
  return fetcher.fetch({ id: 1, url, timeoutMs: 3_000, matchPattern: null, options });
}

describe.each(['http', 'socks5', 'socks5h'] as const)('a proxy of kind %s', (kind) => {
  const start = starters[kind];

  it('carries a plain request, and the time it takes is part of connecting', async () => {
    const server = await startWebServer({ routes: { '/': respond({ body: 'through' }) } });
    const proxy = await start({ delayMs: 100 });
    const result = await fetch(`http://127.0.0.1:${server.port}/`, { proxy: `${kind}://127.0.0.1:${proxy.port}` });
    expect(result).toMatchObject({ httpStatus: 200, error: null, remoteAddress: '127.0.0.1' });
    expect(result.phases.connectUs).toBeGreaterThanOrEqual(98_000);
    expect(result.phases.firstByteUs).toBeLessThan(98_000);
    expect(proxy.asked).toEqual([`127.0.0.1:${server.port}`]);
  });

  it('carries TLS, verified end to end', async () => {
    const ca = await createCertificateAuthority();
    const server = await startWebServer({ certificate: await ca.issue(), routes: { '/': respond({ body: 'safe' }) } });
    const proxy = await start();
    const options: CheckOptions = { proxy: `${kind}://127.0.0.1:${proxy.port}`, tls: { ca: ca.cert } };
    const result = await fetch(`https://127.0.0.1:${server.port}/`, options);
    expect(result.error).toBeNull();
    expect(result.tls?.expiresAtMs).toBeGreaterThan(Date.now());
    const untrusted = await fetch(`https://127.0.0.1:${server.port}/`, { proxy: options.proxy });
    expect(untrusted.error?.code).toBe('tls_untrusted');
  });

  it('is given the name unless names are resolved here', async () => {
    const server = await startWebServer({ routes: { '/': respond({}) } });
    const proxy = await start({ names: { 'shop.test': '127.0.0.1', 'inside.test': '127.0.0.1' } });
    const options = { proxy: `${kind}://127.0.0.1:${proxy.port}` };
    expect((await fetch(`http://shop.test:${server.port}/`, options)).error).toBeNull();
    expect(proxy.asked).toEqual([`${kind === 'socks5' ? '127.0.0.1' : 'shop.test'}:${server.port}`]);
    const inside = await fetch(`http://inside.test:${server.port}/`, { ...options, dns: { server: '127.0.0.1:1' } });
    expect(inside.error === null).toBe(kind !== 'socks5');
  });

  it('gets user and password of its URL, which are shown nowhere', async () => {
    const server = await startWebServer({ routes: { '/': respond({}) } });
    const proxy = await start({ credentials: 'me:geheim' });
    const at = `127.0.0.1:${proxy.port}`;
    const good = await fetch(server.url, { proxy: `${kind}://me:geheim@${at}` });
    expect(good.error).toBeNull();
    const bad = await fetch(server.url, { proxy: `${kind}://me:falsch@${at}` });
    expect(bad.error?.code).toBe('proxy_failed');
    expect(bad.error?.detail).not.toMatch(/falsch/);
    expect((await fetch(server.url, { proxy: `${kind}://${at}` })).error?.code).toBe('proxy_failed');
  });

  it('may have a name and a password that are longer than SOCKS has room for, which ends no process', async () => {
    const server = await startWebServer({ routes: { '/': respond({ body: 'here' }) } });
    const proxy = await start({ credentials: `me:${'x'.repeat(300)}` });
    const url = `${kind}://me:${'x'.repeat(300)}@127.0.0.1:${proxy.port}`;
    const { error, missed } = await fetch(server.url, { proxy: url });
    if (kind === 'http') expect(error).toBeNull();
    else expect(missed).toMatchObject({ code: 'options_invalid', detail: expect.stringMatching(/at most 255 bytes/) });
    expect(String(missed?.detail)).not.toMatch(/xxx/);
  });

  it('that cannot reach the target, or cannot be reached, is proxy_failed', async () => {
    const proxy = await start();
    const far = await fetch(`http://127.0.0.1:${await unusedPort()}/`, { proxy: `${kind}://127.0.0.1:${proxy.port}` });
    expect(far.error?.code).toBe('proxy_failed');
    const gone = await fetch('http://127.0.0.1:1/', { proxy: `${kind}://127.0.0.1:${await unusedPort()}` });
    expect(gone.error?.code).toBe('proxy_failed');
    await eventually(() => fetcher.openSockets === 0);
  });

  it('that says nothing uses up the time for connecting', async () => {
    const proxy = await start({ delayMs: 60_000 });
    const server = await startWebServer();
    const startedAt = performance.now();
    const result = await fetcher.fetch({
      id: 1,
      url: server.url,
      timeoutMs: 300,
      matchPattern: null,
      options: { proxy: `${kind}://127.0.0.1:${proxy.port}` },
    });
    expect(result.error?.code).toBe('timeout_connect');
    expect(performance.now() - startedAt).toBeLessThan(600);
    await eventually(() => fetcher.openSockets === 0);
  });

  it('may be used only where the worker may connect, and opens no way to an address that is closed', async () => {
    const proxy = await start();
    const closed = testFetcher({ egress: undefined });
    const target = { id: 1, url: 'http://127.0.0.1:1/', timeoutMs: 1_000, matchPattern: null };
    const options = { proxy: `${kind}://127.0.0.1:${proxy.port}` };
    expect((await closed.fetch({ ...target, url: 'http://93.184.215.14/', options })).error?.code).toBe(
      'egress_denied',
    );
    const metadata = await fetcher.fetch({ ...target, url: 'http://169.254.169.254/', options });
    expect(metadata.error?.code).toBe('egress_denied');
    expect(proxy.asked).toEqual([]);
  });
});
