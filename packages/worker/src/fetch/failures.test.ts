// Each way in which fetching fails, provoked on real sockets, and the code that it gets.

import type { CheckErrorCode, CheckOptions, FetchResult } from '@everytick/core';
import {
  breakOffMidBody,
  type Certificate,
  type CertificateAuthority,
  checkShortOfDescriptors,
  createCertificateAuthority,
  createSelfSignedCertificate,
  type DnsReply,
  drip,
  eventually,
  raw,
  resetWithoutAnswer,
  respond,
  silent,
  startDeafServer,
  startDnsServer,
  startTcpServer,
  startWebServer,
  testFetcher,
  unusedPort,
  type WebServer,
} from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mostTelling } from './address-race.ts';
import { hopFailure } from './error-codes.ts';

const fetcher = testFetcher({ hosts: ['127.0.0.1 dual.test', '127.0.0.2 dual.test'] });
afterAll(() => eventually(() => fetcher.openSockets === 0));

function check(url: string, timeoutMs = 5_000, by = fetcher): Promise<FetchResult> {
  return by.fetch({ id: 1, url, timeoutMs, matchPattern: null });
}

async function expectFailure(url: string, code: CheckErrorCode, by = fetcher): Promise<FetchResult> {
  const result = await check(url, 5_000, by);
  expect(result.error).toMatchObject({ code });
  expect(result.error?.detail.length).toBeLessThanOrEqual(200);
  expect(result.responseTimeUs).toBeGreaterThan(0);
  return result;
}

describe('name resolution', () => {
  it.each<[DnsReply, CheckErrorCode]>([
    [{ rcode: 'NXDOMAIN' }, 'dns_not_found'],
    [{ a: [] }, 'dns_not_found'],
    [{ rcode: 'SERVFAIL' }, 'dns_failed'],
    [{ rcode: 'REFUSED' }, 'dns_failed'],
  ])('that fails with %j is %s', async (reply, code) => {
    const dns = await startDnsServer({ records: { 'name.test': reply } });
    const target = { id: 1, url: 'http://name.test/', timeoutMs: 5_000, matchPattern: null };
    const result = await fetcher.fetch({ ...target, options: { dns: { server: dns.address } } });
    expect(result.error).toMatchObject({ code });
    const { phases, httpStatus, body } = result;
    expect(phases).toMatchObject({ connectUs: null, tlsUs: null, firstByteUs: null, downloadUs: null });
    expect(phases.dnsUs).toBeGreaterThan(0);
    expect([httpStatus, body]).toEqual([null, null]);
  });
});

describe('connecting', () => {
  it('to a port on which nobody listens is connect_refused', async () => {
    const { phases } = await expectFailure(`http://127.0.0.1:${await unusedPort()}/`, 'connect_refused');
    expect(phases.connectUs).not.toBeNull();
    expect(phases.firstByteUs).toBeNull();
  });

  it('to a name none of whose addresses answers tells what a machine said', async () => {
    await expectFailure(`http://dual.test:${await unusedPort()}/`, 'connect_refused');
  });

  it.each<[string, CheckErrorCode]>([
    ['ECONNREFUSED', 'connect_refused'],
    ['ECONNRESET', 'connect_reset'],
    ['EHOSTUNREACH', 'connect_unreachable'],
    ['ENETUNREACH', 'connect_unreachable'],
    ['EACCES', 'connect_failed'],
    ['EMFILE', 'internal_error'],
  ])('that ends in %s is %s', (systemCode, code) => {
    const error = Object.assign(new Error(systemCode), { code: systemCode });
    expect(hopFailure('connect', error, 'host.test').code).toBe(code);
  });
});

