// Databases that have lived under an earlier schema.

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSql, PostgresScheduler } from '@everytick/core';
import { createEmptyDatabase, eventually, proveLedger, resultOf } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import { migrate } from './migrate.ts';
import { defaultMigrationsDir } from './migrations.ts';

it('0002: what is there already can be proved from then on, and a coordinator of before cannot move it', async () => {
  await using database = await createEmptyDatabase();
  const dir = await mkdtemp(join(tmpdir(), 'everytick-migrations-'));
  await cp(join(defaultMigrationsDir, '0001_schema.sql'), join(dir, '0001_schema.sql'));
  await migrate({ databaseUrl: database.url, migrationsDir: dir });
  await rm(dir, { recursive: true });

  // 1 and 2 run, 3 has a tick open, 4 is paused, 5 is deleted; 2 had another interval before, 4 was paused long ago.
  await database.query(
    `SELECT ensure_check_results_partitions(current_date - 1, current_date + 1);
     INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
       SELECT 'target ' || i, 'http://127.0.0.1:9/', 2, 500 FROM generate_series(1, 5) AS i;
     INSERT INTO leases (target_id, location_id, epoch, interval_s, schedule_from, next_fire_at)
       SELECT id, 1, 7, 2, now() - interval '1 minute', tick_at_or_before(id, 2, now()) + interval '2 seconds'
       FROM monitored_targets;
     INSERT INTO check_results (scheduled_at, target_id, location_id, outcome)
       SELECT tick_at_or_before(id, 2, now()) - k * interval '2 seconds', id, 1, 'up'
       FROM monitored_targets, generate_series(0, 20) AS k;
     INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks, error_code)
       VALUES (now() - interval '5 hours', 1, 1, 'missed', 8000, 'unclaimed');
     UPDATE leases SET schedule_from = now() - interval '15 seconds' WHERE target_id = 2;
     DELETE FROM check_results WHERE (target_id, scheduled_at) IN (SELECT 3, tick_at_or_before(3, 2, now()));
     UPDATE leases SET open_tick = tick_at_or_before(3, 2, now()), leased_until = now() + interval '5 seconds' WHERE target_id = 3;
     UPDATE monitored_targets SET paused = true WHERE id = 4;
     UPDATE monitored_targets SET deleted_at = now() WHERE id = 5;
     UPDATE leases SET next_fire_at = NULL, schedule_from = now() - interval '400 days' WHERE target_id IN (4, 5);
     TRUNCATE target_changes`,
  );
  await migrate({ databaseUrl: database.url });
  expect(await proveLedger(database.url)).toMatchObject({
    unaccounted: 0,
    duplicates: 0,
    unscheduled: 0,
    unfollowed: 0,
  });

  const before = "UPDATE leases SET interval_s = 9, schedule_from = now(), next_fire_at = now() + interval '1 second'";
  await expect(database.query(before)).rejects.toThrow('schedule_has_first_tick');

  const worker = await PostgresScheduler.register({
    pool: database.pool,
    workerName: 'new',
    location: 'default',
    horizonMs: 100,
    leaseMarginMs: 1_000,
  });
  let finished = 0;
  await eventually(
    async () => {
      const { checks } = await worker.claim(10, 'overload');
      finished += (await worker.finish(checks.map((check) => resultOf(check)))).recorded;
      expect(finished).toBeGreaterThanOrEqual(6);
    },
    { timeoutMs: 15_000 },
  );
  await database.query('UPDATE monitored_targets SET paused = false WHERE id = 4');
  await database.query(loadSql('leases-sync'), [[4]]);
  const proof = await proveLedger(database.url);
  expect(proof).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 0, unfollowed: 0 });
  expect(proof.recorded.skipped).toBeGreaterThan(0);
  expect(proof.recorded.up).toBeGreaterThan(3);
  expect(proof.expected).toBeLessThan(60);
}, 60_000);
