// The scheduler through PgBouncer in transaction mode: many clients on two server connections.

import { setTimeout as delay } from 'node:timers/promises';
import {
  addTestTargets,
  createTestDatabase,
  isInstalled,
  resultOf,
  startPgBouncer,
  syncLeases,
  type TestDatabase,
} from '@everytick/testing';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { openPool } from '../database/pool.ts';
import { PostgresScheduler } from './postgres-scheduler.ts';

const itWithPgBouncer = isInstalled('pgbouncer') ? it : it.skip;
const DURATION_MS = 4_000;

async function poolThroughPgBouncer(database: TestDatabase, { max = 4, statementTimeoutMs = 30_000 } = {}) {
  const pooler = await startPgBouncer({ databaseUrl: database.url });
  if (pooler === undefined) throw new Error('PgBouncer is not installed');
  const pool = openPool({
    connectionString: pooler.url,
    pooler: 'transaction',
    applicationName: 'pooled',
    max,
    hot: true,
    statementTimeoutMs,
  });
  return {
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await pooler[Symbol.asyncDispose]();
    },
  };
}

itWithPgBouncer('two schedulers claim and finish at once without deadlock, and no result is lost', async () => {
  await using database = await createTestDatabase();
  const ids = await addTestTargets(database, Array(300).fill({ intervalS: 1 }));
  await using pooled = await poolThroughPgBouncer(database);
  const { pool } = pooled;
  const schedulers = await Promise.all(
    ['first', 'second'].map((workerName) =>
      PostgresScheduler.register({ pool, workerName, location: 'default', horizonMs: 100, leaseMarginMs: 10_000 }),
    ),
  );
  const until = performance.now() + DURATION_MS;
  let recorded = 0;
  let lost = 0;
  const checkAndReport = async (scheduler: PostgresScheduler) => {
    while (performance.now() < until) {
      const { checks } = await scheduler.claim(100);
      const last = Math.max(...checks.map((check) => check.scheduledAtMs), 0);
      await delay(Math.max(5, last === 0 ? 0 : scheduler.clock.toMonotonic(last) - performance.now() + 5));
      const report = await scheduler.finish(checks.map((check) => resultOf(check)));
      recorded += report.recorded;
      lost += report.lost;
    }
  };
  const others = async () => {
    while (performance.now() < until) {
      await syncLeases(database, ids);
      await schedulers[0]?.reclaim();
    }
  };
  await Promise.all([...schedulers, ...schedulers].map(checkAndReport).concat(others()));
  expect(lost).toBe(0);
  expect(recorded).toBeGreaterThan(300);
  const { rows } = await database.query<{ connections: number }>(
    "SELECT count(*)::integer AS connections FROM pg_stat_activity WHERE datname = $1 AND application_name = 'pooled'",
    [database.name],
  );
  expect(rows[0]?.connections).toBeLessThanOrEqual(2);
});

itWithPgBouncer('a statement has its settings, and a failed one leaves its connection as it was', async () => {
  await using database = await createTestDatabase();
  await using pooled = await poolThroughPgBouncer(database, { max: 1, statementTimeoutMs: 300 });
  const { pool } = pooled;
  const inForce =
    "SELECT current_setting('statement_timeout') AS timeout, current_setting('enable_seqscan') AS seqscan";
  expect((await pool.query(inForce)).rows).toEqual([{ timeout: '300ms', seqscan: 'off' }]);
  await expect(pool.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
  await expect(pool.query('SELECT $1::integer / 0', [1])).rejects.toThrow('division by zero');
  expect(
    (await pool.query({ name: 'named', text: 'SELECT pg_backend_pid() > $1::integer AS alive', values: [0] })).rows,
  ).toEqual([{ alive: true }]);
  const client = await pool.connect();
  expect((await client.query(inForce)).rows).toEqual([{ timeout: '0', seqscan: 'on' }]);
  expect((await client.query('SELECT FROM pg_prepared_statements')).rows).toEqual([]);
  client.release();
});

itWithPgBouncer('a connection that breaks within a statement is replaced by the next', async () => {
  await using database = await createTestDatabase();
  await using pooled = await poolThroughPgBouncer(database, { max: 1 });
  const { pool } = pooled;
  await expect(pool.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toBeInstanceOf(pg.DatabaseError);
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await expect(pool.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toThrow();
  expect(pool.totalCount).toBeLessThanOrEqual(1);
});
