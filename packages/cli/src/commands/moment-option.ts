// A flag that names a moment.

import { EverytickError, momentAllowed, parseMoment } from '@everytick/core';

/** Completes help texts that have a `<when>`. */
export const momentHelp = `
Allowed for <when> are "now", and ISO 8601 such as 2026-03-01, 2026-03-01T22:00,
2026-03-01T22:00:00Z and 2026-03-01T22:00+01:00. Where no zone is given, it is UTC.
"now" is the time of the database's clock.`;

/** Throws `usage` for what is no moment. */
export function momentOf(flag: string, given: string): Date | 'now' {
  const moment = parseMoment(given);
  if (moment === null) {
    throw new EverytickError('usage', `${flag} '${given}' is no moment; allowed are ${momentAllowed}`);
  }
  return moment;
}
