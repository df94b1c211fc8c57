// How often and how long: what Prometheus's intervals and timeouts make of a check.

import { formatDuration } from '@everytick/core';
import type { ImportReport } from '../imported.ts';

export interface GivenTiming {
  readonly intervalMs: number;
  readonly scrapeTimeoutMs: number;
  /** Null where the module has none. */
  readonly moduleTimeoutMs: number | null;
}

/** What blackbox_exporter leaves Prometheus for its answer (`--timeout-offset`). */
const timeoutOffsetMs = 500;
const longestIntervalMs = 86_400_000;
const longestTimeoutMs = 120_000;
const shortestTimeoutMs = 100;
/** Between the end of a check and the next one. */
const reportingMs = 200;

/** As blackbox_exporter reckons: the module's timeout, but never more than the scrape's less half a second. */
export function probeTimeoutMs({ scrapeTimeoutMs, moduleTimeoutMs }: GivenTiming): number {
  const mostMs = scrapeTimeoutMs - timeoutOffsetMs;
  if (moduleTimeoutMs === null || moduleTimeoutMs <= 0) return Math.max(mostMs, 0);
  return mostMs < 0 || moduleTimeoutMs < mostMs ? moduleTimeoutMs : mostMs;
}

export function timingFields(given: GivenTiming, where: string, target: string, report: ImportReport) {
  const everyMs = Math.min(Math.max(Math.ceil(given.intervalMs / 1_000) * 1_000, 1_000), longestIntervalMs);
  if (everyMs !== given.intervalMs) {
    const why = `checked every ${formatDuration(everyMs)}: allowed are whole seconds from 1s to 1d`;
    report.changed(where, `scrape_interval: ${formatDuration(given.intervalMs)}`, why, target);
  }
  const wantedMs = probeTimeoutMs(given);
  const timeoutMs = Math.min(
    Math.max(Math.floor(wantedMs), shortestTimeoutMs),
    longestTimeoutMs,
    everyMs - reportingMs,
  );
  if (timeoutMs !== wantedMs) {
    const why = `${formatDuration(timeoutMs)}: a check lasts 100ms to 120s, and is over ${reportingMs} ms before the next one`;
    report.changed(where, `timeout: ${formatDuration(wantedMs)}`, why, target);
  }
  return { every: formatDuration(everyMs), timeout: formatDuration(timeoutMs) };
}
