// Applies and edits at the same moment, and connections that die amid it: all of a set is applied, or nothing.

import {
  createTestDatabase,
  eventually,
  isInstalled,
  ledgerFaults,
  startPgBouncer,
  type TestDatabase,
} from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { openPool } from '../database/pool.ts';
import { loadSql } from '../database/sql.ts';
import { addTargets, removeTargets } from '../targets/stored-targets.ts';
import { editTarget } from '../targets/target-edit.ts';
import { pauseTargets, resumeTargets } from '../targets/target-life.ts';
import { parseTargetSpec, type TargetSpec } from '../targets/target-spec.ts';
import { applyTargets } from './apply-targets.ts';
import type { TargetSet } from './target-set.ts';

const takeChangesSql = loadSql('target-changes-take');
const options = { prune: true, adopt: false };

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query('SELECT ensure_check_results_partitions(current_date - 3, current_date + 3)');
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('TRUNCATE monitored_targets, target_changes, leases, schedules, check_results CASCADE');
});

const base = parseTargetSpec({ url: 'https://shop.example/', timeout: '500ms' }, { compilePattern: () => undefined });
const spec = (name: string, intervalS: number): TargetSpec => ({ ...base, name, intervalS });

/** Every target of it says which one it is, by its interval. */
function setOf(source: string | null, names: readonly string[], number: number): TargetSet {
  return { source, declarations: names.map((name) => ({ spec: spec(name, number), paused: null })) };
}

interface Row extends pg.QueryResultRow {
  readonly id: number;
  readonly name: string;
  readonly source: string | null;
  readonly every: number;
  readonly paused: boolean;
}

async function present(): Promise<Row[]> {
  const { rows } = await database.query<Row>(
    'SELECT id, name, source, interval_s AS every, paused FROM monitored_targets WHERE deleted_at IS NULL ORDER BY name',
  );
  return rows;
}

/** Resolves once a statement of `applying` waits for somebody's lock. */
async function untilItWaits(): Promise<void> {
  await eventually(async () => {
    const { rows } = await database.query(
      "SELECT FROM pg_stat_activity WHERE application_name = 'applying' AND wait_event_type = 'Lock' AND datname = current_database()",
    );
    return rows.length > 0;
  });
}

/** A transaction that has done something and goes on holding it. */
async function hold(statement: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url, application_name: 'holding' });
  await client.connect();
  await client.query('BEGIN');
  await client.query(statement);
  return client;
}

const openApplying = (max = 1) => openPool({ connectionString: database.url, applicationName: 'applying', max });

it('a connection that dies in the middle leaves everything as it was', async () => {
  await applyTargets(database.pool, setOf('shop', ['a', 'b', 'c'], 10), options);
  const before = await present();
  // The removal of `a` is done when the change of `b` has to wait.
  const holder = await hold("UPDATE monitored_targets SET group_name = 'x' WHERE name = 'b'");
  const pool = openApplying();
  const applied = applyTargets(pool, setOf('shop', ['b', 'c', 'd'], 20), options).catch((error: Error) => error);
  await untilItWaits();
  await database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'applying'");
  expect(await applied).toBeInstanceOf(Error);
  await holder.query('ROLLBACK');
  await holder.end();
  expect(await present()).toEqual(before);

  const { changes } = await applyTargets(pool, setOf('shop', ['b', 'c', 'd'], 20), options);
  expect(changes.map(({ action }) => action)).toEqual(['remove', 'change', 'change', 'add']);
  await pool.end();
});

it('an edit that commits while a set is being applied is seen, and then what the set says holds', async () => {
  await applyTargets(database.pool, setOf('shop', ['a', 'b'], 10), options);
  const holder = await hold("UPDATE monitored_targets SET paused = true, group_name = 'by hand' WHERE name = 'b'");
  const pool = openApplying();
  const applied = applyTargets(pool, setOf('shop', ['a', 'b'], 20), options);
  await untilItWaits();
  await holder.query('COMMIT');
  await holder.end();
  const { changes } = await applied;
  expect(changes.map(({ name, changed, before }) => [name, changed, before?.spec.group])).toEqual([
    ['a', ['every'], null],
    ['b', ['every', 'group'], 'by hand'],
  ]);
  expect((await present()).map(({ name, every, paused }) => [name, every, paused])).toEqual([
    ['a', 20, false],
    ['b', 20, true],
  ]);
  await pool.end();
});

it('a target that is removed while a set is being applied is added again', async () => {
  await applyTargets(database.pool, setOf('shop', ['a', 'b'], 10), options);
  const holder = await hold("UPDATE monitored_targets SET deleted_at = now() WHERE name = 'b'");
  const pool = openApplying();
  const applied = applyTargets(pool, setOf('shop', ['a', 'b'], 20), options);
  await untilItWaits();
  await holder.query('COMMIT');
  await holder.end();
  expect((await applied).changes.map(({ action, name }) => [action, name])).toEqual([
    ['change', 'a'],
    ['add', 'b'],
  ]);
  await pool.end();
});

