// Conditions on the status, all together, as the statuses for which they hold: there are only 900 of them.

import { writtenRange } from '../status-ranges.ts';
import { type Condition, holds } from './condition.ts';

export const anyStatus = '100-999';
/** What Everytick takes at most. */
const mostRanges = 20;

type Statuses = readonly (string | number)[] | null;

// A large configuration says the same few things of thousands of endpoints.
const known = new Map<string, Statuses>();
const mostKnown = 1_000;

/** As `expect.status`; null where no status is left, or too many ranges of them. */
export function statusList(conditions: readonly Condition[]): Statuses {
  const key = JSON.stringify(conditions);
  const before = known.get(key);
  if (before !== undefined) return before;
  const list = listOf(conditions);
  if (known.size < mostKnown) known.set(key, list);
  return list;
}

function listOf(conditions: readonly Condition[]): Statuses {
  const ranges: { first: number; last: number }[] = [];
  for (let status = 100; status <= 999; status++) {
    if (!conditions.every((condition) => holds(condition, String(status)))) continue;
    const open = ranges.at(-1);
    if (open !== undefined && open.last === status - 1) open.last = status;
    else ranges.push({ first: status, last: status });
  }
  return ranges.length === 0 || ranges.length > mostRanges ? null : ranges.map(writtenRange);
}
