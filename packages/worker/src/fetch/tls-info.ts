// What there is to say of a TLS connection and its certificates.

import type { X509Certificate } from 'node:crypto';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateInfo, TlsInfo } from '@everytick/core';

/** A chain that names itself as its own issuer's issuer must have an end. */
const longestChain = 16;

/** The server at the other end of a TLS connection. */
export class TlsPeer {
  readonly #socket: TLSSocket;
  #chain: readonly X509Certificate[] | null = null;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  /** What `tls.checkServerIdentity` looks at, read from the server's own certificate alone. */
  identity(): PeerCertificate {
    const [certificate] = this.#certificates();
    const commonNames = (certificate?.subject ?? '').split('\n').flatMap((line) => /^CN=(.*)$/.exec(line)?.[1] ?? []);
    const identity = { subject: { CN: commonNames }, subjectaltname: certificate?.subjectAltName };
    return identity as unknown as PeerCertificate;
  }

  /** `detailed` adds the certificates themselves, which costs as much as a quarter of a handshake. */
  info(detailed: boolean): TlsInfo {
    const chain = this.#certificates();
    const expiries = chain.map(({ validTo }) => momentOf(validTo));
    const readable = expiries.filter((moment) => moment !== null);
    return {
      version: this.#socket.getProtocol() ?? 'unknown',
      cipher: this.#socket.getCipher().standardName,
      expiresAtMs: readable.length === 0 || readable.length < expiries.length ? null : Math.min(...readable),
      ...(detailed ? { chain: chain.map(describe) } : {}),
    };
  }

  /**
   * As far as it is known: what the server sent, and the authorities by which it was verified. Asked for once only: a second
   * call of `getPeerX509Certificate` brings nothing (Node 24.21).
   */
  #certificates(): readonly X509Certificate[] {
    if (this.#chain !== null) return this.#chain;
    const chain: X509Certificate[] = [];
    let certificate = this.#socket.getPeerX509Certificate();
    while (certificate !== undefined && chain.length < longestChain) {
      chain.push(certificate);
      certificate = certificate.issuerCertificate;
    }
    this.#chain = chain;
    return chain;
  }
}

function describe(certificate: X509Certificate): CertificateInfo {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: (certificate.subjectAltName ?? '')
      .split(', ')
      .flatMap((name) => /^(?:DNS|IP Address):(.*)$/.exec(name)?.[1] ?? []),
    validFromMs: momentOf(certificate.validFrom),
    expiresAtMs: momentOf(certificate.validTo),
    sha256: certificate.fingerprint256,
  };
}

/** From OpenSSL's text. The Date that Node makes of it is uninitialised memory where OpenSSL cannot read it (Node 24.21). */
function momentOf(text: string): number | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** Node writes one attribute a line, the most general one first; it has nothing at all, whatever its types say, for a name without any. */
function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').reverse().join(', ');
}
