// What people do to targets while they are being checked leaves a ledger that balances.

import {
  createTestDatabase,
  eventually,
  everytick,
  makeScratchDirectory,
  proveLedger,
  respond,
  startWebServer,
  type TestDatabase,
} from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let database: TestDatabase;
let cwd: string;
beforeAll(async () => {
  database = await createTestDatabase();
  cwd = await makeScratchDirectory();
});
afterAll(() => database.drop());

const start = (...args: string[]) => everytick(args, { cwd, env: { EVERYTICK_DATABASE_URL: database.url } });

async function run(...args: string[]): Promise<string> {
  const child = await start(...args);
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`${args.join(' ')}: ${child.output}`);
  return child.stdout;
}

/** Waits until a query finds something. */
const comesTrue = (sql: string, values: unknown[] = []) =>
  eventually(async () => ((await database.query(sql, values)).rowCount ?? 0) > 0, { timeoutMs: 20_000 });

/** Waits until leases have skipped ticks for this reason that are not written yet. */
const skips = (code: string, targets: number) =>
  comesTrue(
    `SELECT FROM leases WHERE skip_code = $1 AND skip_from < now() - interval '1 second'
     GROUP BY skip_code HAVING count(*) >= $2`,
    [code, targets],
  );

const checkedAfter = (name: string, moment: Date) =>
  comesTrue(
    `SELECT FROM check_results r JOIN monitored_targets t ON t.id = r.target_id
     WHERE t.name = $1 AND r.outcome = 'up' AND r.scheduled_at > $2`,
    [name, moment],
  );

async function databaseNow(): Promise<Date> {
  const { rows } = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return rows[0]?.now as Date;
}

test('pausing, editing, removing, restoring and maintenance leave a ledger that is proved', async () => {
  const site = await startWebServer({ routes: { '/': respond({ body: 'hello' }) } });
  const coordinator = await start('coordinator');
  const worker = await start('worker');
  for (const name of ['shop', 'blog', 'docs', 'wiki']) {
    await run('targets', 'add', site.url, '--name', name, '--every', '1s', '--timeout', '500ms');
  }
  for (const name of ['shop', 'blog', 'docs', 'wiki']) await checkedAfter(name, new Date(0));

  await run('targets', 'pause', 'shop', 'blog');
  await run('targets', 'edit', 'docs', '--every', '2s', '--timeout', '1s');
  await run('targets', 'remove', 'wiki');
  await skips('paused', 2);
  await run('targets', 'edit', 'blog', '--every', '3s', '--location', 'default', '--location', 'nowhere');
  const edited = await databaseNow();
  await run('targets', 'resume', 'shop');
  await run('targets', 'restore', 'wiki');
  for (const name of ['shop', 'docs', 'wiki']) await checkedAfter(name, edited);

  await run('maintenance', 'add', '--from', 'now', '--for', '1h', '--all');
  await run('maintenance', 'add', '--from', 'now', '--for', '2h', '--target', 'shop');
  await skips('maintenance', 3);
  await run('maintenance', 'end', '1');
  await run('targets', 'resume', 'blog');
  const ended = await databaseNow();
  for (const name of ['blog', 'docs', 'wiki']) await checkedAfter(name, ended);
  await run('maintenance', 'end', '2');
  await checkedAfter('shop', await databaseNow());

  const proof = await proveLedger(database.url);
  expect(proof).toMatchObject({ unaccounted: 0, duplicates: 0, unscheduled: 0 });
  expect(proof.recorded.skipped).toBeGreaterThanOrEqual(5);
  const { rows } = await database.query<{ error_code: string }>(
    `SELECT DISTINCT error_code FROM check_results WHERE outcome = 'skipped' ORDER BY 1`,
  );
  expect(rows.map((row) => row.error_code)).toEqual(['maintenance', 'paused']);

  for (const process of [worker, coordinator]) {
    process.signal('SIGTERM');
    expect((await process.exited).code).toBe(0);
  }
}, 180_000);
