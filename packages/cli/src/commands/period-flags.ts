// Flags that name a period: --since, or --from and --to.

import { EverytickError } from '@everytick/core';
import type { Operations, Period } from '../operations/operations.ts';
import { durationOf } from './duration-option.ts';
import { momentOf } from './moment-option.ts';

export interface PeriodFlags {
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
}

/** What is wrong with the flags is said at once; what is now is for the database to say. Throws `usage`. */
export function periodOf(flags: PeriodFlags): (operations: Operations) => Promise<Partial<Period>> {
  if (flags.since !== undefined && flags.from !== undefined) {
    throw new EverytickError('usage', 'give either --since DURATION or --from WHEN, not both');
  }
  const sinceMs = flags.since === undefined ? null : durationOf('--since', flags.since);
  const given = {
    from: flags.from === undefined ? null : momentOf('--from', flags.from),
    to: flags.to === undefined ? null : momentOf('--to', flags.to),
  };
  return async (operations) => {
    const needsNow = sinceMs !== null || given.from === 'now' || given.to === 'now';
    const now = needsNow ? await operations.now() : new Date(Number.NaN);
    const moment = (each: Date | 'now' | null) => (each === 'now' ? now : each);
    const from = sinceMs === null ? moment(given.from) : new Date(now.getTime() - sinceMs);
    const to = moment(given.to);
    if (from !== null && to !== null && from >= to) {
      const begins = flags.since === undefined ? `--from ${flags.from}` : `--since ${flags.since}`;
      throw new EverytickError(
        'usage',
        `nothing lies between ${from.toISOString()} (${begins}) and ${to.toISOString()} (--to ${flags.to})`,
      );
    }
    return { ...(from && { from }), ...(to && { to }) };
  };
}
