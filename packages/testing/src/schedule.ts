// Targets, leases and the passing of time, for tests of the schedule.

import { loadSql } from '@everytick/core';
import type { TestDatabase } from './database.ts';

const syncSql = loadSql('leases-sync');

export interface TestTarget {
  readonly url?: string;
  readonly intervalS?: number;
  readonly timeoutMs?: number;
  readonly matchPattern?: string;
}

/** Inserts targets, makes their leases and a week of partitions; returns the targets' ids. */
export async function addTestTargets(database: TestDatabase, targets: readonly TestTarget[]): Promise<number[]> {
  await database.query('SELECT ensure_check_results_partitions(current_date - 3, current_date + 3)');
  const { rows } = await database.query<{ id: number }>(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, match_pattern)
     SELECT 'target ' || number || ' ' || gen_random_uuid(), coalesce(url, 'http://127.0.0.1:9/'), coalesce(interval_s, 10),
            coalesce(timeout_ms, 500), match_pattern
     FROM unnest($1::text[], $2::integer[], $3::integer[], $4::text[]) WITH ORDINALITY
       AS given (url, interval_s, timeout_ms, match_pattern, number)
     ORDER BY number
     RETURNING id`,
    [
      targets.map((target) => target.url),
      targets.map((target) => target.intervalS),
      targets.map((target) => target.timeoutMs),
      targets.map((target) => target.matchPattern),
    ],
  );
  const ids = rows.map((row) => row.id);
  await syncLeases(database, ids);
  return ids;
}

/** What the leading coordinator does when targets have changed. */
export async function syncLeases(database: TestDatabase, ids: readonly number[]): Promise<void> {
  await database.query(syncSql, [ids]);
}

/**
 * Lets time pass by moving everything that has happened into the past. A multiple of all intervals keeps ticks on their
 * grid.
 */
export async function letTimePass(database: TestDatabase, seconds: number): Promise<void> {
  const by = "- $1 * interval '1 second'";
  await database.query(
    `UPDATE leases SET next_fire_at = next_fire_at ${by}, open_tick = open_tick ${by},
       leased_until = leased_until ${by}, schedule_from = schedule_from ${by}`,
    [seconds],
  );
  // Sorting makes all rows leave before the first comes back: their keys overlap.
  await database.query(
    `WITH moved AS (DELETE FROM check_results RETURNING *)
     INSERT INTO check_results
     SELECT (jsonb_populate_record(NULL::check_results, to_jsonb(moved) || jsonb_build_object(
              'scheduled_at', scheduled_at ${by}, 'started_at', started_at ${by}))).*
     FROM moved ORDER BY scheduled_at`,
    [seconds],
  );
}

export interface LedgerGap {
  readonly targetId: number;
  /** Ticks from the first row up to the oldest tick that is still owed. */
  readonly expected: number;
  readonly recorded: number;
}

/**
 * Targets whose ledger does not account for every tick exactly once, between their first row and the oldest tick still
 * owed. For schedules that have not been edited.
 */
export async function ledgerGaps(database: Pick<TestDatabase, 'query'>): Promise<LedgerGap[]> {
  const { rows } = await database.query<LedgerGap & Record<string, unknown>>(
    `SELECT l.target_id AS "targetId", recorded.ticks AS recorded,
            1 + ticks_following(l.target_id, l.interval_s, recorded.first,
                  coalesce(l.open_tick, l.next_fire_at) - interval '1 millisecond') AS expected
     FROM leases AS l
     CROSS JOIN LATERAL (
       SELECT min(scheduled_at) AS first, sum(ticks)::integer AS ticks FROM check_results WHERE target_id = l.target_id
     ) AS recorded`,
  );
  return rows.filter((row) => row.expected !== row.recorded);
}
