// everytick uptime and everytick rollups as users run them, against a real ledger.

import { buildRollups } from '@everytick/core';
import {
  addTestTargets,
  createTestDatabase,
  makeScratchDirectory,
  runEverytick,
  type TestDatabase,
} from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let database: TestDatabase;
let cwd: string;
beforeAll(async () => {
  database = await createTestDatabase();
  cwd = await makeScratchDirectory();
  const ids = await addTestTargets(database, [{ intervalS: 600 }, { intervalS: 600 }]);
  // The second one is degraded half of the time.
  await database.query(
    `UPDATE schedules SET first_tick = tick_at_or_before(target_id, 600, now() - interval '6 hours'),
       schedule_from = tick_at_or_before(target_id, 600, now() - interval '6 hours') - interval '1 ms';
     UPDATE leases AS l SET schedule_from = s.schedule_from, first_tick = s.first_tick,
       next_fire_at = tick_at_or_before(l.target_id, 600, now()) + interval '10 min'
     FROM schedules AS s WHERE s.target_id = l.target_id;
     SELECT ensure_check_results_partitions(current_date - 1, current_date + 1);
     INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us)
     SELECT tick, target_id, 1,
            CASE WHEN target_id = ${ids[1]} AND date_part('minute', tick) < 30 THEN 'degraded' ELSE 'up' END::check_outcome, 1000
     FROM leases CROSS JOIN generate_series(first_tick, next_fire_at - interval '10 min', interval '10 min') AS tick;
     DELETE FROM target_changes; DELETE FROM rollups_owed;
     UPDATE monitored_targets SET name = CASE WHEN id = ${ids[0]} THEN 'shop' ELSE 'slow' END`,
  );
  await database.query('DELETE FROM target_changes');
  while (!(await buildRollups(database.pool, { statementTimeoutMs: 30_000 })).done);
});
afterAll(() => database.drop());

const run = (...args: string[]) => runEverytick(args, { cwd, env: { EVERYTICK_DATABASE_URL: database.url } });

test('a table of uptimes says since when there are data, and what was degraded', async () => {
  const { code, stdout } = await run('uptime', '--since', '30d');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^TARGET +UP +OBSERVED +DOWN +DEGRADED +P50 +P95 +P99 +DATA SINCE \(UTC\)$/m);
  expect(stdout).toMatch(/^shop +100 % +100 % +0s +0s .* \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/m);
  expect(stdout).toMatch(/^slow +100 % +100 % +0s +\d+h/m);
  const brief = await run('uptime', 'shop', 'shop', '--since', '2h');
  expect(brief.stdout).toMatch(/^TARGET +UP +OBSERVED +DOWN +P50 +P95 +P99$/m);
});

test('a period is named by the same flags everywhere, and by those that were given where nothing lies in it', async () => {
  const { code, stderr } = await run('uptime', '--from', '2026-01-02', '--to', '2026-01-01');
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('(--from 2026-01-02)') });
  expect(stderr).toContain('(--to 2026-01-01)');
});

test('rollups are built again, and what they came to is told to people and to programs', async () => {
  const since = new Date(Date.now() - 4 * 3_600_000).toISOString();
  expect((await run('rollups', 'rebuild', '--from', since)).stdout).toMatch(
    /^Built again from .*: \d+ rows of hours, /,
  );
  const answer = await run('rollups', 'rebuild', '--from', since, '--target', 'shop', '--json');
  expect(JSON.parse(answer.stdout)).toMatchObject({ hours: expect.any(Number), left_out: 0, to: expect.any(String) });
  await database.query("INSERT INTO target_changes (target_id) SELECT id FROM monitored_targets WHERE name = 'shop'");
  const left = await run('rollups', 'rebuild', '--from', since);
  expect(left.stdout).toMatch(/\d+ hours of a target and location left as they are: a change of the target waits/);
  await database.query('DELETE FROM target_changes');
  expect(JSON.parse((await run('rollups', '--json')).stdout)).toMatchObject({
    lagging: 0,
    rebuildable_since: expect.any(String),
  });
});
