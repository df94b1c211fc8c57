// Certificates made at run time for servers in tests: good ones, each kind of bad one, and all that goes with them:
// authorities below authorities, lists of revoked certificates, certificates of clients.

import { KeyObject, randomBytes, randomUUID, webcrypto, X509Certificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '@peculiar/x509';

export interface Certificate {
  /** PEM: the certificate, then those of the authorities between it and its root. */
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
  /** Has no subject, as is allowed where there are names beside it (RFC 5280, 4.1.2.6). */
  readonly nameless?: boolean;
  /** For a client to show, not for a server. */
  readonly client?: boolean;
  /** Leaves out the authorities between it and its root, as careless operators do. */
  readonly alone?: boolean;
}

/** An authority of its own, which nobody trusts unless told to. */
export interface CertificateAuthority {
  /** PEM, for those who are to trust it. */
  readonly cert: string;
  issue(options?: CertificateOptions): Promise<Certificate>;
  /** An authority whose certificate this one signs. */
  createIntermediate(): Promise<CertificateAuthority>;
  /** The PEM list of what this authority has revoked: these of its certificates (PEM). */
  listRevoked(certificates: readonly string[]): Promise<string>;
}

interface Issuer {
  readonly name: string;
  readonly key: webcrypto.CryptoKey;
  /** PEM of the issuer and those above it, without the root. */
  readonly chain: string;
}

const dayMs = 86_400_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export function createCertificateAuthority(): Promise<CertificateAuthority> {
  return createAuthority();
}

export async function createSelfSignedCertificate(options: CertificateOptions = {}): Promise<Certificate> {
  const keys = await generateKeys();
  return { cert: await signEndCertificate(options, keys), key: pemOf(keys.privateKey) };
}

async function createAuthority(above?: Issuer): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  // With equal names, one authority's signature would be checked with the key of another.
  const name = `CN=Test authority ${randomUUID()}`;
  const cert = await sign({
    subject: name,
    keys,
    issuer: above ?? { name, key: keys.privateKey, chain: '' },
    notBefore: new Date(Date.now() - 10 * dayMs),
    notAfter: new Date(Date.now() + 10 * dayMs),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const self: Issuer = { name, key: keys.privateKey, chain: above ? `${cert}${above.chain}` : '' };
  return {
    cert,
    issue: async (options = {}) => {
      const ownKeys = await generateKeys();
      const own = await signEndCertificate(options, ownKeys, self);
      return { cert: options.alone ? own : `${own}${self.chain}`, key: pemOf(ownKeys.privateKey) };
    },
    createIntermediate: () => createAuthority(self),
    listRevoked: (certificates) => signList(certificates, self),
  };
}

function signEndCertificate(
  options: CertificateOptions,
  keys: webcrypto.CryptoKeyPair,
  issuer?: Issuer,
): Promise<string> {
  const names = options.names ?? ['localhost'];
  const addresses = options.addresses ?? ['127.0.0.1'];
  const name = options.nameless ? '' : `CN=${names[0] ?? 'test'}`;
  return sign({
    subject: name,
    keys,
    issuer: issuer ?? { name, key: keys.privateKey, chain: '' },
    notBefore: options.notBefore ?? new Date(Date.now() - dayMs),
    notAfter: options.notAfter ?? new Date(Date.now() + dayMs),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([options.client ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        [
          ...names.map((value) => ({ type: 'dns' as const, value })),
          ...addresses.map((value) => ({ type: 'ip' as const, value })),
        ],
        options.nameless,
      ),
    ],
  });
}

interface ToSign {
  readonly subject: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly issuer: Issuer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: Extension[];
}

async function sign({ subject, keys, issuer, notBefore, notAfter, extensions }: ToSign): Promise<string> {
  const certificate = await X509CertificateGenerator.create({
    // Positive, as RFC 5280 (4.1.2.2) wants it.
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    subject,
    issuer: issuer.name,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: issuer.key,
    extensions,
  });
  return `${certificate.toString('pem')}\n`;
}

async function signList(certificates: readonly string[], issuer: Issuer): Promise<string> {
  const list = await X509CrlGenerator.create({
    issuer: issuer.name,
    thisUpdate: new Date(Date.now() - dayMs),
    nextUpdate: new Date(Date.now() + dayMs),
    signingAlgorithm: algorithm,
    signingKey: issuer.key,
    entries: certificates.map((certificate) => ({
      serialNumber: new X509Certificate(certificate).serialNumber,
      revocationDate: new Date(Date.now() - dayMs),
    })),
  });
  // OpenSSL knows them by this name alone (RFC 7468, 6).
  return `${PemConverter.encode(list.rawData, 'X509 CRL')}\n`;
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

function pemOf(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}
