// The header by which a server can tell which tick a request carries out.

import type { ClaimedCheck, RequestHeaders } from '@everytick/core';

/** The tick's key in the ledger: `<target id>/<location id>/<scheduled_at, ISO 8601 with milliseconds>`. */
export function tickHeader({ target, scheduledAtMs }: ClaimedCheck, locationId: number): RequestHeaders {
  return { 'everytick-tick': `${target.id}/${locationId}/${new Date(scheduledAtMs).toISOString()}` };
}
