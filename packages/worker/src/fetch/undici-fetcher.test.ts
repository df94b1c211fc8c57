import { Buffer } from 'node:buffer';
import zlib from 'node:zlib';
import type { Target } from '@everytick/core';
import {
  createCertificateAuthority,
  drip,
  encoded,
  endless,
  eventually,
  gzipBomb,
  redirect,
  respond,
  silent,
  startDnsServer,
  startWebServer,
  testFetcher,
} from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { BodyCollector } from './body.ts';

function heldBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function targetAt(url: string, timeoutMs = 5_000): Target {
  return { id: 1, url, timeoutMs, matchPattern: null };
}

describe('UndiciFetcher', () => {
  it('returns status, body and phases that add up to the response time', async () => {
    const server = await startWebServer({ routes: { '/': respond({ status: 503, body: 'busy', delayMs: 200 }) } });
    const fetcher = testFetcher();
    // The first check of a process loads undici's parser.
    await fetcher.fetch(targetAt(server.url));
    const before = performance.now();
    const result = await fetcher.fetch(targetAt(server.url));

    expect(result).toMatchObject({ httpStatus: 503, bodyTruncated: false, error: null });
    expect(result.body?.toString()).toBe('busy');
    expect(result.startedAtMonotonicMs).toBeGreaterThanOrEqual(before);
    const { dnsUs, connectUs, tlsUs, requestUs, firstByteUs, downloadUs } = result.phases;
    expect([dnsUs, tlsUs]).toEqual([null, null]);
    expect(firstByteUs).toBeGreaterThanOrEqual(199_000);
    expect(connectUs).toBeLessThan(100_000);
    const sum = (connectUs ?? 0) + (firstByteUs ?? 0) + (downloadUs ?? 0);
    expect(Math.abs(sum + (requestUs ?? 0) - result.responseTimeUs)).toBeLessThanOrEqual(5);
  });

  it('counts the body as download, until its last byte', async () => {
    const server = await startWebServer({ routes: { '/': respond({ body: 'late', bodyDelayMs: 200 }) } });
    const { phases } = await testFetcher().fetch(targetAt(server.url));
    expect(phases.downloadUs).toBeGreaterThan(150_000);
    expect(phases.firstByteUs).toBeLessThan(phases.downloadUs ?? 0);
  });

  it('times the name look-up and the TLS handshake where there are any', async () => {
    const ca = await createCertificateAuthority();
    const server = await startWebServer({ certificate: await ca.issue(), routes: { '/': respond({ body: 'safe' }) } });
    const dns = await startDnsServer({ records: { 'shop.test': { a: ['127.0.0.1'], delayMs: 100 } } });
    const result = await testFetcher({ extraCa: [ca.cert] }).fetch({
      ...targetAt(`https://shop.test:${server.port}`),
      options: { dns: { server: dns.address }, ip_family: '4', tls: { server_name: 'localhost' } },
    });
    expect(result).toMatchObject({ httpStatus: 200, error: null });
    expect(result.phases.dnsUs).toBeGreaterThanOrEqual(99_000);
    expect(result.phases.tlsUs).toBeGreaterThan(0);
    expect(result.phases.connectUs).toBeLessThan(100_000);
  });

  it('reaches a name whose first address does not answer', async () => {
    const server = await startWebServer({ routes: { '/': respond({ body: 'here' }) } });
    const fetcher = testFetcher({ hosts: ['127.0.0.9 dual.test', '127.0.0.1 dual.test'] });
    const result = await fetcher.fetch(targetAt(`http://dual.test:${server.port}`));
    expect(result).toMatchObject({ httpStatus: 200, error: null });
    expect(result.phases.dnsUs).not.toBeNull();
  });

  it('opens a fresh connection for each check and says who it is', async () => {
    const server = await startWebServer({ routes: { '/': respond({ body: 'ok' }) } });
    const fetcher = testFetcher();
    for (let i = 0; i < 3; i += 1) await fetcher.fetch(targetAt(server.url));
    await Promise.all([fetcher.fetch(targetAt(server.url)), fetcher.fetch(targetAt(server.url))]);
    expect([server.connections, server.requests]).toEqual([5, 5]);
    expect(server.lastHeaders).toMatchObject({
      'user-agent': 'Everytick/0.1',
      'accept-encoding': 'gzip, deflate, br',
      connection: 'close',
    });
    await eventually(() => server.openConnections === 0 && fetcher.openSockets === 0);
  });

  it('makes a full TLS handshake for each check', async () => {
    const ca = await createCertificateAuthority();
    let resumed = 0;
    const server = await startWebServer({
      certificate: await ca.issue(),
      routes: {
        '/': (request, response) => {
          if ((request.socket as import('node:tls').TLSSocket).isSessionReused()) resumed += 1;
          response.end('ok');
        },
      },
    });
    const fetcher = testFetcher({ extraCa: [ca.cert] });
    for (let i = 0; i < 3; i += 1) {
      expect(await fetcher.fetch(targetAt(server.url))).toMatchObject({ httpStatus: 200, error: null });
    }
    expect([server.connections, resumed]).toEqual([3, 0]);
  });

  it('passes over informational responses', async () => {
    const server = await startWebServer({
      routes: {
        '/': (_request, response) => {
          response.writeEarlyHints({ link: '</style.css>; rel=preload' });
          response.end('final');
        },
      },
    });
    const result = await testFetcher().fetch(targetAt(server.url));
    expect(result).toMatchObject({ httpStatus: 200, error: null });
    expect(result.body?.toString()).toBe('final');
  });

  it('sends user and password of the URL as Basic authorization', async () => {
    const server = await startWebServer({ routes: { '/': respond({ body: 'ok' }) } });
    await testFetcher().fetch(targetAt(`http://us%C3%A9r:p%40ss@127.0.0.1:${server.port}/`));
    expect(server.lastHeaders.authorization).toBe(`Basic ${Buffer.from('usér:p@ss').toString('base64')}`);
  });
});

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('are followed after a %i, with the time of all hops added up', async (status) => {
    const server = await startWebServer({
      routes: {
        '/': (request, response) => setTimeout(() => redirect('/there?x=1', status)(request, response), 60),
        '/there': respond({ body: 'arrived', delayMs: 60 }),
      },
    });
    const result = await testFetcher().fetch(targetAt(server.url));
    expect(result).toMatchObject({ httpStatus: 200, error: null });
    expect(result.body?.toString()).toBe('arrived');
    expect(result.phases.firstByteUs).toBeGreaterThanOrEqual(118_000);
    expect(server.connections).toBe(2);
  });

  it('end after five', async () => {
    const server = await startWebServer({ routes: { '/': redirect('/') } });
    const result = await testFetcher().fetch(targetAt(server.url));
    expect(result.error).toMatchObject({ code: 'redirect_limit' });
    expect(result.httpStatus).toBe(302);
    expect(server.requests).toBe(6);
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'http://[broken/'])('to %s are not followed', async (location) => {
    const server = await startWebServer({ routes: { '/': redirect(location) } });
    const result = await testFetcher().fetch(targetAt(server.url));
    expect(result.error).toMatchObject({ code: 'redirect_invalid' });
  });

  it('without a location are the final response', async () => {
    const server = await startWebServer({ routes: { '/': respond({ status: 302, body: 'where to?' }) } });
    const result = await testFetcher().fetch(targetAt(server.url));
    expect(result).toMatchObject({ httpStatus: 302, error: null });
    expect(result.body?.toString()).toBe('where to?');
  });

  it('keep the password within its origin', async () => {
    const other = await startWebServer({ routes: { '/': respond({ body: 'other' }) } });
    const server = await startWebServer({ routes: { '/': redirect('/same'), '/same': redirect(`${other.url}/`) } });
    await testFetcher().fetch(targetAt(`http://user:secret@127.0.0.1:${server.port}/`));
    expect(server.lastHeaders.authorization).toMatch(/^Basic /);
    expect(other.requests).toBe(1);
    expect(other.lastHeaders.authorization).toBeUndefined();
  });

  it("keep the check's own headers within its origin", async () => {
    const other = await startWebServer({ routes: { '/': respond({ body: 'other' }) } });
    const seen: unknown[] = [];
    const server = await startWebServer({
      routes: {
        '/': (request, response) => {
          seen.push(request.headers['everytick-tick']);
          redirect('/same')(request, response);
        },
        '/same': (request, response) => {
          seen.push(request.headers['everytick-tick']);
          redirect(`${other.url}/`)(request, response);
        },
      },
    });
    await testFetcher().fetch(targetAt(server.url), { 'everytick-tick': '1/1/then' });
    expect(seen).toEqual(['1/1/then', '1/1/then']);
    expect(other.requests).toBe(1);
    expect(other.lastHeaders['everytick-tick']).toBeUndefined();
  });

  it('do not wait for the body of a hop', async () => {
    const server = await startWebServer({
      routes: {
        '/': (_request, response) => {
          response.writeHead(302, { location: '/there' }).write('endless');
        },
        '/there': respond({ body: 'arrived' }),
      },
    });
    const result = await testFetcher().fetch(targetAt(server.url));
    expect(result).toMatchObject({ httpStatus: 200, error: null });
  });
});

