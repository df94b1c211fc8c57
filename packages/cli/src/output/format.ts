// Measured values as people read them: three significant digits, a unit, nothing that only a program needs.

/** `0.42 ms`, `8.1 ms`, `812 ms`, `1.20 s`. */
export function formatMs(ms: number | null): string {
  if (ms === null) return '-';
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms >= 100) return `${Math.round(ms)} ms`;
  return `${ms.toFixed(ms >= 1 ? 1 : 2)} ms`;
}

export function formatUs(us: number | null): string {
  return formatMs(us === null ? null : us / 1_000);
}

/** How long something took or is ago, in whole seconds at least: `3s`, `4m 10s`, `2h 5m`. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h ${Math.floor((seconds % 3_600) / 60)}m`;
  return `${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3_600)}h`;
}

/** `1 target`, `3 targets`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** The moment as `2026-03-01 12:00:00` in UTC, like the database prints it. */
export function formatMoment(moment: Date | string): string {
  return new Date(moment).toISOString().slice(0, 19).replace('T', ' ');
}

/** One line of what went wrong: the code, and the sentence about it if there is one. */
export function formatError(code: string | null, detail: string | null): string {
  if (code === null) return '';
  return detail === null ? code : `${code}: ${detail}`;
}
