// Targets, leases and the passing of time, for tests of the schedule.

import {
  type CheckOptions,
  type LedgerFinding,
  type LedgerProof,
  loadSql,
  type VerifyOptions,
  verifyLedger,
} from '@everytick/core';
import pg from 'pg';
import type { TestDatabase } from './database.ts';

const syncSql = loadSql('leases-sync');

export interface TestTarget {
  readonly url?: string;
  readonly intervalS?: number;
  readonly timeoutMs?: number;
  readonly matchPattern?: string;
  /** Not empty. */
  readonly options?: CheckOptions;
}

/** Inserts targets, makes their leases and a week of partitions; returns the targets' ids. */
export async function addTestTargets(database: TestDatabase, targets: readonly TestTarget[]): Promise<number[]> {
  await database.query('SELECT ensure_check_results_partitions(current_date - 3, current_date + 3)');
  const { rows } = await database.query<{ id: number }>(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, match_pattern, options)
     SELECT 'target ' || number || ' ' || gen_random_uuid(), coalesce(url, 'http://127.0.0.1:9/'), coalesce(interval_s, 10),
            coalesce(timeout_ms, 500), match_pattern, options
     FROM unnest($1::text[], $2::integer[], $3::integer[], $4::text[], $5::jsonb[]) WITH ORDINALITY
       AS given (url, interval_s, timeout_ms, match_pattern, options, number)
     ORDER BY number
     RETURNING id`,
    [
      targets.map((target) => target.url),
      targets.map((target) => target.intervalS),
      targets.map((target) => target.timeoutMs),
      targets.map((target) => target.matchPattern),
      targets.map((target) => target.options && JSON.stringify(target.options)),
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
       leased_until = leased_until ${by}, schedule_from = schedule_from ${by}, skip_from = skip_from ${by},
       first_tick = first_tick ${by}`,
    [seconds],
  );
  await database.query(
    `WITH moved AS (DELETE FROM schedules RETURNING *)
     INSERT INTO schedules SELECT target_id, location_id, schedule_from ${by}, interval_s, first_tick ${by}, skip_code
     FROM moved ORDER BY schedule_from`,
    [seconds],
  );
  // Sorting makes all rows leave before the first comes back: their keys overlap.
  await database.query(
    `WITH moved AS (DELETE FROM check_results RETURNING *)
     INSERT INTO check_results
     SELECT earlier.*
     FROM moved
     CROSS JOIN LATERAL jsonb_populate_record(moved::check_results, jsonb_build_object(
       'scheduled_at', moved.scheduled_at ${by})) AS earlier
     ORDER BY moved.scheduled_at`,
    [seconds],
  );
}

/** The proof for all of the database's ledger, up to now. */
export async function proveLedger(databaseUrl: string, options?: VerifyOptions): Promise<LedgerProof> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'everytick proof' });
  await client.connect();
  try {
    return await verifyLedger(client, options);
  } finally {
    await client.end();
  }
}

/** What the proof finds wrong with the ledger, up to now: nothing, it is hoped. */
export async function ledgerFaults(databaseUrl: string): Promise<LedgerFinding[]> {
  const { gaps, repeats, strays } = await proveLedger(databaseUrl);
  return [...gaps, ...repeats, ...strays];
}
