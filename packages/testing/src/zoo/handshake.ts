// Starts servers that speak TLS, for targets that trust the zoo's own authority and no other.

import type { CheckOptions, HttpVersion, TlsOptions } from '@everytick/core';
import { type Certificate, type CertificateAuthority, createCertificateAuthority } from '../certificates.ts';
import { respond, startWebServer, type WebServerOptions } from '../web-server.ts';
import type { Animal, Visit } from './animal.ts';

/** Where the certificates of the zoo come from. */
export interface Authorities {
  readonly root: CertificateAuthority;
  /** Below the root. */
  readonly intermediate: CertificateAuthority;
}

export interface Handshake {
  /** What the server shows; a good certificate of the root where absent. */
  readonly certificate?: (zoo: Authorities) => Promise<Certificate>;
  readonly server?: Pick<WebServerOptions, 'http2' | 'routes'>;
  /** What else the server's TLS is told. */
  readonly serverTls?: (zoo: Authorities) => WebServerOptions['tls'];
  /** What the target says of TLS, beside trusting the root. */
  readonly tls?: (zoo: Authorities, shown: Certificate) => TlsOptions | Promise<TlsOptions>;
  readonly httpVersion?: HttpVersion;
  readonly visit?: Omit<Visit, 'url' | 'options'>;
}

let made: Promise<Authorities> | undefined;

export function handshake({
  certificate,
  server,
  serverTls,
  tls,
  httpVersion,
  visit,
}: Handshake = {}): Animal['start'] {
  return async () => {
    made ??= createAuthorities();
    const zoo = await made;
    const shown = await (certificate?.(zoo) ?? zoo.root.issue());
    const told = serverTls?.(zoo);
    const { url } = await startWebServer({
      routes: { '/': respond({ body: 'fine' }) },
      ...server,
      certificate: shown,
      ...(told ? { tls: told } : {}),
    });
    const options: CheckOptions = {
      tls: { ca: zoo.root.cert, ...(await tls?.(zoo, shown)) },
      ...(httpVersion ? { http_version: httpVersion } : {}),
    };
    return { url: `${url}/`, ...visit, options };
  };
}

async function createAuthorities(): Promise<Authorities> {
  const root = await createCertificateAuthority();
  return { root, intermediate: await root.createIntermediate() };
}