describe('TLS', () => {
  let ca: CertificateAuthority;
  let good: Certificate;
  beforeAll(async () => {
    ca = await createCertificateAuthority();
    good = await ca.issue();
  });

  async function expectTlsFailure(certificate: Certificate, code: CheckErrorCode, name = 'localhost') {
    const server = await startWebServer({ certificate, routes: { '/': respond({ body: 'ok' }) } });
    const by = testFetcher({ extraCa: [ca.cert], hosts: [`127.0.0.1 ${name}`] });
    const { phases } = await expectFailure(`https://${name}:${server.port}/`, code, by);
    expect(phases.tlsUs).not.toBeNull();
    expect(phases.firstByteUs).toBeNull();
    expect(server.requests).toBe(0);
  }

  const day = 86_400_000;
  it('with an expired certificate is tls_expired', async () => {
    const expired = await ca.issue({ notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) });
    await expectTlsFailure(expired, 'tls_expired');
  });

  it('with a certificate from the future is tls_not_yet_valid', async () => {
    const early = await ca.issue({ notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 2 * day) });
    await expectTlsFailure(early, 'tls_not_yet_valid');
  });

  it('with a self-signed certificate is tls_self_signed', async () => {
    await expectTlsFailure(await createSelfSignedCertificate(), 'tls_self_signed');
  });

  it('with a certificate of an unknown authority is tls_untrusted', async () => {
    await expectTlsFailure(await (await createCertificateAuthority()).issue(), 'tls_untrusted');
  });

  it('with a certificate for another name is tls_wrong_name', async () => {
    await expectTlsFailure(good, 'tls_wrong_name', 'other.test');
  });

  it('with a certificate for another address is tls_wrong_name', async () => {
    await expectTlsFailure(await ca.issue({ addresses: ['127.0.0.2'] }), 'tls_wrong_name', '127.0.0.1');
  });

  it('to a server that speaks plain HTTP is tls_failed', async () => {
    const server = await startWebServer();
    await expectFailure(`https://127.0.0.1:${server.port}/`, 'tls_failed');
  });

  it('to a server that hangs up is tls_failed', async () => {
    const server = await startTcpServer((socket) => socket.once('data', () => socket.end()));
    await expectFailure(`https://127.0.0.1:${server.port}/`, 'tls_failed');
  });

  it('to a server that resets the connection is connect_reset', async () => {
    const server = await startTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await expectFailure(`https://127.0.0.1:${server.port}/`, 'connect_reset');
  });
});

