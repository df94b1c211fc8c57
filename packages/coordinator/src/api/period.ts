// A period that a request names by its ends.

import { RequestProblem } from './problem.ts';

/** Throws `request_invalid` for one that ends before it begins. */
export function periodOf({ from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }) {
  const period = { from: momentOf(from), to: momentOf(to) };
  if (period.from !== undefined && period.to !== undefined && period.from >= period.to) {
    const detail = `has to be after 'from' (${period.from.toISOString()})`;
    throw new RequestProblem(400, 'request_invalid', `to: ${detail}`, { errors: [{ parameter: 'to', detail }] });
  }
  return period;
}

function momentOf(given: string | undefined): Date | undefined {
  return given === undefined ? undefined : new Date(given);
}
