// Moments as people write them: ISO 8601 (RFC 3339 and its shorter forms), in UTC where no zone is given.

const iso8601 =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(?:(Z)|([+-])(\d\d)(?::?(\d\d))?)?)?$/i;

/** Completes "allowed are ...". */
export const momentAllowed =
  "'now', and ISO 8601 such as 2026-03-01, 2026-03-01T22:00, 2026-03-01T22:00:00Z, 2026-03-01T22:00+01:00 (UTC where no zone is given)";

/** The moment, 'now' (which only the database knows), or null if the text is neither. */
export function parseMoment(given: string): Date | 'now' | null {
  const text = given.trim();
  if (text.toLowerCase() === 'now') return 'now';
  const match = iso8601.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0));
  const utc = new Date(0);
  utc.setUTCFullYear(year as number, (month as number) - 1, day);
  utc.setUTCHours(hour as number, minute, second, Math.floor(Number(`0.${match[7] ?? 0}`) * 1_000));
  // A day or an hour that does not exist would have become another one.
  const exists = utc.getUTCDate() === day && utc.getUTCMonth() + 1 === month && utc.getUTCHours() === hour;
  const offsetMinutes = Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0);
  if (!exists || (minute as number) > 59 || (second as number) > 59 || offsetMinutes > 14 * 60) return null;
  return new Date(utc.getTime() - (match[9] === '-' ? -1 : 1) * offsetMinutes * 60_000);
}
