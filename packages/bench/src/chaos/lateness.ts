// How late the checks that were carried out began.

import type { CarriedOutFault } from './fault-injector.ts';
import type { LedgerRow } from './ledger-rows.ts';

/** Milliseconds; null where there was no check. */
export interface Lateness {
  readonly checks: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** A fault is felt from its beginning until its victim has been back for this long. */
const AFTERMATH_MS = 3_000;

export function lateness(rows: readonly LedgerRow[]): Lateness {
  const late = rows.flatMap(({ startedAtMs, scheduledAtMs }) =>
    startedAtMs === null ? [] : [startedAtMs - scheduledAtMs],
  );
  late.sort((a, b) => a - b);
  const at = (fraction: number) => {
    const value = late[Math.min(late.length - 1, Math.floor(fraction * late.length))];
    return value === undefined ? null : Math.round(value * 100) / 100;
  };
  return { checks: late.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Checks that began when the next tick of their target was due already. `rows` in the order of target and time. */
export function countStale(rows: readonly LedgerRow[]): number {
  return rows.filter(({ startedAtMs, targetId, locationId }, index) => {
    const next = rows[index + 1];
    if (startedAtMs === null || next?.targetId !== targetId || next.locationId !== locationId) return false;
    return startedAtMs >= next.scheduledAtMs;
  }).length;
}

/** Of the ticks that were due while no fault was felt. */
export function undisturbed(rows: readonly LedgerRow[], faults: readonly CarriedOutFault[]): LedgerRow[] {
  return rows.filter(
    ({ scheduledAtMs }) =>
      !faults.some(({ beganAtMs, overAtMs }) => scheduledAtMs >= beganAtMs && scheduledAtMs <= overAtMs + AFTERMATH_MS),
  );
}
