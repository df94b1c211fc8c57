// Protocols that do not go together: versions of TLS and HTTP, TLS where none is expected and none where it is, clients
// that have to show who they are. And HTTP/2 gone wrong.

import { createCertificateAuthority } from '../certificates.ts';
import { endless, type Reply, respond, silent, startWebServer } from '../web-server.ts';
import { type Animal, shortMs } from './animal.ts';
import { type Authorities, handshake } from './handshake.ts';

/** OpenSSL 3 speaks it only when it is told to think nothing of security. */
const tls10 = { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

const tlsVersions: readonly Animal[] = [
  { name: 'speaks TLS 1.0 alone', start: handshake({ serverTls: () => tls10 }), ends: 'tls_version' },
  {
    name: 'speaks TLS 1.0 alone, to a target that wants no more',
    start: handshake({ serverTls: () => tls10, tls: () => ({ min_version: '1.0' }) }),
    ends: 'up',
  },
  {
    name: 'speaks TLS 1.2 alone, to a target that wants more',
    start: handshake({ serverTls: () => ({ maxVersion: 'TLSv1.2' }), tls: () => ({ min_version: '1.3' }) }),
    ends: 'tls_version',
  },
  {
    name: 'speaks plain HTTP where TLS should begin',
    start: async () => ({ url: `https://127.0.0.1:${(await startWebServer()).port}/` }),
    ends: 'tls_failed',
  },
  {
    name: 'speaks TLS where plain HTTP is expected',
    start: async () => {
      const visit = await handshake()();
      return { ...visit, url: visit.url.replace('https:', 'http:') };
    },
    ends: 'connection_closed',
  },
];

const httpVersions: readonly Animal[] = [
  {
    name: 'speaks HTTP/2 alone, to a target that speaks HTTP/1.1',
    start: handshake({ server: { http2: true }, httpVersion: '1.1' }),
    ends: 'http_version',
  },
  {
    name: 'speaks HTTP/2 alone, to a target that speaks it too',
    start: handshake({ server: { http2: true }, httpVersion: '2', visit: { matchPattern: '^fine$' } }),
    ends: 'up',
    protocol: 'h2',
  },
  {
    name: 'speaks HTTP/2 alone, to a target that speaks both',
    start: handshake({ server: { http2: true }, httpVersion: 'auto', visit: { matchPattern: '^fine$' } }),
    ends: 'up',
    protocol: 'h2',
  },
  {
    name: 'speaks HTTP/1.1 alone, to a target that speaks HTTP/2',
    start: handshake({ serverTls: () => ({ ALPNProtocols: ['http/1.1'] }), httpVersion: '2' }),
    ends: 'http_version',
  },
  {
    name: 'does not say what it speaks, to a target that speaks HTTP/2',
    start: handshake({ serverTls: () => ({ ALPNProtocols: [] }), httpVersion: '2' }),
    ends: 'http_version',
  },
  {
    name: 'speaks HTTP/1.1 alone, to a target that speaks both',
    start: handshake({ httpVersion: 'auto', visit: { matchPattern: '^fine$' } }),
    ends: 'up',
    protocol: 'http/1.1',
  },
];

/** Wants a certificate of the zoo's authority. */
function demanding(version: 'TLSv1.2' | 'TLSv1.3') {
  return ({ root }: Authorities) => ({
    requestCert: true,
    rejectUnauthorized: true,
    ca: root.cert,
    minVersion: version,
    maxVersion: version,
  });
}

const clientCertificates: readonly Animal[] = [
  ...(['TLSv1.2', 'TLSv1.3'] as const).flatMap((version): Animal[] => [
    {
      name: `wants a certificate of its client over ${version}, and gets none`,
      start: handshake({ serverTls: demanding(version) }),
      ends: 'tls_failed',
    },
    {
      name: `wants a certificate of its client over ${version}, and gets it`,
      start: handshake({
        serverTls: demanding(version),
        tls: async ({ root }) => ({ certificate: await root.issue({ client: true, names: ['worker.test'] }) }),
      }),
      ends: 'up',
    },
  ]),
  {
    // Servers made with Node.js look at it when the handshake is over for their client, and hang up without a word.
    name: 'wants a certificate of its client, and gets one from a stranger',
    start: handshake({
      serverTls: demanding('TLSv1.3'),
      tls: async () => ({ certificate: await (await createCertificateAuthority()).issue({ client: true }) }),
    }),
    ends: 'connection_closed',
  },
];

function overHttp2(reply: Reply, timeoutMs = 5_000): Animal['start'] {
  return handshake({ server: { http2: true, routes: { '/': reply } }, httpVersion: '2', visit: { timeoutMs } });
}

interface Http2Reply {
  readonly stream: {
    readonly session: { destroy(): void; goaway(code: number): void } | undefined;
    close(code: number): void;
  };
}

const http2: readonly Animal[] = [
  { name: 'is silent over HTTP/2', start: overHttp2(silent(), shortMs), ends: 'timeout_first_byte' },
  { name: 'sends a body without end over HTTP/2', start: overHttp2(endless()), ends: 'up', hungry: 'flood' },
  {
    name: 'stops in mid-body over HTTP/2',
    start: overHttp2((_request, response) => void response.writeHead(200).write('the beginning'), shortMs),
    ends: 'timeout_body',
  },
  {
    name: 'resets its stream over HTTP/2',
    // INTERNAL_ERROR (RFC 9113, 7)
    start: overHttp2((_request, response) => (response as unknown as Http2Reply).stream.close(2)),
    ends: 'http_invalid',
  },
  {
    name: 'hangs up over HTTP/2',
    start: overHttp2((_request, response) => (response as unknown as Http2Reply).stream.session?.destroy()),
    ends: 'connection_closed',
  },
  { name: 'fails over HTTP/2', start: overHttp2(respond({ status: 503 })), ends: 'status_unexpected', protocol: 'h2' },
];

export const protocolAnimals: readonly Animal[] = [...tlsVersions, ...httpVersions, ...clientCertificates, ...http2];
