// The clock of a process may be wrong, and step: the database's clock is the only one that counts. Needs faketime.

import {
  createTestDatabase,
  eventually,
  everytick,
  isInstalled,
  ledgerFaults,
  makeShiftedClock,
  respond,
  type ShiftedClock,
  startWebServer,
  type TestProcess,
} from '@everytick/testing';
import { beforeAll, describe, expect, it } from '@jest/globals';

const itWithFaketime = isInstalled('faketime') ? it : it.skip;

const HOUR_S = 3_600;
const TARGETS = 100;

interface Figures {
  readonly checks: number;
  readonly missed: number;
  readonly earliestMs: number;
  readonly latenessP99Ms: number;
  /** How many of the checks the worker did whose clock may be wrong. */
  readonly byFirst: number;
  readonly newTargetAfterMs: number;
}

/** One coordinator and two workers for some ten seconds; the clocks step back by two hours in the middle. */
async function watch(clocks: { readonly coordinator?: ShiftedClock; readonly first?: ShiftedClock }): Promise<Figures> {
  await using database = await createTestDatabase();
  const site = await startWebServer({ routes: { '/': respond({ body: 'hello' }) } });
  const start = (role: 'coordinator' | 'worker', name: string, clock?: ShiftedClock) =>
    everytick([role], {
      env: { EVERYTICK_DATABASE_URL: database.url, EVERYTICK_WORKER_NAME: name, ...clock?.env },
    });
  await using coordinator = await start('coordinator', '', clocks.coordinator);
  await using first = await start('worker', 'first', clocks.first);
  await using second = await start('worker', 'second');
  await coordinator.waitForOutput('"leading"', 20_000);
  await first.waitForOutput('"worker running"', 20_000);
  await second.waitForOutput('"worker running"', 20_000);
  const add = (name: string, count: number) =>
    database.query(
      `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
       SELECT $1 || i, $2, 1, 800 FROM generate_series(1, $3::integer) AS i`,
      [name, `${site.url}/`, count],
    );
  await add('target ', TARGETS);
  const upUntil = (count: number, condition = 'true') =>
    eventually(
      async () => {
        const { rows } = await database.query<{ up: number }>(
          `SELECT count(*)::integer AS up FROM check_results AS r JOIN monitored_targets AS t ON t.id = r.target_id
           WHERE outcome = 'up' AND ${condition}`,
        );
        return (rows[0]?.up ?? 0) >= count;
      },
      { timeoutMs: 20_000 },
    );
  await upUntil(2 * TARGETS);
  // What is compared begins here: how soon targets get their first check is another matter.
  const { rows: moments } = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  await upUntil(5 * TARGETS);
  await clocks.coordinator?.step(-HOUR_S);
  await clocks.first?.step(-HOUR_S);
  await upUntil(9 * TARGETS);
  const addedAt = performance.now();
  await add('added later ', 1);
  await upUntil(1, "t.name = 'added later 1'");
  const newTargetAfterMs = performance.now() - addedAt;

  for (const process of [first, second, coordinator]) {
    process.signal('SIGTERM');
    expect(await process.exited).toEqual({ code: 0, signal: null });
  }
  if (clocks.coordinator) expectToHaveBeenOff(coordinator);
  if (clocks.first) expectToHaveBeenOff(first);
  expect(await ledgerFaults(database.url)).toEqual([]);
  const { rows } = await database.query<Omit<Figures, 'newTargetAfterMs'> & Record<string, unknown>>(
    `SELECT count(r.started_at)::integer AS checks,
            coalesce(sum(ticks) FILTER (WHERE outcome = 'missed'), 0)::integer AS missed,
            min(lateness_ms) AS "earliestMs",
            percentile_cont(0.99) WITHIN GROUP (ORDER BY lateness_ms) AS "latenessP99Ms",
            count(*) FILTER (WHERE w.name = 'first')::integer AS "byFirst"
     FROM (SELECT *, extract(epoch FROM started_at - scheduled_at)::float8 * 1000 AS lateness_ms FROM results) AS r
     LEFT JOIN workers AS w ON w.id = r.worker_id
     WHERE r.scheduled_at > $1`,
    [moments[0]?.now],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate without a row');
  return { ...row, newTargetAfterMs };
}

/** By the times in its own log: an hour ahead in the first line, an hour behind in the last. */
function expectToHaveBeenOff(process: TestProcess): void {
  const times = [...process.stdout.matchAll(/"time":"([^"]+)"/g)].map(([, time]) => Date.parse(time ?? ''));
  const offsetsS = [times[0], times.at(-1)].map((time) => ((time ?? 0) - Date.now()) / 1000);
  expect(offsetsS[0]).toBeGreaterThan(HOUR_S - 60);
  expect(offsetsS[0]).toBeLessThan(HOUR_S + 1);
  expect(offsetsS[1]).toBeGreaterThan(-HOUR_S - 60);
  expect(offsetsS[1]).toBeLessThan(-HOUR_S + 1);
}

describe('the wall clock of a process', () => {
  let control: Figures;
  beforeAll(async () => {
    if (isInstalled('faketime')) control = await watch({});
  }, 60_000);

  function expectLikeControl(figures: Figures): void {
    expect(figures.checks).toBeGreaterThanOrEqual(6 * TARGETS);
    // A busy machine may miss some; a wrong clock that mattered would miss all of a worker, or of a schedule.
    expect(figures.missed).toBeLessThanOrEqual(control.missed + TARGETS / 10);
    // started_at is by the database's clock: a check that began "an hour late" would show here.
    expect(figures.earliestMs).toBeGreaterThan(-10);
    expect(figures.latenessP99Ms).toBeLessThan(10 * Math.max(control.latenessP99Ms, 10));
    // Both workers took their share.
    expect(figures.byFirst).toBeGreaterThan(figures.checks / 10);
    expect(figures.byFirst).toBeLessThan(figures.checks * 0.9);
    expect(figures.newTargetAfterMs).toBeLessThan(5_000);
  }

  itWithFaketime(
    'may be an hour off and step back by two: a worker does the same as one whose clock is right',
    async () => {
      await using clock = await makeShiftedClock(HOUR_S);
      expectLikeControl(await watch({ first: clock }));
    },
    60_000,
  );

  itWithFaketime(
    'may be an hour off and step back by two: a coordinator leads all the same',
    async () => {
      await using clock = await makeShiftedClock(HOUR_S);
      expectLikeControl(await watch({ coordinator: clock }));
    },
    60_000,
  );
});
