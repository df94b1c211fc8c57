// Durations as Prometheus and Go write them: `1h30m`, `1.5s`, `500ms`; and sizes: `10MB`.

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

/** Milliseconds; null where it is no duration. */
export function goDurationMs(text: string): number | null {
  const given = text.trim();
  if (given === '0') return 0;
  if (!/^(\d+(\.\d*)?(ns|us|µs|ms|[smhdwy]))+$/.test(given)) return null;
  let ms = 0;
  for (const [, count, unit = ''] of given.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|[smhdwy])/g)) {
    ms += Number(count) * (unitMs[unit] ?? 0);
  }
  return Math.round(ms * 1_000) / 1_000;
}

const units = 'KMGTPE';

/** Bytes, in powers of 1024 as blackbox_exporter takes them (`1KB` is 1024); null where it is no size. */
export function base2Bytes(text: string): number | null {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([KMGTPE]?)i?B$/i.exec(text.trim()) ?? [];
  if (count === undefined) return text.trim() === '0' ? 0 : null;
  const bytes = Number(count) * 1024 ** (unit === undefined || unit === '' ? 0 : units.indexOf(unit.toUpperCase()) + 1);
  return Number.isSafeInteger(Math.round(bytes)) ? Math.round(bytes) : null;
}
