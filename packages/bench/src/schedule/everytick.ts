// Everytick's own scheduler, by the statements that workers use. A horizon of weeks makes every lease claimable at all times:
// the claim takes those whose ticks come first and moves them on to their next ticks, in the order and over the index
// pages in which time would bring them, only faster. So nothing is waited for, and no tick is ever passed over.

import { openPool, PostgresScheduler } from '@everytick/core';
import { resultOf } from '@everytick/testing';
import { type Contender, type ContenderOptions, repeat } from './contender.ts';

/** Little less than what the claim's parameter, milliseconds in 32 bits, can hold. */
const HORIZON_MS = 24 * 86_400_000;
/** Time itself must not make any of it due, however long it takes to prepare: ticks would be passed over. */
const BEGINS_IN = "interval '2 hours'";
/** Of ledger partitions. At most this much schedule is used up: ticks are claimed ahead of their time. */
const DAYS = 3;

export const everytickScheduler: Contender = {
  name: 'everytick',
  async prepare({ pool, leases, intervalS }) {
    // No triggers: there is no coordinator to tell of changes, and foreign keys are right by construction.
    await pool.query(
      `SET LOCAL session_replication_role = replica;
       SELECT ensure_check_results_partitions(current_date - 1, current_date + ${DAYS});
       INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, match_pattern)
         SELECT 'target ' || i, 'http://127.0.0.1:9/' || i, ${intervalS}, 5000, 'All is w[a-z]+'
         FROM generate_series(1, ${leases}) AS i;
       INSERT INTO schedules (target_id, location_id, schedule_from, interval_s, first_tick)
         SELECT id, 1, first - interval '500 ms', interval_s, first
         FROM (SELECT *, tick_at_or_before(id, interval_s, now() + ${BEGINS_IN}) AS first FROM monitored_targets) AS t;
       INSERT INTO leases (target_id, location_id, interval_s, schedule_from, first_tick, next_fire_at)
         SELECT target_id, 1, interval_s, schedule_from, first_tick, first_tick FROM schedules`,
    );
  },
  async run({ url, connections, batch }: ContenderOptions) {
    const pool = openPool({ connectionString: url, applicationName: 'everytick worker', max: connections, hot: true });
    const options = { workerName: 'worker', location: 'default', horizonMs: HORIZON_MS, leaseMarginMs: 5_000 };
    const scheduler = await PostgresScheduler.register({ pool, ...options });
    const step = async () => {
      const { checks } = await scheduler.claim(batch);
      const report = await scheduler.finish(
        checks.map((check) => resultOf(check, { responseTimeUs: 1_000 + (check.target.id % 1_000), matched: true })),
      );
      if (report.recorded !== checks.length) throw new Error(`a lease was lost: ${JSON.stringify(report)}`);
      return report.recorded;
    };
    return repeat(connections, step, () => pool.end());
  },
  async stored(pool) {
    const { rows } = await pool.query<{ rows: number; duplicates: number }>(
      `SELECT count(*)::integer AS rows, (count(*) - count(DISTINCT (target_id, scheduled_at)))::integer AS duplicates
       FROM check_results`,
    );
    return rows[0] ?? { rows: 0, duplicates: 0 };
  },
};
