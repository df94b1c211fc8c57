// A second opinion for tests: rollups counted in TypeScript from the ledger and the history of schedules, one row after the other. Shares
// nothing with the SQL but the description in README.md.

import type pg from 'pg';
import type { Outcome } from '../domain/outcome.ts';

export const HOUR_MS = 3_600_000;

export interface ModelRollup {
  readonly ticks: Record<Outcome, number>;
  readonly ms: Record<Outcome, number>;
  /** Ascending, in microseconds. */
  responsesUs: number[];
}

export interface ModelPair {
  readonly hours: Map<number, ModelRollup>;
  /** Milliseconds of each hour in which ticks were owed, by the schedules alone. */
  readonly owedMs: Map<number, number>;
}

interface LedgerRow {
  readonly pair: string;
  readonly at: number;
  readonly outcome: Outcome;
  readonly ticks: number;
  readonly us: number | null;
}

interface ScheduleRow {
  readonly pair: string;
  readonly from_us: string;
  readonly first: number | null;
}

const nothing = (): Record<Outcome, number> => ({ up: 0, degraded: 0, down: 0, missed: 0, skipped: 0 });

/** By `target/location`; up to a moment, in milliseconds since 1970. */
export async function modelRollups(pool: pg.Pool, until: number): Promise<Map<string, ModelPair>> {
  const ledger = await pool.query<LedgerRow>(
    `SELECT target_id || '/' || location_id AS pair, date_part('epoch', scheduled_at) * 1000 AS at, outcome, ticks,
            CASE WHEN outcome IN ('up', 'degraded') THEN response_time_us END AS us
     FROM check_results ORDER BY target_id, location_id, scheduled_at`,
  );
  const history = await pool.query<ScheduleRow>(
    `SELECT target_id || '/' || location_id AS pair, (extract(epoch FROM schedule_from) * 1000000)::bigint AS from_us,
            date_part('epoch', first_tick) * 1000 AS first
     FROM schedules ORDER BY target_id, location_id, schedule_from`,
  );
  const rows = Map.groupBy(ledger.rows, ({ pair }) => pair);
  const pairs = new Map<string, ModelPair>();
  for (const [pair, schedules] of Map.groupBy(history.rows, (row) => row.pair)) {
    const model: ModelPair = { hours: new Map(), owedMs: new Map() };
    pairs.set(pair, model);
    for (const [index, { first }] of schedules.entries()) {
      const end = schedules[index + 1]?.from_us;
      if (first === null) continue;
      eachHour(Math.round(first), Math.min(until, toMs(end)), (hour, ms) => {
        model.owedMs.set(hour, (model.owedMs.get(hour) ?? 0) + ms);
      });
    }
    const own = rows.get(pair) ?? [];
    for (const [index, row] of own.entries()) {
      const at = Math.round(row.at);
      const rollup = rollupOf(model, at);
      rollup.ticks[row.outcome] += row.ticks;
      if (row.us !== null) rollup.responsesUs.push(row.us);
      // A tick at the very end of its schedule belongs to it.
      const ends = schedules.find(({ from_us }) => BigInt(from_us) >= BigInt(at) * 1000n)?.from_us;
      const next = Math.round(own[index + 1]?.at ?? Number.POSITIVE_INFINITY);
      eachHour(at, Math.min(next, toMs(ends), until), (hour, ms) => {
        rollupOf(model, hour).ms[row.outcome] += ms;
      });
    }
    for (const rollup of model.hours.values()) rollup.responsesUs.sort((a, b) => a - b);
  }
  return pairs;
}

function toMs(us: string | undefined): number {
  return us === undefined ? Number.POSITIVE_INFINITY : Number(BigInt(us) / 1000n);
}

function rollupOf({ hours }: ModelPair, moment: number): ModelRollup {
  const hour = Math.floor(moment / HOUR_MS) * HOUR_MS;
  const found = hours.get(hour) ?? { ticks: nothing(), ms: nothing(), responsesUs: [] };
  hours.set(hour, found);
  return found;
}

function eachHour(from: number, to: number, each: (hour: number, ms: number) => void): void {
  for (let at = from; at < to; ) {
    const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
    const end = Math.min(to, hour + HOUR_MS);
    each(hour, end - at);
    at = end;
  }
}
