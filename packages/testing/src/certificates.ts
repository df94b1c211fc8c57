// Certificates made at run time for servers in tests: good ones, and each kind of bad one.

import { randomUUID } from 'node:crypto';
import selfsigned from 'selfsigned';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

export interface CertificateOptions {
  /** DNS names it is valid for; `localhost` where absent. */
  readonly names?: readonly string[];
  /** Addresses it is valid for; `127.0.0.1` where absent. */
  readonly addresses?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** An authority of its own, which nobody trusts unless told to. */
export interface CertificateAuthority {
  /** PEM, for those who are to trust it. */
  readonly cert: string;
  issue(options?: CertificateOptions): Promise<Certificate>;
}

const dayMs = 86_400_000;

export async function createCertificateAuthority(): Promise<CertificateAuthority> {
  // With equal names, one authority's signature would be checked with the key of another.
  const name = [{ name: 'commonName', value: `Test authority ${randomUUID()}` }];
  const ca = await selfsigned.generate(name, {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 10 * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    cert: ca.cert,
    issue: (options = {}) => generate(options, { key: ca.private, cert: ca.cert }),
  };
}

export function createSelfSignedCertificate(options: CertificateOptions = {}): Promise<Certificate> {
  return generate(options);
}

async function generate(options: CertificateOptions, ca?: { key: string; cert: string }): Promise<Certificate> {
  const names = options.names ?? ['localhost'];
  const addresses = options.addresses ?? ['127.0.0.1'];
  const made = await selfsigned.generate([{ name: 'commonName', value: names[0] ?? 'test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: options.notBefore ?? new Date(Date.now() - dayMs),
    notAfterDate: options.notAfter ?? new Date(Date.now() + dayMs),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
    ...(ca ? { ca } : {}),
  });
  return { cert: made.cert, key: made.private };
}
