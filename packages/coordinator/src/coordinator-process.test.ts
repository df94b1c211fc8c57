import { listen, readCoordinatorConfig, silentLogger } from '@everytick/core';
import { createTestDatabase, eventually, letTimePass, type TestDatabase } from '@everytick/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CoordinatorProcess } from './coordinator-process.ts';

let database: TestDatabase;
let coordinators: CoordinatorProcess[];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  coordinators = [];
});
afterEach(async () => {
  await Promise.all(coordinators.map((coordinator) => coordinator.stop()));
  await database.query(
    'TRUNCATE check_results, leases, schedules, workers, maintenance_windows, target_changes; UPDATE monitored_targets SET deleted_at = now()',
  );
});

async function start(env: Record<string, string> = {}): Promise<string> {
  const config = readCoordinatorConfig({ EVERYTICK_DATABASE_URL: database.url, ...env });
  const coordinator = new CoordinatorProcess(config, silentLogger(), {
    compilePattern: (pattern) => new RegExp(pattern),
  });
  coordinators.push(coordinator);
  const url = await coordinator.serve((error) => {
    throw error;
  });
  coordinator.run();
  return url;
}

async function addTarget(intervalS = 60): Promise<number> {
  const { rows } = await database.query<{ id: number }>(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
     VALUES (gen_random_uuid()::text, 'http://127.0.0.1:9/', $1, least(1000, $1 * 500)) RETURNING id`,
    [intervalS],
  );
  return rows[0]?.id ?? 0;
}

interface Lease {
  interval_s: number;
  /** Until the next tick, in seconds; null where nothing is owed. */
  due_in: number | null;
  open_tick: Date | null;
}

async function leaseOf(id: number): Promise<Lease | undefined> {
  const { rows } = await database.query<Lease & Record<string, unknown>>(
    `SELECT interval_s, extract(epoch FROM next_fire_at - now())::float8 AS due_in, open_tick FROM leases WHERE target_id = $1`,
    [id],
  );
  return rows[0];
}

describe('a coordinator', () => {
  it('makes the lease of a new target, due within a second, without polling for it', async () => {
    await start();
    await eventually(async () => (await database.query('SELECT FROM check_results LIMIT 0')).rowCount === 0);
    const id = await addTarget(86_400);
    await eventually(async () => expect(await leaseOf(id)).toBeDefined(), { timeoutMs: 4_000 });
    const lease = await leaseOf(id);
    expect(lease?.due_in).toBeLessThan(1);
  });

  it('makes partitions of the ledger for days ahead', async () => {
    await start();
    await eventually(async () => {
      const { rows } = await database.query<{ partitions: number }>(
        "SELECT count(*)::integer AS partitions FROM pg_inherits WHERE inhparent = 'check_results'::regclass",
      );
      expect(rows[0]?.partitions).toBeGreaterThanOrEqual(8);
    });
  });

  it('follows a changed interval, a pause, a resumption and a deletion', async () => {
    await start();
    const id = await addTarget(3_600);
    await eventually(async () => expect(await leaseOf(id)).toBeDefined());

    await database.query('UPDATE monitored_targets SET interval_s = 30 WHERE id = $1', [id]);
    await eventually(async () => expect(await leaseOf(id)).toMatchObject({ interval_s: 30 }));
    expect((await leaseOf(id))?.due_in).toBeLessThan(1);

    await database.query('UPDATE monitored_targets SET paused = true WHERE id = $1', [id]);
    await eventually(async () => expect(await leaseOf(id)).toMatchObject({ due_in: null }));

    await database.query('UPDATE monitored_targets SET paused = false WHERE id = $1', [id]);
    await eventually(async () => expect((await leaseOf(id))?.due_in).toBeLessThan(1));

    await database.query('UPDATE monitored_targets SET deleted_at = now() WHERE id = $1', [id]);
    await eventually(async () => expect(await leaseOf(id)).toMatchObject({ due_in: null }));
  });

  it('catches up with changes that were made while no coordinator was there', async () => {
    const id = await addTarget();
    await start();
    await eventually(async () => expect(await leaseOf(id)).toBeDefined());
  });

  it('wakes the workers before a tick is due, at most ten times a second', async () => {
    const heardAt: number[] = [];
    const listener = listen({
      connectionString: database.url,
      applicationName: 'a worker',
      channel: 'everytick_due',
      logger: silentLogger(),
      onNotification: () => heardAt.push(performance.now()),
      onConnected: () => undefined,
    });
    try {
      await database.query(
        "INSERT INTO workers (name, location_id, seen_at) VALUES ('one that claims nothing', 1, now() + interval '1 hour')",
      );
      await start();
      const id = await addTarget();
      await eventually(async () => expect(await leaseOf(id)).toBeDefined());
      // Nobody claims, so the tick stays due and the leader goes on saying so.
      await eventually(() => heardAt.length >= 8);
      const [first = 0] = heardAt;
      const last = heardAt.at(-1) ?? 0;
      expect((last - first) / (heardAt.length - 1)).toBeGreaterThanOrEqual(95);
    } finally {
      await listener.close();
    }
  });

  it('takes back ticks of workers that let their lease expire', async () => {
    await database.query("INSERT INTO workers (name, location_id) VALUES ('another one', 1)");
    await start();
    const id = await addTarget(3_600);
    await eventually(async () => expect(await leaseOf(id)).toBeDefined());
    await database.query(
      `UPDATE leases SET open_tick = next_fire_at, next_fire_at = next_fire_at + interval '1 hour',
         leased_until = now() - interval '1 second' WHERE target_id = $1`,
      [id],
    );
    await eventually(async () => expect(await leaseOf(id)).toMatchObject({ open_tick: null }));
    expect((await leaseOf(id))?.due_in).toBeLessThan(2);
  });

  it('proves again and again that every tick is accounted for, and says so in metrics where it leads', async () => {
    const env = { EVERYTICK_VERIFY_INTERVAL_S: '1' };
    await database.query(
      "INSERT INTO workers (name, location_id, seen_at) VALUES ('one that claims nothing', 1, now() + interval '1 hour')",
    );
    const url = await start(env);
    const id = await addTarget(10);
    await eventually(async () => expect(await leaseOf(id)).toBeDefined());
    await letTimePass(database, 100);
    const value = async (name: string) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(new RegExp(`^everytick_ledger_${name} (.*)$`, 'm').exec(text)?.[1] ?? Number.NaN);
    };
    await eventually(async () => expect(await value('ticks_pending')).toBeGreaterThanOrEqual(10));
    expect(await value('ticks_unaccounted')).toBe(0);
    await database.query("UPDATE leases SET next_fire_at = next_fire_at + interval '50 seconds'");
    // The first tick is off the grid.
    await eventually(async () => expect([5, 6]).toContain(await value('ticks_unaccounted')));
    expect(await value('ticks_expected')).toBe(await value('ticks_unaccounted'));
    expect(await value('ticks_duplicate')).toBe(0);
    expect(Math.abs((await value('proof_timestamp_seconds')) - Date.now() / 1000)).toBeLessThan(60);

    const other = await start(env);
    expect(await (await fetch(`${other}/metrics`)).text()).not.toMatch(/^everytick_ledger_ticks_unaccounted \d/m);
  });

  it('that loses the lock while its proof hangs lets go of it, and leads again', async () => {
    const url = await start({ EVERYTICK_VERIFY_INTERVAL_S: '1' });
    const leading = async () => /^everytick_leader 1$/m.test(await (await fetch(`${url}/metrics`)).text());
    await eventually(async () => expect(await leading()).toBe(true));
    const id = await addTarget(10);
    await eventually(async () => expect(await leaseOf(id)).toBeDefined());
    const blocker = await database.pool.connect();
    try {
      await blocker.query('BEGIN; LOCK TABLE check_results IN ACCESS EXCLUSIVE MODE');
      const waiting = () =>
        database.query(
          "SELECT FROM pg_stat_activity WHERE application_name = 'everytick coordinator' AND wait_event_type = 'Lock'",
        );
      await eventually(async () => expect((await waiting()).rowCount).toBeGreaterThan(0));
      const { rows } = await database.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'everytick coordinator leadership'",
      );
      await database.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      await eventually(async () => {
        const next = await database.query<{ pid: number }>(
          `SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
           WHERE datname = current_database() AND locktype = 'advisory' AND granted AND pid <> $1
             AND application_name = 'everytick coordinator leadership'`,
          [rows[0]?.pid],
        );
        expect(next.rowCount).toBeGreaterThan(0);
      });
      await eventually(async () => expect(await leading()).toBe(true));
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
  }, 20_000);

  it('follows maintenance windows as they begin and end', async () => {
    await start();
    const id = await addTarget(1);
    await addTarget(1);
    await eventually(async () => expect(await leaseOf(id)).toBeDefined());
    await database.query(
      `INSERT INTO maintenance_windows (target_ids, starts_at, ends_at)
       VALUES (ARRAY[$1::integer], now() + interval '1 second', now() + interval '3 seconds')`,
      [id],
    );
    const inMaintenance = async () => {
      const { rows } = await database.query("SELECT target_id FROM leases WHERE skip_code = 'maintenance'");
      return rows;
    };
    await eventually(async () => expect(await inMaintenance()).toEqual([{ target_id: id }]));
    await eventually(async () => expect(await inMaintenance()).toEqual([]));
    const { rows } = await database.query(
      "SELECT target_id, sum(ticks)::integer AS ticks FROM check_results WHERE outcome = 'skipped' GROUP BY 1",
    );
    expect(rows).toEqual([{ target_id: id, ticks: 2 }]);
  });

  it('writes ticks of a location without workers as missed, and has metrics that show it', async () => {
    const url = await start();
    const id = await addTarget(10);
    await eventually(async () => expect(await leaseOf(id)).toBeDefined());
    await letTimePass(database, 100);
    await eventually(async () => {
      const { rows } = await database.query(
        "SELECT sum(ticks)::integer AS ticks FROM check_results WHERE outcome = 'missed'",
      );
      expect(rows[0]?.['ticks']).toBeGreaterThanOrEqual(9);
    });
    await eventually(
      async () => {
        const text = await (await fetch(`${url}/metrics`)).text();
        expect(text).toMatch(/^everytick_location_workers\{location="default"\} 0$/m);
        expect(text).toMatch(/^everytick_location_targets\{location="default"\} 1$/m);
        expect(text).toMatch(/^everytick_location_oldest_due_age_seconds\{location="default"\} \d/m);
        expect(text).toMatch(/^everytick_ticks_passed_total [1-9]/m);
      },
      { timeoutMs: 10_000 },
    );
  });

  it('leaves the work to the one that leads, and takes over when that one stops', async () => {
    const urls = [await start(), await start()];
    const leaders = async () => {
      const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
      return texts.map((text) => /^everytick_leader 1$/m.test(text));
    };
    await eventually(async () => expect((await leaders()).filter(Boolean)).toHaveLength(1));
    const index = (await leaders()).indexOf(true);
    await coordinators.splice(index, 1)[0]?.stop();
    urls.splice(index, 1);
    await eventually(async () => expect(await leaders()).toEqual([true]));
    const id = await addTarget();
    await eventually(async () => expect(await leaseOf(id)).toBeDefined());
  });

  it('is ready when the schema is there', async () => {
    const url = await start();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});
