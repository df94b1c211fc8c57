// What a TLS connection trusts and proves, built once for everything that is the same: building a context for each
// connection costs 320 us more, most of it for reading the authorities.

import { hash } from 'node:crypto';
import tls from 'node:tls';
import type { TlsVersion } from '@everytick/core';

/** PEM throughout. All absent: what Node trusts, and no certificate of our own. */
export interface TlsMaterial {
  readonly ca?: string | undefined;
  readonly crl?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly minVersion?: TlsVersion | undefined;
  readonly maxVersion?: TlsVersion | undefined;
}

// Without the hybrid key share for the time after quantum computers (X25519MLKEM768), which Node offers first: it costs 0.15 ms
// a handshake on our side alone, and a ClientHello of two packets, which some firewalls lose. What a check sends need not
// stay secret for decades.
const ecdhCurve = 'X25519:prime256v1:secp384r1:secp521r1';

// A context with authorities of its own takes some hundred kB.
const mostContexts = 200;

export class SecureContexts {
  readonly #extraCa: readonly string[] | undefined;
  readonly #usual: tls.SecureContext;
  readonly #others = new Map<string, tls.SecureContext>();

  /** `extraCa`: authorities (PEM) to trust beside those that Node trusts. */
  constructor(extraCa: readonly string[] | undefined) {
    this.#extraCa = extraCa;
    this.#usual = tls.createSecureContext({ ...this.#trusted(), ecdhCurve });
  }

  /** Throws what OpenSSL says of material that it cannot read. */
  of(material: TlsMaterial): tls.SecureContext {
    const { ca, crl, cert, key, minVersion, maxVersion } = material;
    if ((ca ?? crl ?? cert ?? key ?? minVersion ?? maxVersion) === undefined) return this.#usual;
    const name = hash('sha256', JSON.stringify([ca, crl, cert, key, minVersion, maxVersion]));
    const known = this.#others.get(name);
    if (known) {
      // The map keeps the order of insertion, so the first key is the one that was not asked for the longest.
      this.#others.delete(name);
      this.#others.set(name, known);
      return known;
    }
    // OpenSSL passes over a text without certificates, and trusts nobody.
    if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----'))
      throw new Error('there is no certificate in tls.ca');
    const made = tls.createSecureContext({
      ecdhCurve,
      ...(ca === undefined ? this.#trusted() : { ca }),
      ...(crl === undefined ? {} : { crl: listsIn(crl) }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...lowest(material),
      ...(maxVersion === undefined ? {} : { maxVersion: versions[maxVersion] }),
      // OpenSSL 3 has nothing to say to TLS 1.0 and 1.1 at its usual security level.
      ...(isOld(minVersion) || isOld(maxVersion) ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
    });
    this.#others.set(name, made);
    const [oldest] = this.#others.keys();
    if (this.#others.size > mostContexts && oldest !== undefined) this.#others.delete(oldest);
    return made;
  }

  #trusted(): { ca?: string[] } {
    return this.#extraCa ? { ca: [...tls.getCACertificates('default'), ...this.#extraCa] } : {};
  }
}

const versions = { '1.0': 'TLSv1', '1.1': 'TLSv1.1', '1.2': 'TLSv1.2', '1.3': 'TLSv1.3' } as const;

/** Where only the highest version is given and Node's lowest is above it, there is but this one. */
function lowest({ minVersion, maxVersion }: TlsMaterial): { minVersion?: tls.SecureVersion } {
  const version = minVersion ?? (isOld(maxVersion) ? maxVersion : undefined);
  return version === undefined ? {} : { minVersion: versions[version] };
}

function isOld(version: TlsVersion | undefined): boolean {
  return version === '1.0' || version === '1.1';
}

/** OpenSSL reads one list of each text. */
function listsIn(pem: string): string[] {
  return pem.match(/-----BEGIN X509 CRL-----[\s\S]+?-----END X509 CRL-----/g) ?? [pem];
}
