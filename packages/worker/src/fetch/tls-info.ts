// What there is to say of a TLS connection and its certificates.

import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { CertificateInfo, TlsInfo } from '@everytick/core';

/** A chain that names itself as its own issuer's issuer must have an end. */
const longestChain = 16;

/** `detailed` adds the certificates themselves, which costs as much as a quarter of a handshake. */
export function tlsInfoOf(socket: TLSSocket, detailed: boolean): TlsInfo {
  const chain = chainOf(socket);
  const expiries = chain.map((certificate) => certificate.validToDate.getTime());
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    expiresAtMs: expiries.length === 0 ? null : Math.min(...expiries),
    ...(detailed ? { chain: chain.map(describe) } : {}),
  };
}

/** As far as it is known: what the server sent, and the authorities by which it was verified. */
function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let certificate = socket.getPeerX509Certificate();
  while (certificate !== undefined && chain.length < longestChain) {
    chain.push(certificate);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

function describe(certificate: X509Certificate): CertificateInfo {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: (certificate.subjectAltName ?? '')
      .split(', ')
      .flatMap((name) => /^(?:DNS|IP Address):(.*)$/.exec(name)?.[1] ?? []),
    validFromMs: certificate.validFromDate.getTime(),
    expiresAtMs: certificate.validToDate.getTime(),
    sha256: certificate.fingerprint256,
  };
}

/** Node writes one attribute a line, the most general one first. */
function oneLine(name: string): string {
  return name.split('\n').reverse().join(', ');
}
