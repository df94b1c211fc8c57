// What holds in a session whatever the server's own settings are. (Behind a pooler: scheduler/pooler.test.ts.)

import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { openPool, type PoolOptions } from './pool.ts';
import { loadSql } from './sql.ts';
import { inTransaction } from './transaction.ts';

const inForce = `SELECT current_setting('jit') AS jit, current_setting('statement_timeout') AS timeout,
  current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('enable_seqscan') AS seqscan,
  current_setting('plan_cache_mode') AS plans`;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const { rows } = await database.query("SELECT name, setting FROM pg_settings WHERE name = 'jit'");
  // Otherwise that it is off in a session would say nothing.
  expect(rows).toEqual([{ name: 'jit', setting: 'on' }]);
});
afterAll(() => database.drop());

async function withPool(options: Partial<PoolOptions>, work: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const pool = openPool({ connectionString: database.url, applicationName: 'settings', max: 1, ...options });
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}

const usual = { jit: 'off', timeout: '30s', idle: '1min', seqscan: 'on', plans: 'auto' };

it('nothing is compiled, statements end, and transactions are not left open', async () => {
  await withPool({}, async (pool) => expect((await pool.query(inForce)).rows).toEqual([usual]));
});

it('the plans of a hot pool do not follow the statistics', async () => {
  await withPool({ hot: true, statementTimeoutMs: 700 }, async (pool) => {
    const hot = { ...usual, timeout: '700ms', seqscan: 'off', plans: 'force_generic_plan' };
    expect((await pool.query(inForce)).rows).toEqual([hot]);
  });
});

it('a transaction has its own, and leaves those of its session', async () => {
  await withPool({}, async (pool) => {
    const inside = await inTransaction(pool, { statementTimeoutMs: 900 }, async (client) => client.query(inForce));
    expect(inside.rows).toEqual([{ ...usual, timeout: '900ms' }]);
    expect((await pool.query(inForce)).rows).toEqual([usual]);
  });
});

it.each(['leader-session', 'retention-settings'])('nothing is compiled after %s.sql', async (name) => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(loadSql(name));
    expect((await client.query("SELECT current_setting('jit') AS jit")).rows).toEqual([{ jit: 'off' }]);
  } finally {
    await client.end();
  }
});
