// Results as the columns of leases-finish.sql want them: one array each, from $2 on.

import type { Assertion, CheckResult } from '../domain/check.ts';
import { packMeasurements } from '../ledger-row/index.ts';

/** What JavaScript and PostgreSQL both know: from 4713 BC, where a timestamptz begins, until 275760, where a Date ends. */
const LEAST_MS = -210_866_803_200_000;
const MOST_MS = 8_640_000_000_000_000;

/** Rejected by PostgreSQL in text and in jsonb; the rest of a text that has one can be stored all the same. */
const NUL = /\0/g;

export function finishColumns(results: readonly CheckResult[], workerId: number): unknown[] {
  return [
    results.map((r) => r.check.target.id),
    results.map((r) => r.check.epoch),
    results.map((r) => r.check.scheduledAtMs),
    results.map((r) => r.outcome),
    results.map((r) => r.responseTimeUs),
    results.map((r) => r.error?.code ?? null),
    measuredColumn(results, workerId),
  ];
}

/** As the text of an array of bytea: the driver would make a Buffer and an escaped text of each. */
export function measuredColumn(results: readonly CheckResult[], workerId: number): string {
  return `{${results.map((result) => `"\\\\x${packed(result, workerId)}"`).join()}}`;
}

function packed(r: CheckResult, workerId: number): string {
  const { scheduledAtMs } = r.check;
  const measurements = {
    latenessUs: r.startedAtMs === null ? null : Math.round((r.startedAtMs - scheduledAtMs) * 1_000),
    workerId,
    httpStatus: r.httpStatus,
    matched: r.matched,
    suspect: r.suspect,
    phases: r.phases,
    bodyBytes: r.bodyBytes,
    loopDelayUs: r.loopDelayUs,
    protocol: r.protocol,
    redirects: r.redirects,
    remoteAddress: r.remoteAddress === null ? null : withoutScope(r.remoteAddress),
    certificateExpiresAtS: storableSeconds(r.certificateExpiresAtMs),
    errorDetail: r.error === null ? null : storable(r.error.detail),
    failedAssertions: r.failed.length === 0 ? null : documentOf(r.failed),
  };
  return packMeasurements(measurements, { scheduledAtMs, responseTimeUs: r.responseTimeUs });
}

/** What a server says of itself may be no moment at all. */
function storableSeconds(ms: number | null): number | null {
  return ms !== null && ms >= LEAST_MS && ms <= MOST_MS ? Math.round(ms / 1_000) : null;
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
