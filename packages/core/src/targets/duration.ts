// Durations as people write them: `10s`, `5m`, `500ms`, or a plain number of seconds.

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds, or null if the text is no duration. A number without a unit means seconds. */
export function parseDurationMs(given: string | number): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(String(given).trim());
  if (!match) return null;
  const ms = Number(match[1]) * unitMs[(match[2] ?? 's') as keyof typeof unitMs];
  return Number.isSafeInteger(Math.round(ms)) ? ms : null;
}

/** The shortest exact way to write it: `90s`, `5m`, `1500ms`. */
export function formatDuration(ms: number): string {
  if (ms >= 120_000 || ms === 60_000) {
    for (const unit of ['d', 'h', 'm'] as const) if (ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`;
  }
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${Math.round(ms * 1000) / 1000}ms`;
}
