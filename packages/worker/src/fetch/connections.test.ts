// HTTP/2, connections that are kept, families of addresses and tokens, against real servers.

import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import type { CheckOptions, FetchResult } from '@everytick/core';
import {
  atEnd,
  type CertificateAuthority,
  createCertificateAuthority,
  eventually,
  listenForTest,
  respond,
  startDnsServer,
  startTcpServer,
  startWebServer,
  testFetcher,
} from '@everytick/testing';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { NameResolver } from '../dns/name-resolver.ts';

let ca: CertificateAuthority;
beforeAll(async () => {
  ca = await createCertificateAuthority();
});

const environment = { CLIENT_SECRET: 'geheim', OTHER_SECRET: 'anders' };

function fetchWith(fetcher = testFetcher({ environment })) {
  return (url: string, options: CheckOptions, id = 1): Promise<FetchResult> =>
    fetcher.fetch({ id, url, timeoutMs: 3_000, matchPattern: null, options });
}

async function startHttp2Server(
  onStream: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
  options: http2.SecureServerOptions = {},
): Promise<string> {
  const certificate = await ca.issue();
  const server = http2.createSecureServer({ ...certificate, ...options });
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined).on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream: http2.ServerHttp2Stream, headers) => {
    stream.on('error', () => undefined);
    onStream(stream, headers);
  });
  server.on('tlsClientError', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  atEnd(() => {
    for (const session of sessions) session.destroy();
    server.close();
    return Promise.resolve();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** RFC 9113, 4.1, on the first stream of a connection. */
function frame(type: number, flags: number, payload: Buffer, stream = 1): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** `:status: 200`, an entry of HPACK's static table. */
const headersFrame = frame(1, 4, Buffer.from([0x88]));
const dataFrame = (text: string, last: boolean) => frame(0, last ? 1 : 0, Buffer.from(text));
const resetFrame = (code: number) => frame(3, 0, Buffer.from([0, 0, 0, code]));

/** Answers the first thing it hears with these frames. */
async function startRawHttp2Server(frames: readonly Buffer[]): Promise<string> {
  const server = tls.createServer({ ...(await ca.issue()), ALPNProtocols: ['h2'] }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.write(Buffer.concat([frame(4, 0, Buffer.alloc(0), 0), ...frames])));
  });
  return `https://127.0.0.1:${(await listenForTest(server)).port}`;
}

describe('HTTP/2', () => {
  it('carries a request with everything that it says', async () => {
    let got: http2.IncomingHttpHeaders = {};
    let body = '';
    const url = await startHttp2Server((stream, headers) => {
      got = headers;
      stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
      stream.on('end', () => {
        stream.respond({ ':status': 201, 'x-kind': 'two' });
        setTimeout(() => stream.end('made'), 100);
      });
    });
    const fetcher = testFetcher();
    const headers = { 'X-Shop': 'yes' };
    const options: CheckOptions = { http_version: '2', tls: { ca: ca.cert }, method: 'POST', body: 'order', headers };
    const result = await fetchWith(fetcher)(`${url}/path?x=1`, options);
    expect(result).toMatchObject({ httpStatus: 201, protocol: 'h2', error: null });
    expect(result.headers?.['x-kind']).toBe('two');
    expect(result.body?.toString()).toBe('made');
    expect(result.phases.downloadUs).toBeGreaterThan(80_000);
    expect(got).toMatchObject({ ':method': 'POST', ':path': '/path?x=1', 'x-shop': 'yes' });
    expect(body).toBe('order');
    await eventually(() => fetcher.openSockets === 0);
  });

  it('is taken where it is offered and not asked of servers that lack it', async () => {
    const both = await startHttp2Server((stream) => stream.respond({ ':status': 200 }, { endStream: true }));
    const old = await startWebServer({ certificate: await ca.issue(), routes: { '/': respond({ body: 'one' }) } });
    const fetch = fetchWith();
    const tls = { ca: ca.cert };
    expect(await fetch(both, { http_version: 'auto', tls })).toMatchObject({ protocol: 'h2', httpStatus: 200 });
    expect(await fetch(old.url, { http_version: 'auto', tls })).toMatchObject({
      protocol: 'http/1.1',
      httpStatus: 200,
    });
    expect((await fetch(old.url, { http_version: '2', tls })).error?.code).toBe('http_version');
    expect((await fetch(both, { tls })).error?.code).toBe('http_version');
  });

  it('that is silent, refuses the stream or goes away is a failure in time', async () => {
    const silent = await startHttp2Server(() => undefined);
    const refusing = await startHttp2Server((stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM));
    const leaving = await startHttp2Server((stream) => stream.session?.destroy());
    const cut = await startHttp2Server((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('the beginning', () => stream.session?.destroy());
    });
    const fetcher = testFetcher();
    const options: CheckOptions = { http_version: '2', tls: { ca: ca.cert } };
    const codeOf = async (url: string) => {
      const target = { id: 1, url, timeoutMs: 500, matchPattern: null, options };
      return (await fetcher.fetch(target)).error?.code;
    };
    expect(await codeOf(silent)).toBe('timeout_first_byte');
    expect(['http_invalid', 'connection_closed']).toContain(await codeOf(refusing));
    expect(['http_invalid', 'connection_closed']).toContain(await codeOf(leaving));
    expect(['http_invalid', 'connection_closed']).toContain(await codeOf(cut));
    await eventually(() => fetcher.openSockets === 0);
  });

  it.each([0, 8])('bodies that are cut off with the code %d are not whole', async (code) => {
    const ended = await startRawHttp2Server([headersFrame, dataFrame('half', false), resetFrame(code)]);
    const whole = await startRawHttp2Server([headersFrame, dataFrame('whole', true), resetFrame(code)]);
    const options: CheckOptions = { http_version: '2', tls: { ca: ca.cert } };
    const fetch = fetchWith();
    expect((await fetch(ended, options)).error?.code).toBe('connection_closed');
    expect(await fetch(whole, options)).toMatchObject({ error: null, httpStatus: 200 });
  });

  it('bodies end at the limit', async () => {
    const url = await startHttp2Server((stream) => {
      stream.respond({ ':status': 200 });
      const chunk = Buffer.alloc(16_384, 'x');
      const fill = () => {
        while (!stream.destroyed && stream.write(chunk));
      };
      stream.on('drain', fill);
      fill();
    });
    const fetcher = testFetcher({ bodyLimitBytes: 100_000 });
    const result = await fetchWith(fetcher)(url, { http_version: '2', tls: { ca: ca.cert } });
    expect(result).toMatchObject({ error: null, bodyTruncated: true });
    expect(result.body?.length).toBe(100_000);
    await eventually(() => fetcher.openSockets === 0);
  });
});

/** Answers the n-th request of each connection with these bytes, and closes none. */
async function startRawServer(answer: (nth: number) => string) {
  let connections = 0;
  const { port } = await startTcpServer((socket) => {
    connections += 1;
    let nth = 0;
    socket.on('data', () => socket.write(answer(nth++)));
  });
  return { url: `http://127.0.0.1:${port}/`, connections: () => connections };
}

describe('a connection that is kept', () => {
  it('serves the next check of its target, which then has no phases to connect', async () => {
    const server = await startWebServer({ certificate: await ca.issue(), routes: { '/': respond({ body: 'ok' }) } });
    const fetch = fetchWith();
    const options: CheckOptions = { reuse_connection: true, tls: { ca: ca.cert } };
    const first = await fetch(server.url, options);
    expect(first.phases.tlsUs).toBeGreaterThan(0);
    await eventually(async () => {
      const next = await fetch(server.url, options);
      expect(next.error).toBeNull();
      return next.phases.tlsUs === null && next.phases.connectUs === null && next.tls?.expiresAtMs !== null;
    });
    const before = server.connections;
    expect((await fetch(server.url, options)).remoteAddress).toBe('127.0.0.1');
    expect(server.connections).toBe(before);
    // Another target, and one that has been changed, connect for themselves.
    await fetch(server.url, options, 2);
    await fetch(server.url, { ...options });
    expect(server.connections).toBe(before + 2);
  });

  it('is not what a request goes to that must not be sent twice, where it may have been heard', async () => {
    let heard = 0;
    const server = await startWebServer({
      routes: {
        '/': (request, response) => {
          heard += 1;
          if (heard % 2 === 1) response.end('ok');
          else request.socket.destroy();
        },
      },
    });
    const fetch = fetchWith();
    const options: CheckOptions = { reuse_connection: true, method: 'POST', body: 'order' };
    expect((await fetch(server.url, options)).error).toBeNull();
    expect((await fetch(server.url, options)).error?.code).toBe('connection_closed');
    expect(heard).toBe(2);
  });

  it.each([
    ['that say it closes', 'HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 2\r\n\r\nok'],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['with something behind them', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 500 X\r\n'],
  ])('is not used again after responses %s, although it stays open', async (_, response) => {
    const { url, connections } = await startRawServer(() => response);
    const fetch = fetchWith();
    const options: CheckOptions = { reuse_connection: true };
    for (let round = 0; round < 3; round++) expect((await fetch(url, options)).error).toBeNull();
    expect(connections()).toBe(3);
  });

  it.each([
    ['of HTTP/1.0 that keep it', 'GET', 'HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 2\r\n\r\nok'],
    ['of a version to come', 'GET', 'HTTP/1.2 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['to HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n'],
  ] as const)('is used again after responses %s', async (_, method, response) => {
    const { url, connections } = await startRawServer(() => response);
    const fetch = fetchWith();
    const options: CheckOptions = { reuse_connection: true, method };
    for (let round = 0; round < 3; round++) expect((await fetch(url, options)).error).toBeNull();
    expect(connections()).toBe(1);
  });

  it('of which the server says that it waited for too long is replaced', async () => {
    const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    const tooLate = 'HTTP/1.1 408 X\r\ncontent-length: 0\r\n\r\n';
    const { url, connections } = await startRawServer((nth) => (nth === 0 ? ok : tooLate));
    const fetch = fetchWith();
    const options: CheckOptions = { reuse_connection: true };
    expect((await fetch(url, options)).httpStatus).toBe(200);
    expect((await fetch(url, options)).httpStatus).toBe(200);
    expect(connections()).toBe(2);
    // What must not be sent twice is not, and a fresh connection has no excuse.
    expect((await fetch(url, { ...options, method: 'POST' })).httpStatus).toBe(200);
    expect((await fetch(url, { ...options, method: 'POST' })).httpStatus).toBe(200);
    const always = await startRawServer(() => tooLate);
    expect((await fetch(always.url, options, 2)).httpStatus).toBe(408);
    expect(always.connections()).toBe(1);
  });

  it('is listened to once, however often it is used', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const server = await startWebServer({ routes: { '/': respond({ body: 'ok' }) } });
    const fetch = fetchWith();
    const options: CheckOptions = { reuse_connection: true };
    for (let round = 0; round < 30; round++) expect((await fetch(server.url, options)).error).toBeNull();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    expect(server.connections).toBe(1);
  });

  it('is over when its certificate is', async () => {
    const certificate = await ca.issue({ notAfter: new Date(Date.now() + 3_000) });
    const server = await startWebServer({ certificate, routes: { '/': respond({ body: 'ok' }) } });
    const fetch = fetchWith();
    const options: CheckOptions = { reuse_connection: true, tls: { ca: ca.cert } };
    expect((await fetch(server.url, options)).error).toBeNull();
    await eventually(async () => (await fetch(server.url, options)).error?.code === 'tls_expired');
  });

  it('over HTTP/2 too', async () => {
    let sessions = 0;
    const url = await startHttp2Server((stream) => stream.respond({ ':status': 200 }, { endStream: true }));
    const options: CheckOptions = { reuse_connection: true, http_version: '2', tls: { ca: ca.cert } };
    const fetch = fetchWith();
    for (let round = 0; round < 5; round++) {
      const { phases, error } = await fetch(url, options);
      expect(error).toBeNull();
      if (phases.connectUs !== null) sessions += 1;
    }
    expect(sessions).toBeLessThan(5);
  });

  it('that the server has closed meanwhile is replaced, and that shows', async () => {
    const server = await startWebServer({
      routes: {
        '/': (_request, response) => {
          response.end('ok');
          const { socket } = response;
          // Long enough for the client to take it for good, and to send its next request into it.
          setTimeout(() => socket?.destroy(), 100);
        },
      },
    });
    const fetch = fetchWith();
    for (let round = 0; round < 20; round++) {
      const { error } = await fetch(server.url, { reuse_connection: true });
      expect(error).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(server.connections).toBeGreaterThan(1);
  });
});

describe('a name that has to wait for its look-up', () => {
  it('makes the check missed, long before its lease would be over', async () => {
    const dns = await startDnsServer({ records: { 'slow.test': { silent: true }, 'late.test': { a: ['127.0.0.1'] } } });
    const resolver = new NameResolver({ concurrency: 1, longestWaitMs: 60_000 });
    const fetcher = testFetcher({ resolver });
    const options: CheckOptions = { dns: { server: dns.address }, ip_family: '4' };
    const target = { timeoutMs: 6_000, matchPattern: null, options };
    const inTheWay = fetcher.fetch({ ...target, id: 1, url: 'http://slow.test/' });
    await eventually(() => resolver.asking === 1);
    const startedAt = performance.now();
    const { missed, responseTimeUs } = await fetcher.fetch({ ...target, id: 2, url: 'http://late.test/' });
    expect(missed?.code).toBe('dns_limit');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    // It was the worker that took the time.
    expect(responseTimeUs).toBeLessThan(500_000);
    await fetcher.close();
    await inTheWay;
  });
});

describe('addresses', () => {
  const answers = { 'dual.test': { a: ['127.0.0.1'], aaaa: ['::1'] }, 'six.test': { aaaa: ['::1'] } };

  it('are of the family that the target asks for', async () => {
    const dns = await startDnsServer({ records: answers });
    const four = await startWebServer({ routes: { '/': respond({}) } });
    const fetch = fetchWith();
    const at = async (name: string, ip_family: CheckOptions['ip_family']) => {
      const options = { dns: { server: dns.address }, ip_family };
      const { remoteAddress, error } = await fetch(`http://${name}:${four.port}/`, options);
      return remoteAddress ?? error?.code;
    };
    expect(await at('dual.test', '4')).toBe('127.0.0.1');
    expect(await at('dual.test', 'prefer_4')).toBe('127.0.0.1');
    expect(await at('dual.test', 'race')).toBe('127.0.0.1');
    expect(await at('six.test', '4')).toBe('dns_not_found');
    // Nothing listens there.
    expect(['connect_refused', 'connect_unreachable']).toContain(await at('dual.test', '6'));
  });

  it('of which one is silent cost a quarter of a second', async () => {
    const server = await startWebServer({ routes: { '/': respond({}) } });
    // TEST-NET-1, which nobody answers for; opened for this test alone.
    const { EgressPolicy } = await import('../egress/index.ts');
    const fetcher = testFetcher({
      hosts: ['192.0.2.1 half.test', '127.0.0.1 half.test'],
      egress: new EgressPolicy({ allow: ['127.0.0.0/8', '192.0.2.0/24'] }),
    });
    const { error, phases } = await fetchWith(fetcher)(`http://half.test:${server.port}/`, {});
    expect(error).toBeNull();
    expect(phases.connectUs).toBeLessThan(1_500_000);
    await eventually(() => fetcher.openSockets === 0);
  });

  it('that are closed are passed over, and are not enough by themselves', async () => {
    const server = await startWebServer({ routes: { '/': respond({}) } });
    const fetcher = testFetcher({ hosts: ['10.0.0.1 mixed.test', '127.0.0.1 mixed.test', '10.0.0.1 inside.test'] });
    expect((await fetchWith(fetcher)(`http://mixed.test:${server.port}/`, {})).error).toBeNull();
    const inside = await fetchWith(fetcher)(`http://inside.test:${server.port}/`, {});
    expect(inside.error?.code).toBe('egress_denied');
    expect(inside.error?.detail).toMatch(/10\.0\.0\.1/);
    expect(inside.phases.connectUs).toBeNull();
  });
});

describe('an OAuth2 token', () => {
  async function startTokenServer(answer: () => { status?: number; body: string; delayMs?: number }) {
    const forms: string[] = [];
    const headers: (string | undefined)[] = [];
    const tokens = await startWebServer({
      routes: {
        '/token': (request, response) => {
          let form = '';
          request.on('data', (chunk: Buffer) => (form += chunk.toString()));
          request.on('end', () => {
            forms.push(form);
            headers.push(request.headers.authorization);
            const { status = 200, body, delayMs = 0 } = answer();
            setTimeout(() => response.writeHead(status).end(body), delayMs).unref();
          });
        },
      },
    });
    const seen: (string | undefined)[] = [];
    let status = 200;
    const site = await startWebServer({
      routes: {
        '/': (request, response) => {
          seen.push(request.headers.authorization);
          response.writeHead(status).end();
        },
      },
    });
    const oauth2 = { token_url: `${tokens.url}/token`, client_id: 'shop', client_secret: { env: 'CLIENT_SECRET' } };
    return {
      site,
      seen,
      forms,
      headers,
      oauth2,
      answerWith: (code: number) => {
        status = code;
      },
    };
  }

  const good = (token: string, seconds = 3_600) => JSON.stringify({ access_token: token, expires_in: seconds });

  it('is fetched before the check, outside of its time, and shared until it expires', async () => {
    const { site, seen, forms, headers, oauth2 } = await startTokenServer(() => ({ body: good('t-1'), delayMs: 300 }));
    const fetch = fetchWith();
    const scopes = ['read', 'write'];
    const options: CheckOptions = { auth: { oauth2: { ...oauth2, scopes, parameters: { audience: 'api' } } } };
    const results = await Promise.all([1, 2, 3].map((id) => fetch(site.url, options, id)));
    for (const { error, responseTimeUs } of results) {
      expect(error).toBeNull();
      expect(responseTimeUs).toBeLessThan(290_000);
    }
    await fetch(site.url, options);
    expect(seen).toEqual(Array.from({ length: 4 }, () => 'Bearer t-1'));
    expect(forms).toEqual(['grant_type=client_credentials&audience=api&scope=read+write']);
    expect(headers).toEqual([`Basic ${Buffer.from('shop:geheim').toString('base64')}`]);
    expect(results[0]?.secrets).toContain('t-1');
  });

  it('is asked for in the body where the server wants it so', async () => {
    const { site, forms, headers, oauth2 } = await startTokenServer(() => ({ body: good('t') }));
    await fetchWith()(site.url, { auth: { oauth2: { ...oauth2, client_authentication: 'body' } } });
    expect(forms[0]).toBe('grant_type=client_credentials&client_id=shop&client_secret=geheim');
    expect(headers[0]).toBeUndefined();
  });

  it('that has expired, or is not accepted, is replaced', async () => {
    let made = 0;
    const { site, seen, oauth2, answerWith } = await startTokenServer(() => {
      made += 1;
      return { body: good(`t-${made}`, made === 1 ? 0.4 : 3_600) };
    });
    const fetch = fetchWith();
    const options: CheckOptions = { auth: { oauth2 } };
    await fetch(site.url, options);
    await eventually(async () => {
      await fetch(site.url, options);
      return seen.at(-1) === 'Bearer t-2';
    });
    answerWith(401);
    await fetch(site.url, options);
    await fetch(site.url, options);
    expect(seen.at(-1)).toBe('Bearer t-3');
  });

  it('that is not accepted while its secret is gone is no reason to fail', async () => {
    const { site, oauth2, answerWith } = await startTokenServer(() => ({ body: good('t') }));
    const secrets: NodeJS.ProcessEnv = { CLIENT_SECRET: 'geheim' };
    const fetch = fetchWith(testFetcher({ environment: secrets }));
    answerWith(401);
    site.route('/', (_request, response) => {
      delete secrets['CLIENT_SECRET'];
      response.writeHead(401).end();
    });
    expect((await fetch(site.url, { auth: { oauth2 } })).httpStatus).toBe(401);
    expect((await fetch(site.url, { auth: { oauth2 } })).missed?.code).toBe('secret_missing');
  });

  it.each([
    ['a refusal', { status: 401, body: '{"error":"invalid_client"}' }],
    ['something else than JSON', { body: '<html>' }],
    ['no token', { body: '{}' }],
    ['a token that is no header', { body: JSON.stringify({ access_token: 'a\r\nb' }) }],
    ['nothing for long', { body: good('t'), delayMs: 5_000 }],
  ])('that is answered with %s is auth_failed', async (_what, answer) => {
    const { site, oauth2 } = await startTokenServer(() => answer);
    const fetcher = testFetcher({ environment, longestTokenWaitMs: 400 });
    const result = await fetchWith(fetcher)(site.url, { auth: { oauth2 } });
    expect(result.error?.code).toBe('auth_failed');
    expect(JSON.stringify(result)).not.toMatch(/geheim/);
    expect(site.requests).toBe(0);
  });
});
