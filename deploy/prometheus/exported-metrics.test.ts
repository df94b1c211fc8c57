// What a worker and a coordinator really export, as processes of their own.

import { execFileSync } from 'node:child_process';
import {
  createTestDatabase,
  eventually,
  everytick,
  findInstalled,
  isInstalled,
  respond,
  type Scrape,
  scrape,
  startWebServer,
  type TestDatabase,
} from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportedMetrics } from './exported-metrics.ts';

const FEW = 1;
const MANY = 200;

interface Both {
  readonly worker: Scrape;
  readonly coordinator: Scrape;
}

let database: TestDatabase;
let siteUrl: string;
let withFew: Both;
let withMany: Both;

async function startRole(
  role: 'worker' | 'coordinator',
  env: Record<string, string> = {},
): Promise<() => Promise<Scrape>> {
  const child = await everytick([role], {
    env: {
      EVERYTICK_DATABASE_URL: database.url,
      EVERYTICK_LOG_FORMAT: 'json',
      EVERYTICK_VERIFY_INTERVAL_S: '1',
      ...env,
    },
  });
  const line = await child.waitForOutput(/"url":"[^"]*"[^\n]*serving \/metrics/, 20_000);
  const url = /"url":"([^"]*)"/.exec(line)?.[1] ?? '';
  return () => scrape(url);
}

/** So many that there are `total`. Waits until there is a tick of each in the ledger. */
async function addTargets(count: number, total: number): Promise<void> {
  await database.query(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
     SELECT 'target-' || gen_random_uuid(), $1 || '/of-a-target/' || i, 60, 9000 FROM generate_series(1, $2::integer) AS i`,
    [siteUrl, count],
  );
  await eventually(
    async () => {
      const { rowCount } = await database.query('SELECT DISTINCT target_id FROM check_results');
      expect(rowCount).toBe(total);
    },
    { timeoutMs: 20_000 },
  );
}

beforeAll(async () => {
  database = await createTestDatabase();
  const site = await startWebServer({
    routes: Object.fromEntries(
      Array.from({ length: MANY }, (_, i) => [`/of-a-target/${i + 1}`, respond({ body: 'hello' })]),
    ),
  });
  siteUrl = site.url;
  const [worker, coordinator] = await Promise.all([
    startRole('worker', { EVERYTICK_MAX_IN_FLIGHT_PER_HOST: '500' }),
    startRole('coordinator'),
  ]);
  const look = async (targets: number): Promise<Both> => {
    await eventually(
      async () => {
        const { value } = await coordinator();
        expect(value('everytick_leader')).toBe(1);
        expect(value('everytick_ledger_ticks_expected')).toBeGreaterThanOrEqual(targets);
        // Each is read by itself.
        expect(value('everytick_location_workers{location="default"}')).toBeDefined();
        expect(value('everytick_database_oldest_xmin_age_seconds')).toBeDefined();
        expect(value('everytick_event_loop_delay_seconds')).toBeDefined();
      },
      { timeoutMs: 10_000 },
    );
    return { worker: await worker(), coordinator: await coordinator() };
  };
  await addTargets(FEW, FEW);
  withFew = await look(FEW);
  await addTargets(MANY - FEW, MANY);
  withMany = await look(MANY);
}, 60_000);
afterAll(() => database.drop());

const roles = ['worker', 'coordinator'] as const;
const ours = ({ series }: Scrape) => series.filter((one) => one.startsWith('everytick_'));
const nameOf = (series: string) => series.replace(/\{.*/, '');

describe.each(roles)('a %s', (role) => {
  it('exports what it is said to export, with a word of explanation, and nothing else', () => {
    const help = new Map(
      [...withMany[role].text.matchAll(/^# HELP (everytick_\w+) (.+)$/gm)].map(([, name, text]) => [name, text]),
    );
    const here = role === 'worker' ? ['every process', 'workers'] : ['every process', 'coordinators', 'the leader'];
    // Without EVERYTICK_CONFIG_PATH there is no configuration to tell of.
    const said = exportedMetrics().filter(({ on, name }) => here.includes(on) && !name.startsWith('everytick_config_'));
    expect([...help.keys()].sort()).toEqual(said.map(({ name }) => name).sort());
    for (const metric of said) expect([metric.name, help.get(metric.name)]).toEqual([metric.name, metric.help]);
  });

  it('has a value for each from the start, but for what has labels that nothing has had yet', () => {
    const present = new Set(ours(withMany[role]).map((series) => nameOf(series).replace(/_(bucket|sum|count)$/, '')));
    const absent = [...withMany[role].text.matchAll(/^# TYPE (everytick_\w+) /gm)]
      .map(([, name = '']) => name)
      .filter((name) => !present.has(name) && !present.has(name.replace(/_count$/, '')));
    const none =
      role === 'worker'
        ? ['everytick_checks_missed_total']
        : ['everytick_api_requests_total', 'everytick_api_request_duration_seconds'];
    expect(absent.filter((name) => !none.includes(name))).toEqual([]);
  });

  it('has as many series for 200 targets as for one, and none that names a target', () => {
    const [few, many] = [withFew, withMany].map((both) => ours(both[role]).filter((one) => !/error_code/.test(one)));
    expect(many).toEqual(few);
    expect(withMany[role].series.length).toBeLessThan(400);
    expect(withMany[role].text).not.toContain('target-');
    expect(withMany[role].text).not.toContain('of-a-target');
    expect(withMany[role].text).not.toContain(new URL(siteUrl).host);
  });

  (isInstalled('promtool') ? it : it.skip)('says it as Prometheus likes it', () => {
    expect(objections(withMany[role].text)).toEqual([]);
  });
});

it('every process names no metric of another type or with other words', () => {
  const typesOf = ({ text }: Scrape) =>
    new Map([...text.matchAll(/^# (?:TYPE|HELP) (everytick_\w+) (.+)$/gm)].map(([line]) => [line, true]));
  const inBoth = [...typesOf(withMany.worker).keys()].filter((line) => typesOf(withMany.coordinator).has(line));
  const everywhere = exportedMetrics().filter(({ on }) => on === 'every process');
  expect(inBoth).toHaveLength(2 * everywhere.length);
});

/**
 * Those of `promtool check metrics` that are about us: it objects to gauges of the runtime that end in _total. And it takes
 * every number of days for a time, but partitions are one a day.
 */
function objections(text: string): string[] {
  const program = findInstalled('promtool') as string;
  let said = '';
  try {
    said = execFileSync(program, ['check', 'metrics'], { input: text, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    said = stdout + stderr;
  }
  return said
    .split('\n')
    .filter((line) => line !== '' && !/^(nodejs|process)_|^everytick_partitions_ahead_days use base unit/.test(line));
}
