import { addTargets, listTargets, type TargetSpec } from '@everytick/core';
import { createTestDatabase, makeScratchDirectory, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { settleWatchList, watchListSource } from './watch-list.ts';

let database: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('TRUNCATE monitored_targets, target_changes, leases, schedules, check_results');
  dataDir = await makeScratchDirectory();
});

function spec(name: string, intervalS = 10): TargetSpec {
  const url = `https://${name}.example/`;
  const measured = { intervalS, timeoutMs: 1_000, matchPattern: null };
  return { name, url, ...measured, locations: ['default'], group: null, labels: {}, options: {} };
}

const settle = async (asked: TargetSpec[], databaseKey = 'embedded') => {
  const question = { database: database.pool, databaseKey, dataDir, asked };
  const source = await watchListSource(question);
  return settleWatchList({ ...question, source, demonstration: async () => [spec('demo')] });
};

const watched = async () => (await listTargets(database.pool)).map((target) => target.name);

test('nothing asked for and nothing there: the demonstration', async () => {
  expect(await settle([])).toMatchObject({ source: 'demonstration', added: 1 });
  expect(await watched()).toEqual(['demo']);
  expect(await settle([])).toEqual({ source: 'demonstration', added: 0, changed: 0, removed: 0 });
});

test('what is asked for takes the place of the demonstration and of what was asked for before', async () => {
  await settle([]);
  await settle([spec('a'), spec('b')]);
  expect(await watched()).toEqual(['a', 'b']);
  expect(await settle([spec('b', 20), spec('c')])).toMatchObject({ added: 1, changed: 1, removed: 1 });
  expect(await watched()).toEqual(['b', 'c']);
  await settle([]);
  expect(await watched()).toEqual(['demo']);
});

test('targets that a user added stay, and are watched instead of the demonstration', async () => {
  await settle([]);
  await addTargets(database.pool, [spec('mine')]);
  expect(await settle([])).toMatchObject({ source: 'added', removed: 1 });
  await settle([spec('a')]);
  expect(await watched()).toEqual(['a', 'mine']);
  await settle([]);
  expect(await watched()).toEqual(['mine']);
});

test('a target that a user added stays although a run was asked for it too', async () => {
  await addTargets(database.pool, [spec('mine')]);
  expect(await settle([spec('mine', 30)])).toMatchObject({ changed: 1 });
  await settle([spec('a')]);
  expect(await watched()).toEqual(['a', 'mine']);
});

test('a target that a user made in place of a removed one is theirs', async () => {
  await settle([spec('a')]);
  await database.query(`UPDATE monitored_targets SET deleted_at = now() WHERE name = 'a'`);
  await addTargets(database.pool, [spec('a')]);
  await settle([spec('b')]);
  expect(await watched()).toEqual(['a', 'b']);
});

test('what was added in another database means nothing here', async () => {
  await settle([spec('a')], 'elsewhere');
  await settle([spec('b')]);
  expect(await watched()).toEqual(['a', 'b']);
  await settle([spec('c')], 'elsewhere');
  expect(await watched()).toEqual(['b', 'c']);
});
