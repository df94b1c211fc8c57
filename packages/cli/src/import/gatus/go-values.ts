// Values as Go reads them: Gatus's conditions and durations are made of them.

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of `1h30m`, `500ms`; null for what is no duration (time.ParseDuration). A day is no unit of Go's. */
export function goDurationMs(text: string): number | null {
  const [, sign, rest = ''] = /^([+-]?)(.+)$/.exec(text) ?? [];
  if (rest === '0') return 0;
  const parts = [...rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== rest) return null;
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0), 0);
  return sign === '-' ? -ms : ms;
}

/** A whole number as strconv.ParseInt reads it with base 0 (`0x10`, `0b1`, `010`, `1_000`); null for anything else. */
export function goInteger(text: string): bigint | null {
  const [, sign, digits = ''] = /^([+-]?)(.+)$/.exec(text) ?? [];
  const plain = digits.replaceAll('_', '');
  const written = /^0[0-7]+$/.test(plain) ? `0o${plain.slice(1)}` : plain;
  if (!/^(0x[0-9a-f]+|0b[01]+|0o[0-7]+|0|[1-9]\d*)$/i.test(written)) return null;
  const value = BigInt(written.toLowerCase()) * (sign === '-' ? -1n : 1n);
  return value >= -(2n ** 63n) && value < 2n ** 63n ? value : null;
}

/** What Gatus makes of a side of `<`, `<=`, `>` and `>=`: durations in milliseconds, decimals cut off, 0 for what is no number. */
export function gatusNumber(text: string): number {
  const ms = goDurationMs(text);
  if (ms !== null && ms !== 0) return Math.trunc(ms);
  const integer = goInteger(text);
  if (integer !== null) return Number(integer);
  return isDecimal(text) ? Math.trunc(Number(text)) : 0;
}

export function isDecimal(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
}

/** Of a literal beside `<` and the like; null where it is none, so that Gatus would take it as 0. */
export function numericLiteral(text: string): number | null {
  return goDurationMs(text) !== null || goInteger(text) !== null || isDecimal(text) ? gatusNumber(text) : null;
}
