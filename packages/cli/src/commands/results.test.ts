// everytick results as users run it, against a real ledger.

import {
  createTestDatabase,
  makeScratchDirectory,
  measuredSql,
  runEverytick,
  type TestDatabase,
} from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let database: TestDatabase;
let cwd: string;
const well = {
  started_at: "'2026-01-02 12:00:00.002Z'",
  worker_id: '1',
  http_status: '200',
  dns_wait_us: '0',
  dns_us: '1000',
  connect_us: '2000',
  tls_us: '3000',
  request_us: '4000',
  first_byte_us: '5000',
  download_us: '6000',
  protocol: "'h2'",
  remote_address: "'192.0.2.7'",
  redirects: '1',
  certificate_expires_at: "'2027-01-01Z'",
  loop_delay_us: '15000',
  suspect: 'true',
};
const badly = {
  started_at: "'2026-01-02 11:59:50Z'",
  http_status: '500',
  error_detail: "'expected 200-299, got 500'",
  failed_assertions: `'[{"kind": "status", "expected": "200-299", "seen": "500"},
    {"kind": "json", "expected": "$.a is 1", "seen": "2"}, {"kind": "json", "expected": "$.b is 1", "seen": "2"}]'::jsonb`,
};

beforeAll(async () => {
  database = await createTestDatabase();
  cwd = await makeScratchDirectory();
  await database.query(`
    SELECT ensure_check_results_partitions('2026-01-01', '2026-01-02');
    INSERT INTO locations (name) VALUES ('frankfurt');
    INSERT INTO workers (name, location_id) VALUES ('worker one', 1);
    INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, location_ids)
      VALUES ('shop', 'http://a.example/', 10, 1000, '{1,2}');
    INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us, error_code, measured)
    VALUES ('2026-01-02 12:00:00Z', 1, 1, 'up', 21000, NULL, ${measuredSql(well, "'2026-01-02 12:00:00Z'", '21000')}),
      ('2026-01-02 11:59:50Z', 1, 2, 'down', 3000, 'status_unexpected', ${measuredSql(badly, "'2026-01-02 11:59:50Z'", '3000')});
    INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks, error_code)
      VALUES ('2026-01-02 11:00:00Z', 1, 1, 'missed', 6, 'no_worker')`);
});
afterAll(() => database.drop());

const run = (...args: string[]) =>
  runEverytick(['results', ...args], { cwd, env: { EVERYTICK_DATABASE_URL: database.url } });
const outcomesOf = async (...args: string[]) =>
  JSON.parse((await run(...args, '--json')).stdout).results.map(({ outcome }: { outcome: string }) => outcome);

test('a result says how it was measured', async () => {
  const { results } = JSON.parse((await run('--outcome', 'up', '--json')).stdout);
  expect(results).toEqual([
    {
      target_id: 1,
      target: 'shop',
      location: 'default',
      scheduled_at: '2026-01-02T12:00:00.000Z',
      started_at: '2026-01-02T12:00:00.002Z',
      lateness_ms: 2,
      outcome: 'up',
      http_status: 200,
      response_time_us: 21_000,
      phases_us: {
        dns_wait: 0,
        dns: 1_000,
        connect: 2_000,
        tls: 3_000,
        request: 4_000,
        first_byte: 5_000,
        download: 6_000,
      },
      body_bytes: null,
      matched: null,
      error_code: null,
      error_detail: null,
      ticks: 1,
      protocol: 'h2',
      remote_address: '192.0.2.7',
      redirects: 1,
      certificate_expires_at: '2027-01-01T00:00:00.000Z',
      worker: 'worker one',
      loop_delay_us: 15_000,
      suspect: true,
      failed_assertions: [],
    },
  ]);
});

test('the table marks figures that are doubtful, and names all that failed', async () => {
  const { stdout } = await run();
  expect(stdout).toMatch(/ up +200 +~21\.0 ms /);
  expect(stdout).toMatch(/ down +500 +3\.0 ms /);
  expect(stdout).toContain('status_unexpected: expected 200-299, got 500 (failed as well: json)');
  expect(stdout).toContain('~ doubtful: the worker itself was held up while it measured.');
  expect((await run('--outcome', 'down')).stdout).not.toContain('doubtful');
});

test.each([
  ['of any of several outcomes', ['--outcome', 'down', '--outcome', 'missed'], ['down', 'missed']],
  ['of one location', ['--location', 'frankfurt'], ['down']],
  ['of any of several locations', ['--location', 'frankfurt', '--location', 'default'], ['up', 'down', 'missed']],
  ['of a period', ['--from', '2026-01-02', '--to', '2026-01-02T12:59:50+01:00'], ['missed']],
  ['up to now', ['--to', 'now', '--limit', '1'], ['up']],
  ['of the last hour', ['--since', '1h'], []],
])('results can be asked for %s', async (_, args, expected) => {
  expect(await outcomesOf(...args)).toEqual(expected);
});

test.each([
  ['an outcome that there is not', ['--outcome', 'dwon'], 'allowed are up, degraded, down, missed, skipped'],
  ['a location that there is not', ['--location', 'berlin'], "'berlin' is not known; there are default, frankfurt"],
  ['no moment', ['--from', 'yesterday'], "--from 'yesterday' is no moment; allowed are 'now', and ISO 8601 such as"],
  ['no other moment', ['--to', '12:00'], "--to '12:00' is no moment"],
  ['two beginnings', ['--from', 'now', '--since', '1h'], 'give either --since DURATION or --from WHEN, not both'],
  ['a period that ends before it begins', ['--from', 'now', '--to', '2026-01-02'], 'nothing lies between'],
])('%s is said so', async (_, args, message) => {
  const result = await run(...args);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toContain(message);
});
