// Two leaders at once cannot be. If they were all the same, it would have to be harmless: here two sessions that hold no
// lock do everything that a leader does, at once and without a pause, while workers claim, finish and die.

import { setTimeout as delay } from 'node:timers/promises';
import { loadSql, openPool, PostgresScheduler, silentLogger } from '@everytick/core';
import { createTestDatabase, proveLedger, resultOf, type TestDatabase } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { PartitionKeeper } from '../partitions/partition-keeper.ts';
import { RollupBuilder } from '../rollups/rollup-builder.ts';
import { LeaseSync, Reclaimer } from '../schedule/lease-keeper.ts';
import { MaintenanceFollower } from '../schedule/maintenance-follower.ts';
import { PassedTicks, SkippedTicks } from '../schedule/settler.ts';
import { Waker } from '../waking/waker.ts';
import type { Duty } from './duty.ts';
import { LeaderSession } from './leadership.ts';

const DURATION_MS = 8_000;
const TARGETS = 600;
/** Deadlock, lock not available in time: the duty's next turn tries again. */
const RETRYABLE = ['40P01', '55P03'];

class Tally {
  readonly counts = { changed: 0, reclaimed: 0, notified: 0 };
  readonly errors: unknown[] = [];
  readonly turns: Record<string, number> = {};
}

/** Everything that a leader does, without the lock. */
async function pretendToLead(url: string, tally: Tally, until: number): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'a second leader' });
  await client.connect();
  await client.query(loadSql('leader-session'));
  const session = new LeaderSession(client, new AbortController());
  const logger = silentLogger();
  const observer = {
    passed: () => undefined,
    synced: (...changes: number[]) => {
      tally.counts.changed += changes.reduce((sum, change) => sum + change, 0);
    },
    reclaimed: (requeued: number, missed: number) => {
      tally.counts.reclaimed += requeued + missed;
    },
  };
  const pool = openPool({ connectionString: url, applicationName: 'the pool of a second leader', max: 1 });
  const duties: Duty[] = [
    new PartitionKeeper(2, () => undefined, logger),
    new LeaseSync(observer, () => undefined, logger),
    new Reclaimer(observer, logger),
    new PassedTicks(observer, logger),
    new SkippedTicks(),
    new MaintenanceFollower(() => undefined, logger),
    new RollupBuilder({ pool, logger }),
    new Waker(() => tally.counts.notified++),
  ];
  const perform = async (duty: Duty) => {
    while (performance.now() < until && !session.lost.aborted) {
      await duty.turn(session).catch((error: unknown) => tally.errors.push(error));
      tally.turns[duty.name] = (tally.turns[duty.name] ?? 0) + 1;
      await delay(10 * Math.random());
    }
  };
  await Promise.all(duties.map(perform));
  await client.end();
  await pool.end();
}

async function edit(database: TestDatabase, until: number): Promise<number> {
  let edits = 0;
  while (performance.now() < until) {
    edits++;
    await database.query(
      `UPDATE monitored_targets SET interval_s = CASE WHEN id % 2 = 0 THEN interval_s ELSE 1 + $1 % 2 END,
         paused = id % 2 = 0 AND NOT paused
       WHERE id % 37 = $1 % 37`,
      [edits],
    );
    await database.query(
      "INSERT INTO monitored_targets (name, url, interval_s, timeout_ms) VALUES ('added ' || $1, 'http://127.0.0.1:9/', 1, 100)",
      [String(edits)],
    );
    await delay(20);
  }
  return edits;
}

it('two leaders at once do no harm: no error but retryable ones, and each tick is accounted for once', async () => {
  await using database = await createTestDatabase();
  await database.query(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
     SELECT 'target ' || i, 'http://127.0.0.1:9/', 1, 100 FROM generate_series(1, $1::integer) AS i`,
    [TARGETS],
  );
  const pool = openPool({ connectionString: database.url, applicationName: 'workers', max: 2, hot: true });
  const options = { pool, location: 'default', horizonMs: 100, leaseMarginMs: 1_000 };
  const schedulers = await Promise.all(
    ['first', 'second'].map((workerName) => PostgresScheduler.register({ ...options, workerName })),
  );
  const until = performance.now() + DURATION_MS;
  let recorded = 0;
  const work = async (scheduler: PostgresScheduler) => {
    for (let round = 0; performance.now() < until; round++) {
      const { checks } = await scheduler.claim(150);
      const last = Math.max(...checks.map((check) => check.scheduledAtMs), 0);
      await delay(Math.max(5, last === 0 ? 0 : scheduler.clock.toMonotonic(last) - performance.now() + 5));
      // Now and then a worker dies with what it has in hand.
      if (round % 12 !== 11) recorded += (await scheduler.finish(checks.map((check) => resultOf(check)))).recorded;
    }
  };
  const tally = new Tally();
  const [edits] = await Promise.all([
    edit(database, until),
    ...schedulers.map(work),
    pretendToLead(database.url, tally, until),
    pretendToLead(database.url, tally, until),
  ]);
  await pool.end();

  const harmful = tally.errors.filter(
    (error) => !(error instanceof pg.DatabaseError && RETRYABLE.includes(error.code ?? '')),
  );
  expect(harmful).toEqual([]);
  // All of it really happened.
  expect(edits).toBeGreaterThan(50);
  expect(recorded).toBeGreaterThan(TARGETS);
  expect(tally.counts.changed).toBeGreaterThanOrEqual(TARGETS + edits);
  expect(tally.counts.reclaimed).toBeGreaterThan(0);
  expect(tally.counts.notified).toBeGreaterThan(0);
  expect(await proveLedger(database.url)).toMatchObject({
    unaccounted: 0,
    duplicates: 0,
    unscheduled: 0,
    gaps: [],
    repeats: [],
    strays: [],
  });
}, 60_000);