describe('the response', () => {
  let server: WebServer;
  beforeAll(async () => {
    server = await startWebServer();
  });

  it.each<[string, CheckErrorCode, Parameters<WebServer['route']>[1]]>([
    ['that is no HTTP', 'http_invalid', raw('SSH-2.0-OpenSSH_9.9\r\n')],
    ['with a broken status line', 'http_invalid', raw('HTTP/1.1 abc OK\r\n\r\n')],
    ['with an invalid chunk size', 'http_invalid', raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n')],
    [
      'that switches protocols unasked',
      'http_invalid',
      raw('HTTP/1.1 101 Go\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    ],
    ['with too many headers', 'http_headers_too_large', raw(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}\r\n\r\n`)],
    ['that never comes because of a reset', 'connection_closed', resetWithoutAnswer()],
    ['that never comes because of a close', 'connection_closed', raw('')],
    ['that ends within its headers', 'connection_closed', raw('HTTP/1.1 200 OK\r\nx-')],
    ['that ends within its body', 'connection_closed', breakOffMidBody('close')],
    ['that is reset within its body', 'connection_closed', breakOffMidBody('reset')],
    [
      'that is reset within a body without a length',
      'connection_closed',
      breakOffMidBody('reset', { withLength: false }),
    ],
    [
      'that ends within a chunk',
      'connection_closed',
      raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nabc'),
    ],
  ])('%s is %s', async (name, code, reply) => {
    const path = `/${encodeURIComponent(name)}`;
    server.route(path, reply);
    const { phases } = await expectFailure(`${server.url}${path}`, code);
    expect(phases.firstByteUs).not.toBeNull();
  });

  it('that breaks off is reported with what came of it', async () => {
    server.route('/cut', breakOffMidBody('close'));
    const result = await check(`${server.url}/cut`);
    expect(result.httpStatus).toBe(200);
    expect(result.body?.toString()).toBe('the beginning');
  });
});

describe('the deadline', () => {
  const timeoutMs = 300;

  async function expectTimeout(
    url: string,
    code: CheckErrorCode,
    options?: CheckOptions,
    by = fetcher,
  ): Promise<FetchResult> {
    const startedAt = performance.now();
    const result = await by.fetch({ id: 1, url, timeoutMs, matchPattern: null, options });
    const took = performance.now() - startedAt;
    expect(result.error).toMatchObject({ code });
    expect(took).toBeGreaterThanOrEqual(timeoutMs - 2);
    expect(took).toBeLessThan(timeoutMs + 100);
    expect(Math.abs(result.responseTimeUs / 1_000 - took)).toBeLessThan(20);
    await eventually(() => by.openSockets === 0);
    return result;
  }

  it('may pass during the name look-up', async () => {
    const dns = await startDnsServer({ records: { 'name.test': { silent: true } } });
    const { phases } = await expectTimeout('http://name.test/', 'timeout_dns', { dns: { server: dns.address } });
    expect(phases.dnsUs).toBeGreaterThanOrEqual(298_000);
  });

  it('may pass while connecting', async () => {
    const server = await startDeafServer();
    await expectTimeout(`http://127.0.0.1:${server.port}/`, 'timeout_connect');
  });

  it('may pass while connecting to one address after the other', async () => {
    const server = await startDeafServer();
    const by = testFetcher({ hosts: ['127.0.0.1 deaf.test', '127.0.0.1 deaf.test'] });
    await expectTimeout(`http://deaf.test:${server.port}/`, 'timeout_connect', undefined, by);
  });

  it('may pass during the TLS handshake', async () => {
    const server = await startTcpServer(() => undefined);
    const { phases } = await expectTimeout(`https://127.0.0.1:${server.port}/`, 'timeout_tls');
    expect(phases.connectUs).not.toBeNull();
    expect(phases.firstByteUs).toBeNull();
  });

  it('may pass while waiting for the first byte', async () => {
    const server = await startWebServer({ routes: { '/': silent() } });
    const { phases, httpStatus } = await expectTimeout(server.url, 'timeout_first_byte');
    expect([phases.downloadUs, httpStatus]).toEqual([null, null]);
    await eventually(() => server.openConnections === 0);
  });

  it('may pass while the body comes in', async () => {
    const server = await startWebServer({ routes: { '/': drip('x'.repeat(1_000), 20) } });
    const { phases, httpStatus, body } = await expectTimeout(server.url, 'timeout_body');
    expect(phases.downloadUs).toBeGreaterThan(200_000);
    expect(httpStatus).toBe(200);
    expect(body?.length).toBeGreaterThan(3);
    await eventually(() => server.openConnections === 0);
  });

  it('is one for all hops', async () => {
    const server = await startWebServer({
      routes: { '/': respond({ status: 302, headers: { location: '/' }, delayMs: 130 }) },
    });
    await expectTimeout(server.url, 'timeout_first_byte');
    expect(server.requests).toBeGreaterThan(1);
  });

  it('is on time although it was set late in a round of the event loop', async () => {
    const server = await startWebServer({ routes: { '/': silent() } });
    await new Promise((resolve) => setImmediate(resolve));
    const busyUntil = performance.now() + 150;
    while (performance.now() < busyUntil);
    await expectTimeout(server.url, 'timeout_first_byte');
  });
});

it("a shortage of the worker's own is no failure of its targets", async () => {
  const server = await startWebServer({ routes: { '/': respond({}) } });
  const targets = [
    { url: `${server.url}/` },
    { url: `http://everytick.example:${server.port}/` },
    { url: `http://shop.example:${server.port}/`, options: { proxy: `http://127.0.0.1:${server.port}` } },
  ];
  const codes = await checkShortOfDescriptors(
    targets.map((target, id) => ({ id, timeoutMs: 2_000, matchPattern: null, ...target })),
  );
  expect(codes).toEqual(['internal_error', 'internal_error', 'internal_error']);
});

it.each([
  [['ETIMEDOUT', 'ECONNREFUSED'], 'connect_refused'],
  [['ENETUNREACH', 'EMFILE'], 'internal_error'],
  [['ENETUNREACH', 'EADDRNOTAVAIL 192.0.2.1'], 'internal_error'],
  // There is no IPv6 here.
  [['EADDRNOTAVAIL 2001:db8::1', 'EHOSTUNREACH'], 'connect_unreachable'],
  [['EADDRNOTAVAIL 2001:db8::1'], 'connect_failed'],
])('of the errors %j of several addresses the most telling one decides: %s', (texts, code) => {
  const errors = texts.map((text) => {
    const [error, address] = text.split(' ');
    return { code: error, address };
  });
  expect(hopFailure('connect', mostTelling(errors), 'shop.example').code).toBe(code);
});

describe('a target that cannot be fetched at all', () => {
  it.each(['not a URL', 'ftp://127.0.0.1/'])('(%s) is an internal_error', async (url) => {
    expect((await check(url)).error).toMatchObject({ code: 'internal_error' });
  });

  it('keeps its password to itself', async () => {
    const { error } = await check(`http://user:secret@127.0.0.1:${await unusedPort()}/?token=secret`);
    expect(JSON.stringify(error)).not.toMatch('secret');
    expect(JSON.stringify((await check('http://user:secret@')).error)).not.toMatch('secret');
  });
});
