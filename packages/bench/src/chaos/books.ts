// The books balanced from outside: what the ledger says of each tick against what the checked site says it served.

import type { LedgerRow } from './ledger-rows.ts';
import type { SiteBooks, TickServed } from './site-books.ts';

export interface Balance {
  readonly requests: number;
  /** Requests beyond one per tick. */
  readonly executed_twice: number;
  /**
   * `down` in the ledger because of a time-out, and the site, which had no time of the processor either, did not answer
   * before it: no failure that it meant to serve, but one that it served.
   */
  readonly answered_too_late: number;
  /** `down` in the ledger, but the site was asked and did not fail. */
  readonly false_downs: number;
  /** `up` in the ledger, but the site was asked and never succeeded. */
  readonly false_ups: number;
  /** Carried out by the ledger, but the site was never asked. */
  readonly recorded_not_requested: number;
  /** Ticks that were requested and are written as missed or skipped: their worker was lost before it could report. */
  readonly executed_not_recorded: number;
  /** Ticks that were requested and of which the ledger knows nothing. */
  readonly requested_not_in_ledger: number;
  readonly requests_without_tick: number;
  /** The first few of whatever does not balance, in words. */
  readonly examples: readonly string[];
}

const EXAMPLES = 20;

/** `rows` in the order of target, location and time. */
export function balance(rows: readonly LedgerRow[], site: SiteBooks): Balance {
  const count = {
    answered_too_late: 0,
    false_downs: 0,
    false_ups: 0,
    recorded_not_requested: 0,
    executed_not_recorded: 0,
  };
  const examples: string[] = [];
  const wrong = (kind: keyof typeof count, row: LedgerRow, tick: string) => {
    count[kind] += 1;
    if (examples.length < EXAMPLES) examples.push(`${kind}: ${tick} ${describe(row, site.ticks[tick])}`);
  };

  const carriedOut = new Set<string>();
  const passed = new Map<string, LedgerRow[]>();
  for (const row of rows) {
    const schedule = `${row.targetId}/${row.locationId}`;
    if (row.outcome === 'missed' || row.outcome === 'skipped') {
      const sameSchedule = passed.get(schedule);
      if (sameSchedule === undefined) passed.set(schedule, [row]);
      else sameSchedule.push(row);
      continue;
    }
    const tick = `${schedule}/${new Date(row.scheduledAtMs).toISOString()}`;
    carriedOut.add(tick);
    const served = site.ticks[tick];
    if (served === undefined) wrong('recorded_not_requested', row, tick);
    else if (row.outcome === 'down' && isTooLate(row, served)) count.answered_too_late += 1;
    else if (row.outcome === 'down' && served[2] === 0) wrong('false_downs', row, tick);
    else if (row.outcome === 'up' && served[1] === 0) wrong('false_ups', row, tick);
  }

  let requests = 0;
  let executedTwice = 0;
  let unknown = 0;
  for (const [tick, [times]] of Object.entries(site.ticks)) {
    requests += times;
    executedTwice += times - 1;
    if (carriedOut.has(tick)) continue;
    if (covers(passed, tick)) count.executed_not_recorded += 1;
    else {
      unknown += 1;
      if (examples.length < EXAMPLES) examples.push(`requested_not_in_ledger: ${tick}`);
    }
  }
  return {
    requests,
    executed_twice: executedTwice,
    ...count,
    requested_not_in_ledger: unknown,
    requests_without_tick: site.withoutTick,
    examples,
  };
}

/** Between the site's sending and the worker's reading lies a moment. */
const EDGE_MS = 20;

/** Whether the site had not answered when the time that the target has for it was over. */
function isTooLate({ errorCode, startedAtMs, responseTimeMs }: LedgerRow, served: TickServed): boolean {
  const [, successes, failures, succeededAtMs] = served;
  if (failures > 0 || errorCode?.startsWith('timeout_') !== true || startedAtMs === null) return false;
  return successes === 0 || succeededAtMs >= startedAtMs + (responseTimeMs ?? 0) - EDGE_MS;
}

/** Whether a tick that nobody carried out is that of a row, or within the run that begins with the row before it. */
function covers(passed: ReadonlyMap<string, readonly LedgerRow[]>, tick: string): boolean {
  const [targetId, locationId, instant] = tick.split('/');
  const atMs = Date.parse(instant ?? '');
  const before = passed.get(`${targetId}/${locationId}`)?.findLast(({ scheduledAtMs }) => scheduledAtMs <= atMs);
  return before !== undefined && (before.scheduledAtMs === atMs || before.ticks > 1);
}

function describe(row: LedgerRow, served: readonly number[] | undefined): string {
  const [requests = 0, successes = 0, failures = 0] = served ?? [];
  const why = row.errorCode === null ? '' : ` (${row.errorCode}: ${row.errorDetail})`;
  return `${row.outcome}${why}; the site was asked ${requests} times, succeeded ${successes}, failed ${failures}`;
}
