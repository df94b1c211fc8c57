// Everybody at the same leases at once: what is right for one statement after the other has to be right between them.

import { setTimeout as delay } from 'node:timers/promises';
import { addTestTargets, createTestDatabase, resultOf, syncLeases } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import { openPool } from '../database/pool.ts';
import { loadSql } from '../database/sql.ts';
import { PostgresScheduler } from './postgres-scheduler.ts';

const reclaimSql = loadSql('leases-reclaim');
const DURATION_MS = 6_000;

it('claims, results, edits and reclaims at the same time end in no deadlock, and no result is lost', async () => {
  await using database = await createTestDatabase();
  const ids = await addTestTargets(database, Array(1_500).fill({ intervalS: 1 }));
  // Plans are made while the tables are new to the planner, which is when it is most mistaken.
  const pool = openPool({ connectionString: database.url, applicationName: 'contention', max: 8, hot: true });
  const schedulers = await Promise.all(
    [1, 2, 3].map((number) =>
      PostgresScheduler.register({
        pool,
        workerName: `worker ${number}`,
        location: 'default',
        horizonMs: 100,
        leaseMarginMs: 10_000,
      }),
    ),
  );

  const until = performance.now() + DURATION_MS;
  const again = async (work: () => Promise<unknown>) => {
    while (performance.now() < until) await work();
  };
  let recorded = 0;
  let lost = 0;
  const checkAndReport = async (scheduler: PostgresScheduler) => {
    const { checks } = await scheduler.claim(200);
    // A result never comes before its tick.
    const last = Math.max(...checks.map((check) => check.scheduledAtMs), 0);
    await delay(Math.max(5, last === 0 ? 0 : scheduler.clock.toMonotonic(last) - performance.now() + 5));
    const report = await scheduler.finish(checks.map((check) => resultOf(check)));
    recorded += report.recorded;
    lost += report.lost;
  };
  let edits = 0;
  const edit = async () => {
    edits++;
    await pool.query('UPDATE monitored_targets SET interval_s = 1 + $1 % 2 WHERE id % 7 = $1 % 7', [edits]);
    await syncLeases(database, ids);
  };

  try {
    await Promise.all([
      ...schedulers.map((scheduler) => again(() => checkAndReport(scheduler))),
      again(edit),
      again(() => pool.query(reclaimSql)),
    ]);
  } finally {
    await pool.end();
  }
  expect(lost).toBe(0);
  expect(recorded).toBeGreaterThan(1_500);
  expect(edits).toBeGreaterThan(5);
}, 60_000);
