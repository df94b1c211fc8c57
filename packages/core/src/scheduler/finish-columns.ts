// Results as the columns of leases-finish.sql want them: one array each, from $3 on.

import type { Assertion, CheckResult } from '../domain/check.ts';

/** The largest moment of a JavaScript Date: in the year 275760. PostgreSQL goes further. */
const MOST_MS = 8_640_000_000_000_000;

/** Rejected by PostgreSQL in text and in jsonb; the rest of a text that has one can be stored all the same. */
const NUL = /\0/g;

export function finishColumns(results: readonly CheckResult[]): unknown[][] {
  return [
    results.map((r) => r.check.target.id),
    results.map((r) => r.check.epoch),
    results.map((r) => r.check.scheduledAtMs),
    results.map((r) => r.startedAtMs),
    results.map((r) => r.outcome),
    results.map((r) => r.httpStatus),
    results.map((r) => r.matched),
    results.map((r) => r.responseTimeUs),
    results.map((r) => r.phases.dnsUs),
    results.map((r) => r.phases.connectUs),
    results.map((r) => r.phases.tlsUs),
    results.map((r) => r.phases.firstByteUs),
    results.map((r) => r.phases.downloadUs),
    results.map((r) => r.bodyBytes),
    results.map((r) => r.error?.code ?? null),
    results.map((r) => (r.error === null ? null : storable(r.error.detail))),
    results.map((r) => r.phases.dnsWaitUs),
    results.map((r) => r.phases.requestUs),
    results.map((r) => r.loopDelayUs),
    results.map((r) => r.protocol),
    results.map((r) => r.redirects),
    results.map((r) => r.suspect),
    results.map((r) => (r.remoteAddress === null ? null : withoutScope(r.remoteAddress))),
    results.map((r) => storableMoment(r.certificateExpiresAtMs)),
    results.map((r) => (r.failed.length === 0 ? null : documentOf(r.failed))),
  ];
}

/** What a server says of itself may be no moment at all. */
function storableMoment(ms: number | null): number | null {
  return ms !== null && Math.abs(ms) <= MOST_MS ? ms : null;
}

/** `fe80::1` of `fe80::1%eth0` (RFC 4007, 11): a type for addresses knows no interfaces. */
function withoutScope(address: string): string {
  const at = address.indexOf('%');
  return at === -1 ? address : address.slice(0, at);
}

function documentOf(failed: readonly Assertion[]): string {
  return JSON.stringify(
    failed.map(({ kind, expected, seen }) => ({ kind, expected: storable(expected), seen: storable(seen) })),
  );
}

/** What a server sent may be in it, cut anywhere: no NUL and no half of a surrogate pair may keep the row from the ledger. */
function storable(text: string): string {
  return text.replace(NUL, '\uFFFD').toWellFormed();
}
