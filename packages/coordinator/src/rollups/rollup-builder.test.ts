import { openPool, silentLogger } from '@everytick/core';
import { addTestTargets, createTestDatabase, eventually } from '@everytick/testing';
import { expect, test } from '@jest/globals';
import { RollupBuilder } from './rollup-builder.ts';

test('batches that take too long are made smaller, until they fit', async () => {
  await using database = await createTestDatabase();
  const ids = await addTestTargets(
    database,
    Array.from({ length: 8 }, () => ({ intervalS: 1 })),
  );
  // Two hours that are over, with a result each.
  await database.query(`
    UPDATE schedules SET schedule_from = hour, first_tick = tick_at_or_before(target_id, 1, hour + interval '1 s')
    FROM (SELECT date_bin('1 hour', now(), to_timestamp(0)) - interval '3 hours' AS hour) AS begin;
    UPDATE leases SET schedule_from = s.schedule_from, first_tick = s.first_tick, next_fire_at = s.first_tick + interval '2 hours'
    FROM schedules AS s WHERE s.target_id = leases.target_id;
    INSERT INTO check_results (scheduled_at, target_id, location_id, outcome)
    SELECT first_tick + hours * interval '1 hour', target_id, location_id, 'up' FROM leases, generate_series(0, 1) AS hours;
    DELETE FROM target_changes; DELETE FROM rollups_owed;
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END $$;
    CREATE TRIGGER slow BEFORE INSERT ON rollups_hourly FOR EACH ROW EXECUTE FUNCTION slow()`);
  const pool = openPool({ connectionString: database.url, applicationName: 'rollups of a slow server', max: 1 });
  // Four targets take longer than that, one does not.
  const builder = new RollupBuilder({ pool, logger: silentLogger(), statementTimeoutMs: 350 });
  const session = { lost: new AbortController().signal };
  const build = async () => {
    await builder.turn(session);
    const { rows } = await database.query<{ built: number }>('SELECT count(*)::integer AS built FROM rollups_hourly');
    expect(rows[0]?.built).toBeGreaterThanOrEqual(2 * ids.length);
  };
  await eventually(build, { timeoutMs: 60_000 }).finally(() => pool.end());
}, 90_000);
