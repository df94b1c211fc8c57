// The leading coordinator is gone, in each of the ways in which it can be: another leads within five seconds, and checks
// go on meanwhile.

import {
  createTestDatabase,
  eventually,
  everytick,
  ledgerFaults,
  respond,
  startFaultProxy,
  startWebServer,
  type TestProcess,
} from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';

/** 5 s are promised, and 3 usual; other tests may keep the machine busy. */
const TAKEOVER_MS = 12_000;
const TARGETS = 20;

type Fault = (leader: TestProcess, connections: { stall(): void }) => void;

async function takeOver(fault: Fault): Promise<void> {
  await using database = await createTestDatabase();
  const site = await startWebServer({ routes: { '/': respond({ body: 'hello' }) } });
  const url = new URL(database.url);
  await using proxy = await startFaultProxy({ host: url.hostname, targetPort: Number(url.port) });
  url.port = String(proxy.port);
  const start = (role: 'coordinator' | 'worker', databaseUrl: string) =>
    everytick([role], { env: { EVERYTICK_DATABASE_URL: databaseUrl } });

  await using leader = await start('coordinator', url.href);
  await leader.waitForOutput('"leading"', 20_000);
  await using standby = await start('coordinator', database.url);
  await standby.waitForOutput('standing by', 20_000);
  await using worker = await start('worker', database.url);
  await worker.waitForOutput('"worker running"', 20_000);
  await database.query(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
     SELECT 'target ' || i, $1, 1, 800 FROM generate_series(1, $2::integer) AS i`,
    [`${site.url}/`, TARGETS],
  );
  const upSince = async (since: Date | undefined) => {
    const { rows } = await database.query<{ targets: number; up: number }>(
      `SELECT count(DISTINCT target_id)::integer AS targets, count(*)::integer AS up
       FROM check_results WHERE outcome = 'up' AND scheduled_at > $1`,
      [since ?? new Date(0)],
    );
    return rows[0] ?? { targets: 0, up: 0 };
  };
  await eventually(async () => expect((await upSince(undefined)).up).toBeGreaterThan(2 * TARGETS), {
    timeoutMs: 15_000,
  });

  const { rows: moments } = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const faultAt = performance.now();
  fault(leader, proxy);
  await standby.waitForOutput('"leading"', 15_000);
  const tookOverAfterMs = performance.now() - faultAt;
  expect(tookOverAfterMs).toBeLessThan(TAKEOVER_MS);

  // Without a pause: whoever waits for a leader would have missed ticks of one second.
  await eventually(async () => expect((await upSince(moments[0]?.now)).up).toBeGreaterThan(6 * TARGETS), {
    timeoutMs: 15_000,
  });
  const { rows: others } = await database.query(
    "SELECT target_id, scheduled_at, outcome FROM check_results WHERE outcome <> 'up' AND scheduled_at > $1",
    [moments[0]?.now],
  );
  expect(others).toEqual([]);
  // And the new leader does what leaders do.
  await database.query(
    "INSERT INTO monitored_targets (name, url, interval_s, timeout_ms) VALUES ('added later', $1, 1, 800)",
    [`${site.url}/`],
  );
  await eventually(async () => expect((await upSince(moments[0]?.now)).targets).toBe(TARGETS + 1), {
    timeoutMs: 10_000,
  });
  await leader.end();
  for (const process of [worker, standby]) {
    process.signal('SIGTERM');
    expect(await process.exited).toEqual({ code: 0, signal: null });
  }
  expect(await ledgerFaults(database.url)).toEqual([]);
}

describe('another coordinator leads within five seconds, and checks go on meanwhile,', () => {
  it('when the leader is killed', () => takeOver((leader) => leader.signal('SIGKILL')), 60_000);

  it('when the leader is stopped', () => takeOver((leader) => leader.signal('SIGSTOP')), 60_000);

  it(
    'when the connections of the leader fall silent, without an end',
    () => takeOver((_, proxy) => proxy.stall()),
    60_000,
  );
});
