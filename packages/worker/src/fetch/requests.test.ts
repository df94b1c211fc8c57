// What a target can say of its requests, seen from the server.

import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { CheckOptions, FetchResult } from '@everytick/core';
import {
  createCertificateAuthority,
  createSelfSignedCertificate,
  redirect,
  respond,
  startTcpServer,
  startWebServer,
  testFetcher,
  type WebServer,
} from '@everytick/testing';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

interface Seen {
  readonly method: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: WebServer;
let other: WebServer;
const seen: Seen[] = [];
const fetcher = testFetcher({ environment: { PASSWORD: 'geheim', KEY: 'schlüssel', TOKEN: 'abc.def' } });

function record(request: IncomingMessage): Promise<void> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ method: request.method, headers: request.headers, body: Buffer.concat(chunks).toString() });
      resolve();
    });
  });
}

const recording = (reply: Parameters<WebServer['route']>[1]): Parameters<WebServer['route']>[1] => {
  return (request, response) => void record(request).then(() => reply(request, response));
};

beforeAll(async () => {
  other = await startWebServer({ routes: { '/': recording(respond({ body: 'elsewhere' })) } });
  server = await startWebServer({ routes: { '/': recording(respond({ body: 'here' })) } });
  for (const status of [301, 302, 303, 307, 308]) {
    server.route(`/${status}`, recording(redirect('/', status)));
    server.route(`/${status}-away`, recording(redirect(`${other.url}/`, status)));
  }
});
beforeEach(() => {
  seen.length = 0;
});

function fetch(path: string, options: CheckOptions): Promise<FetchResult> {
  return fetcher.fetch({ id: 1, url: server.url + path, timeoutMs: 3_000, matchPattern: null, options });
}

describe('a request', () => {
  it('has the method, the headers and the body that its target says', async () => {
    const headers = { 'Content-Type': 'application/json', 'X-Shop': 'yes', 'User-Agent': 'ours' };
    const result = await fetch('/', { method: 'POST', headers, body: '{"äpfel":1}' });
    expect(result).toMatchObject({ httpStatus: 200, error: null });
    expect(seen).toEqual([{ method: 'POST', headers: expect.any(Object), body: '{"äpfel":1}' }]);
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-shop': 'yes',
      'user-agent': 'ours',
      accept: '*/*',
      'content-length': '12',
    });
  });

  it.each(['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE'])('can be %s', async (method) => {
    expect(await fetch('/', { method })).toMatchObject({ httpStatus: 200, error: null });
    expect(seen[0]?.method).toBe(method);
  });

  it('names another host where it is told to', async () => {
    await fetch('/', { headers: { Host: 'shop.example' } });
    expect(seen[0]?.headers.host).toBe('shop.example');
  });

  it('carries user and password, a bearer token and secret headers from where they are kept', async () => {
    await fetch('/', { auth: { basic: { username: 'me', password: { env: 'PASSWORD' } } } });
    await fetch('/', { auth: { bearer: { env: 'TOKEN' } } });
    const { secrets } = await fetch('/', {
      headers: { 'X-Key': { env: 'TOKEN' } },
      body: { env: 'PASSWORD' },
      method: 'PUT',
    });
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:geheim').toString('base64')}`);
    expect(seen[1]?.headers.authorization).toBe('Bearer abc.def');
    expect(seen[2]).toMatchObject({ headers: { 'x-key': 'abc.def' }, body: 'geheim' });
    expect(secrets).toEqual(expect.arrayContaining(['abc.def', 'geheim']));
  });

  it('is not made without its secrets: that is the fault of the worker', async () => {
    const result = await fetch('/', { auth: { bearer: { env: 'NOT_THERE' } } });
    expect(result.missed).toMatchObject({ code: 'secret_missing' });
    expect(result.missed?.detail).toMatch(/NOT_THERE/);
    expect(seen).toEqual([]);
  });

  it('with a large body is timed while it is sent', async () => {
    const body = 'x'.repeat(16_000_000);
    const slow = await startTcpServer((socket) => {
      socket.pause();
      setTimeout(() => socket.resume(), 200);
      let answered = false;
      socket.on('data', () => {
        if (answered || socket.bytesRead < body.length) return;
        answered = true;
        setTimeout(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'), 200);
      });
    });
    const target = { id: 1, url: `http://127.0.0.1:${slow.port}/`, timeoutMs: 10_000, matchPattern: null };
    const { phases, error } = await fetcher.fetch({ ...target, options: { method: 'POST', body } });
    expect(error).toBeNull();
    expect(phases.requestUs).toBeGreaterThan(150_000);
    expect(phases.firstByteUs).toBeGreaterThan(150_000);
  });
});

