// Everything but what belongs to a session works through a pooler in transaction mode, and leaves nothing behind on the
// connections that it shares with others. Needs PgBouncer.

import {
  createTestDatabase,
  eventually,
  everytick,
  isInstalled,
  ledgerFaults,
  type PgBouncer,
  respond,
  startPgBouncer,
  startWebServer,
  type TestDatabase,
  type TestProcess,
} from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';

const itWithPgBouncer = isInstalled('pgbouncer') ? it : it.skip;

/** What a session of ours would have left behind. */
const SETTINGS = [
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'enable_seqscan',
  'plan_cache_mode',
  'synchronous_commit',
];

async function poolerBefore(database: TestDatabase): Promise<PgBouncer> {
  const pooler = await startPgBouncer({ databaseUrl: database.url });
  if (pooler === undefined) throw new Error('PgBouncer is not installed');
  return pooler;
}

async function ask<Row extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** On every connection that the pooler has to the server. */
async function leakedSettings(pooler: PgBouncer, database: TestDatabase) {
  const clients = await Promise.all(
    [1, 2].map(async () => {
      const client = new pg.Client({ connectionString: pooler.url });
      await client.connect();
      await client.query('BEGIN'); // now it has a server connection to itself
      return client;
    }),
  );
  const show = `SELECT name, setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name`;
  const untouched = await ask(database.url, show, [SETTINGS]);
  const leaks: unknown[] = [];
  for (const client of clients) {
    const { rows } = await client.query(show, [SETTINGS]);
    if (JSON.stringify(rows) !== JSON.stringify(untouched)) leaks.push(rows);
    leaks.push(...(await client.query('SELECT name, statement FROM pg_prepared_statements')).rows);
    await client.query('COMMIT');
    await client.end();
  }
  return leaks;
}

describe('behind PgBouncer in transaction mode', () => {
  itWithPgBouncer(
    'coordinator, workers and commands work, no tick is missed, and no setting stays on a shared connection',
    async () => {
      await using database = await createTestDatabase();
      await using pooler = await poolerBefore(database);
      const site = await startWebServer({ routes: { '/': respond({ body: 'hello' }) } });
      const env = {
        EVERYTICK_DATABASE_URL: pooler.url,
        EVERYTICK_POOLER: 'transaction',
        EVERYTICK_LISTEN_URL: database.url,
      };
      const run = async (...args: string[]): Promise<string> => {
        await using command = await everytick(args, { env });
        expect({ exit: await command.exited, stderr: command.stderr }).toEqual({
          exit: { code: 0, signal: null },
          stderr: '',
        });
        return command.stdout;
      };

      expect(JSON.parse(await run('migrate', '--json'))).toMatchObject({ applied: [] });
      await using coordinator = await everytick(['coordinator'], { env });
      await using first = await everytick(['worker'], { env: { ...env, EVERYTICK_WORKER_NAME: 'first' } });
      await using second = await everytick(['worker'], { env: { ...env, EVERYTICK_WORKER_NAME: 'second' } });
      await coordinator.waitForOutput('"leading"', 20_000);
      await first.waitForOutput('"worker running"', 20_000);
      await second.waitForOutput('"worker running"', 20_000);

      await run('targets', 'add', `${site.url}/`, '--every', '1s', '--name', 'by command');
      await database.query(
        `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
         SELECT 'target ' || i, $1, 1, 800 FROM generate_series(1, 200) AS i`,
        [`${site.url}/`],
      );
      const outcomes = async () => {
        const { rows } = await database.query<{ outcome: string; ticks: number; workers: number }>(
          `SELECT outcome, sum(ticks)::integer AS ticks, count(DISTINCT worker_id)::integer AS workers
           FROM results
           WHERE error_code IS DISTINCT FROM 'target_withdrawn' -- a tick of the target removed below, given back
           GROUP BY outcome`,
        );
        return rows;
      };
      await eventually(
        async () => expect((await outcomes()).find((row) => row.outcome === 'up')?.ticks).toBeGreaterThan(1_500),
        {
          timeoutMs: 20_000,
        },
      );
      expect(await leakedSettings(pooler, database)).toEqual([]);

      expect(JSON.parse(await run('targets', 'list', '--json')).targets).toHaveLength(201);
      const { results } = JSON.parse(await run('results', '--target', 'by command', '--limit', '3', '--json'));
      expect(results).toMatchObject([{ outcome: 'up' }, { outcome: 'up' }, { outcome: 'up' }]);
      await run('targets', 'remove', 'by command');

      for (const process of [first, second, coordinator] as TestProcess[]) {
        process.signal('SIGTERM');
        expect(await process.exited).toEqual({ code: 0, signal: null });
        expect(process.output.match(/^.*"level":[456]0.*$/gm) ?? []).toEqual([]);
      }
      expect(await outcomes()).toEqual([{ outcome: 'up', ticks: expect.any(Number), workers: 2 }]);
      expect(await ledgerFaults(database.url)).toEqual([]);
      expect(await leakedSettings(pooler, database)).toEqual([]);
    },
    90_000,
  );

  it('a process without a direct connection is refused, with the reason', async () => {
    for (const args of [['worker'], ['coordinator'], ['migrate'], ['targets', 'list']]) {
      await using command = await everytick(args, {
        env: { EVERYTICK_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', EVERYTICK_POOLER: 'transaction' },
      });
      expect(await command.exited).toMatchObject({ code: expect.any(Number) });
      expect(command.stderr).toContain('EVERYTICK_LISTEN_URL is not set; it must be a direct connection');
    }
  });
});