it('a name that is taken while a set is being applied is taken over, or refused where it has another source', async () => {
  const insert = (name: string, source: string) =>
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, source) VALUES ('${name}', 'https://a.example/', 60, 500, ${source})`;
  const pool = openApplying();
  for (const [name, source, outcome] of [
    ['by hand', 'NULL', 'change'],
    ['of others', "'blog'", 'target_source_conflict'],
  ] as const) {
    const holder = await hold(insert(name, source));
    const applied = applyTargets(pool, setOf('shop', [name], 20), options).then(
      ({ changes }) => changes[0]?.action,
      ({ code }) => code,
    );
    await untilItWaits();
    await holder.query('COMMIT');
    await holder.end();
    expect(await applied).toBe(outcome);
  }
  await pool.end();
});

it('many applies and edits at once leave one whole set of each source, and every edit that they do not speak of', async () => {
  const names = (source: string) => Array.from({ length: 12 }, (_, index) => `${source} ${index}`);
  const sources = { blog: names('blog'), shop: names('shop'), web: names('web') };
  const byHand = names('hand');
  await addTargets(
    database.pool,
    byHand.map((name) => spec(name, 7)),
  );
  for (const [source, members] of Object.entries(sources)) {
    await applyTargets(database.pool, setOf(source, members, 100), options);
  }

  // Set n of a source has its first four targets, and of the others those that leave no remainder.
  const members = (source: keyof typeof sources, number: number) =>
    sources[source].filter((_, index) => index < 4 || (number + index) % 3 === 0);
  // Taken away by hand meanwhile: between that and the next set of its source it is rightly absent.
  const taken = 'web 1';
  const wholeSets = async (): Promise<void> => {
    const rows = (await present()).filter(({ name }) => name !== taken);
    for (const source of Object.keys(sources) as (keyof typeof sources)[]) {
      const own = rows.filter((row) => row.source === source);
      const numbers = new Set(own.map(({ every }) => every));
      expect({ source, numbers: numbers.size }).toEqual({ source, numbers: 1 });
      const [number = 0] = numbers;
      const expected = members(source, number).filter((name) => name !== taken);
      if (number !== 100) expect(own.map(({ name }) => name).sort()).toEqual(expected.sort());
    }
    expect(rows.filter((row) => row.source === null).map(({ name }) => name)).toEqual([...byHand].sort());
  };

  const pool = openApplying(6);
  const paused = new Map<string, boolean>();
  let running = true;
  const looking = (async () => {
    while (running) await wholeSets();
  })();
  const following = (async () => {
    while (running) await followChanges();
  })();
  const applying = Array.from({ length: 36 }, (_, index) => {
    const source = (['blog', 'shop', 'web'] as const)[index % 3] ?? 'shop';
    const number = 101 + index;
    return applyTargets(pool, setOf(source, members(source, number), number), options);
  });
  const editing = ['blog 0', 'shop 1', 'web 2', 'hand 3'].map(async (name) => {
    for (let round = 0; round < 15; round++) {
      const pausing = (round * 7 + name.length) % 3 === 0;
      await (pausing ? pauseTargets : resumeTargets)(database.pool, [name]);
      paused.set(name, pausing);
      await editTarget(database.pool, name, { group: `round ${round}` });
    }
  });
  // Somebody who takes a name again and again that a set takes back.
  const taking = (async () => {
    for (let round = 0; round < 10; round++) {
      await removeTargets(database.pool, [taken]).catch(() => undefined);
    }
  })();
  const outcomes = await Promise.allSettled([...applying, ...editing]);
  await taking;
  running = false;
  await looking.catch((error) => outcomes.push({ status: 'rejected', reason: error }));
  await following;
  expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);

  await wholeSets();
  await applyTargets(pool, setOf('web', members('web', 200), 200), options);
  const web = (await present()).filter(({ source }) => source === 'web');
  expect(web.map(({ name, every }) => [name, every])).toEqual(
    members('web', 200)
      .sort()
      .map((name) => [name, 200]),
  );
  for (const { name, paused: isPaused } of await present()) {
    if (paused.has(name)) expect({ name, isPaused }).toEqual({ name, isPaused: paused.get(name) });
  }
  await followChanges();
  expect(await ledgerFaults(database.url)).toEqual([]);
  await pool.end();
}, 60_000);

/** What the leading coordinator does. */
async function followChanges(): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ target_id: number }>(takeChangesSql, [100]);
    await client.query(loadSql('leases-sync'), [rows.map(({ target_id }) => target_id)]);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

(isInstalled('pgbouncer') ? it : it.skip)('applies wait for each other behind a pooler as well', async () => {
  const pooler = await startPgBouncer({ databaseUrl: database.url });
  if (pooler === undefined) throw new Error('PgBouncer is not installed');
  const pool = openPool({ connectionString: pooler.url, pooler: 'transaction', applicationName: 'pooled', max: 6 });
  const names = Array.from({ length: 50 }, (_, index) => `target ${index}`);
  await Promise.all(
    Array.from({ length: 12 }, (_, index) => applyTargets(pool, setOf('shop', names, 10 + index), options)),
  );
  const rows = await present();
  expect(rows).toHaveLength(50);
  expect(new Set(rows.map(({ every }) => every)).size).toBe(1);
  await pool.end();
  await pooler[Symbol.asyncDispose]();
});