it('that is answered before it was taken is timed as one that is downloading', async () => {
  const early = await startTcpServer((socket) => {
    socket.once('data', () => {
      socket.pause().write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n01234');
      setTimeout(() => socket.resume(), 100);
      setTimeout(() => socket.write('56789'), 600);
    });
  });
  const target = { id: 1, url: `http://127.0.0.1:${early.port}/`, matchPattern: null };
  const options: CheckOptions = { method: 'POST', body: 'x'.repeat(16_000_000) };
  const { error, phases } = await fetcher.fetch({ ...target, timeoutMs: 5_000, options });
  expect([error, phases.firstByteUs]).toEqual([null, null]);
  expect(phases.downloadUs).toBeGreaterThan(400_000);
  expect((await fetcher.fetch({ ...target, timeoutMs: 400, options })).error?.code).toBe('timeout_body');
});

describe('a redirect', () => {
  it.each([301, 302, 303])('with %d turns a POST into a GET without a body', async (status) => {
    const headers = { 'content-type': 'text/plain', 'x-shop': 'yes' };
    const result = await fetch(`/${status}`, { method: 'POST', body: 'order', headers });
    expect(result).toMatchObject({ httpStatus: 200, redirects: 1, finalUrl: `${server.url}/` });
    expect(seen[1]).toMatchObject({ method: 'GET', body: '', headers: { 'x-shop': 'yes' } });
    expect(seen[1]?.headers['content-type']).toBeUndefined();
  });

  it.each([307, 308])('with %d repeats the request as it was', async (status) => {
    await fetch(`/${status}`, { method: 'POST', body: 'order', headers: { 'content-type': 'text/plain' } });
    expect(seen[1]).toMatchObject({ method: 'POST', body: 'order', headers: { 'content-type': 'text/plain' } });
  });

  it.each([
    [301, 'DELETE', 'DELETE'],
    [302, 'PUT', 'PUT'],
    [303, 'DELETE', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'OPTIONS', 'OPTIONS'],
  ] as const)('with %d turns a %s without a body into a %s', async (status, method, then) => {
    await fetch(`/${status}`, { method, headers: { 'content-type': 'text/plain' } });
    expect(seen.map((each) => each.method)).toEqual([method, then]);
    expect(seen[1]?.headers['content-type']).toBe(then === method ? 'text/plain' : undefined);
  });

  it('leaves the body out of a GET that follows a 303, and of all that come then', async () => {
    server.route('/303-307', recording(redirect('/307', 303)));
    await fetch('/303-307', { method: 'POST', body: 'order', headers: { 'content-type': 'text/plain' } });
    expect(seen.map(({ method, body }) => [method, body])).toEqual([
      ['POST', 'order'],
      ['GET', ''],
      ['GET', ''],
    ]);
    expect(seen[2]?.headers).not.toHaveProperty('content-type');
    await fetch('/303', { method: 'GET', body: 'question' });
    expect(seen.at(-1)).toMatchObject({ method: 'GET', body: '' });
  });

  it('from https to http ends a check that insists on HTTP/2', async () => {
    const ca = await createCertificateAuthority();
    const site = await startWebServer({
      certificate: await ca.issue(),
      http2: true,
      routes: { '/': redirect(`${server.url}/`) },
    });
    const target = { id: 1, url: site.url, timeoutMs: 3_000, matchPattern: null };
    const options: CheckOptions = { http_version: '2', tls: { ca: ca.cert } };
    expect((await fetcher.fetch({ ...target, options })).error?.code).toBe('http_version');
    expect(seen).toEqual([]);
    expect((await fetcher.fetch({ ...target, options: { ...options, http_version: 'auto' } })).error).toBeNull();
  });

  it('keeps a HEAD a HEAD', async () => {
    await fetch('/303', { method: 'HEAD' });
    expect(seen.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
  });

  it('to another origin takes along nothing that is secret or meant for one host', async () => {
    await fetch('/307-away', {
      method: 'POST',
      body: 'open',
      headers: {
        'X-Key': { env: 'PASSWORD' },
        Cookie: 'session=1',
        Authorization: 'Digest x',
        Host: 'shop.example',
        'X-Shop': 'yes',
      },
    });
    expect(seen).toHaveLength(2);
    const { headers, body } = seen[1] as Seen;
    expect(headers).toMatchObject({ 'x-shop': 'yes', host: new URL(other.url).host });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x-key']));
    expect([headers.cookie, headers.authorization, headers['x-key'], body]).toEqual([
      undefined,
      undefined,
      undefined,
      'open',
    ]);
  });

  it('to another origin ends a check whose body is secret', async () => {
    const result = await fetch('/307-away', { method: 'POST', body: { env: 'PASSWORD' } });
    expect(result.error?.code).toBe('redirect_invalid');
    expect(seen).toHaveLength(1);
  });

  it('is the final response where it is not to be followed', async () => {
    const result = await fetch('/302-away', { redirects: { follow: false } });
    expect(result).toMatchObject({ httpStatus: 302, redirects: 0, error: null, finalUrl: `${server.url}/302-away` });
    expect(result.headers?.['location']).toBe(`${other.url}/`);
  });

  it('is one too many beyond what is allowed', async () => {
    expect((await fetch('/302', { redirects: { max: 0 } })).error?.code).toBe('redirect_limit');
    expect((await fetch('/302', { redirects: { max: 1 } })).error).toBeNull();
  });

  it.each([
    'http://127.0.0.1:1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::ffff:127.0.0.1]/',
    'http://017700000001/',
  ])('to %s is judged like any other address', async (location) => {
    const away = await startWebServer({ host: '127.0.0.2', routes: { '/': redirect(location) } });
    const { EgressPolicy } = await import('../egress/index.ts');
    const onlyItself = testFetcher({ egress: new EgressPolicy({ allow: ['127.0.0.2/32'] }) });
    const result = await onlyItself.fetch({ id: 1, url: away.url, timeoutMs: 2_000, matchPattern: null });
    expect(result.error?.code).toBe('egress_denied');
  });
});

/** With letters where the digits of its dates were; its signature is wrong then as well. */
function withBrokenDates(cert: string): string {
  const der = Buffer.from(cert.replace(/-----.*-----/g, ''), 'base64');
  // The header of a UTCTime of 13 characters (X.680).
  for (let at = der.indexOf('170d', 0, 'hex'); at >= 0; at = der.indexOf('170d', at + 2, 'hex')) {
    der.fill('z', at + 2, at + 14);
  }
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

describe('TLS options', () => {
  it('choose authority, name, client certificate and versions', async () => {
    const ca = await createCertificateAuthority();
    const site = await startWebServer({
      certificate: await ca.issue({ names: ['shop.example'], addresses: [] }),
      routes: { '/': recording(respond({ body: 'safe' })) },
    });
    const at = (options: CheckOptions) =>
      fetcher.fetch({ id: 1, url: site.url, timeoutMs: 3_000, matchPattern: null, options });

    const named = await at({ tls: { ca: ca.cert, server_name: 'shop.example' } });
    expect(named.error).toBeNull();
    expect(named.tls?.version).toBe('TLSv1.3');
    expect(named.tls?.expiresAtMs).toBeGreaterThan(Date.now());
    expect((await at({ tls: { ca: ca.cert }, headers: { Host: 'shop.example:443' } })).error).toBeNull();
    expect((await at({ tls: { ca: ca.cert } })).error?.code).toBe('tls_wrong_name');
    expect((await at({ tls: { server_name: 'shop.example' } })).error?.code).toBe('tls_untrusted');
    const unverified = await at({ tls: { insecure_skip_verify: true } });
    expect(unverified.error).toBeNull();
    expect(unverified.tls?.expiresAtMs).toBeGreaterThan(Date.now());
    // What cannot be used is no fault of the target.
    expect((await at({ tls: { ca: 'no certificate' } })).missed?.code).toBe('options_invalid');
  });

  it('say nothing of when a certificate expires whose date cannot be read', async () => {
    const { cert, key } = await createSelfSignedCertificate();
    const site = await startWebServer({
      certificate: { cert: withBrokenDates(cert), key },
      routes: { '/': respond({}) },
    });
    const target = { id: 1, url: site.url, timeoutMs: 3_000, matchPattern: null };
    const refused = await fetcher.fetch(target);
    expect([refused.error?.code, refused.tls?.expiresAtMs]).toEqual(['tls_failed', null]);
    const taken = await fetcher.fetch({ ...target, options: { tls: { insecure_skip_verify: true } } });
    expect([taken.error, taken.tls?.expiresAtMs]).toEqual([null, null]);
  });

  it('may find a certificate without a subject, which is described as it is', async () => {
    const ca = await createCertificateAuthority();
    const certificate = await ca.issue({ nameless: true });
    const site = await startWebServer({ certificate, routes: { '/': respond({}) } });
    const curious = testFetcher({ certificateDetails: true });
    const target = { id: 1, url: site.url, timeoutMs: 3_000, matchPattern: null };
    expect((await curious.fetch(target)).error?.code).toBe('tls_untrusted');
    const taken = await curious.fetch({ ...target, options: { tls: { ca: ca.cert } } });
    expect(taken.error).toBeNull();
    expect(taken.tls?.chain?.[0]).toMatchObject({ subject: '', names: ['localhost', '127.0.0.1'] });
  });

  it('find out whether a server still speaks an old version', async () => {
    const ca = await createCertificateAuthority();
    const site = await startWebServer({ certificate: await ca.issue(), routes: { '/': respond({}) } });
    const at = async (options: NonNullable<CheckOptions['tls']>) => {
      const target = { id: 1, url: site.url, timeoutMs: 3_000, matchPattern: null };
      const { tls, error } = await fetcher.fetch({ ...target, options: { tls: { ca: ca.cert, ...options } } });
      return error?.code ?? tls?.version;
    };
    expect(await at({ max_version: '1.2' })).toBe('TLSv1.2');
    expect(await at({ min_version: '1.3' })).toBe('TLSv1.3');
    expect(await at({ max_version: '1.1' })).toBe('tls_version');
  });

  it('tell of a certificate that is not accepted when it expires, and send nothing', async () => {
    const ca = await createCertificateAuthority();
    const notAfter = new Date(Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000);
    const notBefore = new Date(notAfter.getTime() - 3_600_000);
    const site = await startWebServer({
      certificate: await ca.issue({ notBefore, notAfter }),
      routes: { '/': recording(respond({})) },
    });
    const options = { tls: { ca: ca.cert } };
    const result = await fetcher.fetch({ id: 1, url: site.url, timeoutMs: 3_000, matchPattern: null, options });
    expect(result.error?.code).toBe('tls_expired');
    expect(result.tls?.expiresAtMs).toBe(notAfter.getTime());
    expect(result.remoteAddress).toBe('127.0.0.1');
    expect(seen).toEqual([]);
  });
});
