import { addTestTargets, createTestDatabase, missedResultOf, resultOf, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CheckResult, ClaimedCheck } from '../domain/check.ts';
import { PostgresScheduler } from './postgres-scheduler.ts';

let database: TestDatabase;
let scheduler: PostgresScheduler;

beforeAll(async () => {
  database = await createTestDatabase();
  scheduler = await PostgresScheduler.register({
    pool: database.pool,
    workerName: 'ours',
    location: 'default',
    horizonMs: 500,
    leaseMarginMs: 1_000,
  });
});
afterAll(() => database.drop());
beforeEach(() => database.query('TRUNCATE check_results, leases, schedules, target_changes'));

async function addDueTargets(count: number): Promise<void> {
  await addTestTargets(database, Array(count).fill({ intervalS: 3600, timeoutMs: 1_000 }));
  await database.query("UPDATE leases SET next_fire_at = date_trunc('milliseconds', now()) - interval '10 ms'");
}

async function claimOne(): Promise<ClaimedCheck> {
  const [check] = (await scheduler.claim(1)).checks;
  if (check === undefined) throw new Error('nothing was due');
  return check;
}

/** The lease is taken back, and the same worker gets the tick a second time. */
async function loseAndClaimAgain(): Promise<ClaimedCheck> {
  await database.query(
    'UPDATE leases SET epoch = epoch + 1, next_fire_at = open_tick, open_tick = NULL, leased_until = NULL',
  );
  return claimOne();
}

function reported(check: ClaimedCheck, startedAtMs: number | null): CheckResult {
  if (startedAtMs !== null) return resultOf(check, { startedAtMs });
  return missedResultOf(check, { code: 'host_limit', detail: 'busy' });
}

describe('a result that cannot be recorded', () => {
  it('was recorded before, to the microsecond of its beginning, or by an execution of its own', async () => {
    await addDueTargets(1);
    const first = await claimOne();
    const again = await loseAndClaimAgain();
    expect(again.scheduledAtMs).toBe(first.scheduledAtMs);
    const ours = reported(again, again.scheduledAtMs + 700.123456);
    expect(await scheduler.finish([ours])).toEqual({ recorded: 1, repeated: 0, lost: 0 });
    expect(await scheduler.finish([reported(first, first.scheduledAtMs + 1.5)])).toEqual({
      recorded: 0,
      repeated: 0,
      lost: 1,
    });
    expect(await scheduler.finish([ours])).toEqual({ recorded: 0, repeated: 1, lost: 0 });
  });

  it('is no execution too many where it was never begun', async () => {
    await addDueTargets(1);
    const first = await claimOne();
    const again = await loseAndClaimAgain();
    expect(await scheduler.finish([reported(first, null)])).toEqual({ recorded: 0, repeated: 0, lost: 0 });
    expect(await scheduler.finish([reported(again, null)])).toEqual({ recorded: 1, repeated: 0, lost: 0 });
    expect(await scheduler.finish([reported(again, null)])).toEqual({ recorded: 0, repeated: 1, lost: 0 });
    const { rows } = await database.query('SELECT outcome, error_code, started_at, worker_id FROM results');
    expect(rows).toEqual([
      { outcome: 'missed', error_code: 'host_limit', started_at: null, worker_id: scheduler.workerId },
    ]);
  });

  it('is told from the others of its batch', async () => {
    await addDueTargets(5);
    const { checks } = await scheduler.claim(5);
    expect(checks).toHaveLength(5);
    const results = checks.map((check) => reported(check, check.scheduledAtMs + 1));
    await scheduler.finish(results.slice(0, 2));
    await database.query('UPDATE leases SET epoch = epoch + 1 WHERE target_id = $1', [checks[2]?.target.id]);
    expect(await scheduler.finish(results)).toEqual({ recorded: 2, repeated: 2, lost: 1 });
  });
});
