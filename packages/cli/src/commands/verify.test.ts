import { addTestTargets, createTestDatabase, letTimePass, runEverytick, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const run = (...args: string[]) => runEverytick(['verify', ...args], { env: { EVERYTICK_DATABASE_URL: database.url } });

describe('everytick verify', () => {
  test('says that all is accounted for, and leaves with 0; with 1 and names where it is not', async () => {
    expect(await run()).toMatchObject({ code: 0, stderr: '' });

    const [id = 0] = await addTestTargets(database, [{ intervalS: 10 }, { intervalS: 10 }]);
    await letTimePass(database, 120);
    await database.query(
      `WITH moved AS (
         UPDATE leases SET next_fire_at = tick_at_or_before(target_id, 10, now())
         RETURNING target_id, location_id, tick_at_or_before(target_id, 10, now()) AS tick
       )
       INSERT INTO check_results (scheduled_at, target_id, location_id, outcome)
       SELECT CASE WHEN k = 0 THEN s.first_tick ELSE tick_at_or_before(s.target_id, 10, s.first_tick + interval '5 s') + k * interval '10 s' END,
              s.target_id, s.location_id, 'up'
       FROM moved JOIN schedules AS s USING (target_id, location_id)
       CROSS JOIN generate_series(0, ticks_until(s.target_id, 10, s.first_tick, moved.tick) - 2) AS k`,
    );
    const proven = await run();
    expect(proven).toMatchObject({ code: 0, stderr: '' });
    expect(proven.stdout).toContain('Every tick is accounted for, exactly once.');

    const { rows } = await database.query<{ scheduled_at: Date }>(
      `DELETE FROM check_results WHERE (target_id, scheduled_at) IN (
         SELECT target_id, scheduled_at FROM check_results WHERE target_id = $1 ORDER BY scheduled_at OFFSET 4 LIMIT 2)
       RETURNING scheduled_at`,
      [id],
    );
    const broken = await run();
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/'target 1 .*' from default: 2 ticks unaccounted: /);

    const json = await run('--json', '--target', String(id));
    expect(json.code).toBe(1);
    const proof = JSON.parse(json.stdout);
    expect(proof).toMatchObject({
      unaccounted: 2,
      duplicates: 0,
      unscheduled: 0,
      gaps: [{ target_id: id, location: 'default', ticks: 2 }],
      repeats: [],
      strays: [],
      recorded: { degraded: 0, down: 0, missed: 0, skipped: 0 },
    });
    expect(proof.expected).toBe(proof.recorded.up + 2);

    const from = new Date(Math.max(...rows.map((row) => row.scheduled_at.getTime())) + 1);
    expect(await run('--from', from.toISOString())).toMatchObject({ code: 0 });
  }, 60_000);

  test.each([
    ['a time that is none', ['--from', 'yesterday'], 2, "'yesterday' is invalid. allowed are such as 2026-03-01"],
    ['a day that is none', ['--to', '2026-02-31T12:00'], 2, "'2026-02-31T12:00' is invalid"],
    ['a period that ends before it begins', ['--from', '2026-03-02', '--to', '2026-03-01'], 2, 'has to be before --to'],
    ['a target that is not there', ['--target', 'shpo'], 1, "there is no target 'shpo'"],
  ])('refuses %s', async (_, args, code, message) => {
    const result = await run(...args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(message);
  });
});