describe('bodies', () => {
  const limit = 10_000;

  it('end at the limit, and the response time with them', async () => {
    const server = await startWebServer({ routes: { '/': endless() } });
    const fetcher = testFetcher({ bodyLimitBytes: limit });
    const result = await fetcher.fetch(targetAt(server.url));
    expect(result).toMatchObject({ httpStatus: 200, bodyTruncated: true, error: null });
    expect(result.body?.length).toBe(limit);
    await eventually(() => server.openConnections === 0);
  });

  it('are whole if they are exactly as long as the limit', async () => {
    const server = await startWebServer({ routes: { '/': respond({ body: 'x'.repeat(limit) }) } });
    const result = await testFetcher({ bodyLimitBytes: limit }).fetch(targetAt(server.url));
    expect(result).toMatchObject({ bodyTruncated: false, error: null });
    expect(result.body?.length).toBe(limit);
  });

  it('come together from single bytes', async () => {
    const server = await startWebServer({ routes: { '/': drip('one by one', 5) } });
    const result = await testFetcher().fetch(targetAt(server.url));
    expect(result.body?.toString()).toBe('one by one');
  });

  it('in chunks of a byte take no more memory than others', () => {
    const collector = new BodyCollector(1_000_000);
    const chunk = Buffer.from('x');
    const before = heldBytes();
    for (let count = 0; count < 1_000_000; count++) if (!collector.add(chunk)) throw new Error('it is full');
    // A Buffer for each would be a hundred times the body.
    expect(heldBytes() - before).toBeLessThan(10_000_000);
    expect(collector.add(chunk)).toBe(false);
    expect(collector.take()).toEqual(Buffer.alloc(1_000_000, 'x'));
    expect(collector.truncated).toBe(true);
  });

  it('without a length end with their connection', async () => {
    const server = await startWebServer({
      routes: {
        '/': (_request, response) => void response.socket?.end('HTTP/1.0 200 OK\r\n\r\nold-fashioned'),
      },
    });
    const result = await testFetcher().fetch(targetAt(server.url));
    expect(result).toMatchObject({ httpStatus: 200, error: null });
    expect(result.body?.toString()).toBe('old-fashioned');
  });

  const text = Buffer.from('Everything is fine. '.repeat(100));
  it.each([
    ['gzip', zlib.gzipSync(text)],
    ['x-gzip', zlib.gzipSync(text)],
    ['deflate', zlib.deflateSync(text)],
    ['deflate', zlib.deflateRawSync(text)],
    ['BR', zlib.brotliCompressSync(text)],
    ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(text))],
    ['utf-8', text],
    ['identity', text],
  ])('in %s are decoded', async (coding, body) => {
    const server = await startWebServer({ routes: { '/': encoded(coding, body) } });
    const result = await testFetcher({ bodyLimitBytes: text.length }).fetch(targetAt(server.url));
    expect(result).toMatchObject({ bodyTruncated: false, error: null });
    expect(result.body?.equals(text)).toBe(true);
  });

  it.each([
    ['gzip', zlib.gzipSync(text).subarray(0, 40)],
    ['gzip', Buffer.from('plain text')],
    ['br', Buffer.from('plain text')],
    ['br', zlib.brotliCompressSync(text).subarray(0, 10)],
    ['deflate', zlib.deflateSync(text).subarray(0, 20)],
    ['gzip, gzip, gzip', text],
  ])('that are not the %s they claim to be are an error', async (coding, body) => {
    const server = await startWebServer({ routes: { '/': encoded(coding, body) } });
    const result = await testFetcher().fetch(targetAt(server.url));
    expect(result).toMatchObject({ httpStatus: 200, error: { code: 'body_encoding_invalid' } });
  });

  it('that are empty need no decoding', async () => {
    const server = await startWebServer({ routes: { '/': encoded('gzip', Buffer.alloc(0)) } });
    expect(await testFetcher().fetch(targetAt(server.url))).toMatchObject({ error: null });
  });

  it.each([
    ['gzip', zlib.gzipSync],
    ['br', zlib.brotliCompressSync],
  ])('whose %s data exceed the limit are decoded as far as they were read', async (coding, compress) => {
    let state = 1;
    const noise = Buffer.from(
      Array.from({ length: 40_000 }, () => {
        state = (state * 48_271) % 2_147_483_647;
        return state & 0xff;
      }),
    );
    const server = await startWebServer({ routes: { '/': encoded(coding, compress(noise)) } });
    const result = await testFetcher({ bodyLimitBytes: 20_000 }).fetch(targetAt(server.url));
    expect(result).toMatchObject({ bodyTruncated: true, error: null });
    expect(result.body?.length).toBeGreaterThan(10_000);
    expect(result.body?.equals(noise.subarray(0, result.body.length))).toBe(true);
  });

  it('that unpack to far more than the limit stop there', async () => {
    const server = await startWebServer({ routes: { '/': gzipBomb(200) } });
    const before = process.memoryUsage().rss;
    const result = await testFetcher().fetch(targetAt(server.url));
    expect(result).toMatchObject({ bodyTruncated: true, error: null });
    expect(result.body?.length).toBe(1_048_576);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1_048_576);
  });
});

describe('close', () => {
  it('ends what is under way and leaves no sockets', async () => {
    const server = await startWebServer({ routes: { '/': silent(), '/body': endless() } });
    const fetcher = testFetcher({ bodyLimitBytes: Number.MAX_SAFE_INTEGER });
    const checks = ['/', '/', '/body'].map((path) => fetcher.fetch(targetAt(`${server.url}${path}`)));
    await eventually(() => server.requests === 3);
    expect(fetcher.openSockets).toBe(3);
    await fetcher.close();
    expect(fetcher.openSockets).toBe(0);
    for (const result of await Promise.all(checks)) expect(result.error?.code).toBe('internal_error');
    await eventually(() => server.openConnections === 0);

    expect((await fetcher.fetch(targetAt(server.url))).error?.code).toBe('internal_error');
    expect(server.requests).toBe(3);
  });
});
