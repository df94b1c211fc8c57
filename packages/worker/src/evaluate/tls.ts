// Whether the connection was secured, and for how long its certificates stay valid.

import type { Expectation } from './expectation.ts';

const dayMs = 86_400_000;

export function expectTls(wanted: 'required' | 'forbidden'): Expectation {
  const required = wanted === 'required';
  const expected = required ? 'TLS' : 'no TLS';
  return {
    kind: 'tls',
    expected,
    judge({ result: { tls }, shown }) {
      const seen = tls ? shown.of(tls.version) : 'no TLS';
      if ((tls !== null) === required) return { ok: true, seen };
      return {
        ok: false,
        seen,
        code: required ? 'tls_missing' : 'tls_present',
        detail: required ? 'the response did not come over TLS' : `the response came over TLS (${seen})`,
      };
    },
  };
}

/** Every certificate of the chain has to be valid for so many days more. */
export function expectCertificateDays(days: number): Expectation {
  const expected = `valid for at least ${days} more days`;
  return {
    kind: 'certificate_days',
    expected,
    judge({ result: { tls }, nowMs }) {
      if (!tls) {
        return {
          ok: false,
          seen: 'no TLS',
          code: 'tls_missing',
          detail: `expected a certificate ${expected}, got no TLS`,
        };
      }
      const { expiresAtMs } = tls;
      const seen = expiresAtMs === null ? 'no certificate that could be read' : expiry(expiresAtMs, nowMs);
      if (expiresAtMs !== null && expiresAtMs - nowMs >= days * dayMs) return { ok: true, seen };
      return {
        ok: false,
        seen,
        code: 'certificate_expiring',
        detail: `expected a certificate ${expected}, got ${seen}`,
      };
    },
  };
}

function expiry(expiresAtMs: number, nowMs: number): string {
  const at = `${new Date(expiresAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  // Never more days than there are: 13.99 are not 14.
  const days = Math.floor(((expiresAtMs - nowMs) / dayMs) * 10) / 10;
  return `one that expires at ${at}, in ${days} days`;
}
