// The API as its users see it: through a client that a third-party generator has made of the OpenAPI document, against a
// coordinator that runs.

import { createToken, readCoordinatorConfig, silentLogger } from '@everytick/core';
import { createTestDatabase, generateApiClient, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CoordinatorProcess } from '../coordinator-process.ts';

let database: TestDatabase;
let coordinator: CoordinatorProcess;
/** The generated functions; what they are called is part of what is tested. */
// biome-ignore lint/suspicious/noExplicitAny: made while this runs
let sdk: Record<string, (options?: any) => Promise<any>>;
let baseUrl: string;
let token: string;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ token } = await createToken(database.pool, { name: 'test', scopes: ['write'], validForMs: null }));
  const env = { EVERYTICK_DATABASE_URL: database.url, EVERYTICK_API_HOST: '0.0.0.0' };
  const rules = { compilePattern: (pattern: string) => new RegExp(pattern) };
  coordinator = new CoordinatorProcess(readCoordinatorConfig(env), silentLogger(), rules);
  await coordinator.serve((error) => {
    throw error;
  });
  // It need not lead.
  await database.query('SELECT ensure_check_results_partitions(current_date - 1, current_date + 1)');
  baseUrl = (coordinator.apiUrl ?? '').replace('0.0.0.0', '127.0.0.1').replace('/api/v1', '');
  const document = (await (await fetch(`${baseUrl}/api/v1/openapi.json`)).json()) as object;
  sdk = await import(await generateApiClient(document));
}, 120_000);
afterAll(async () => {
  await coordinator.stop();
  await database.drop();
});

const call = (operation: string, options: object = {}) => {
  const asked = sdk[operation];
  if (asked === undefined) throw new Error(`the client has no ${operation}, only ${Object.keys(sdk).join(', ')}`);
  return asked({ baseUrl, auth: token, ...options });
};

test('a generated client works against a running coordinator', async () => {
  const bodies = ['shop', 'blog', 'help'].map((name) => ({ name, url: `https://${name}.example/`, every: '1m' }));
  const added = await Promise.all(bodies.map((body) => call('addTarget', { body })));
  expect(added.map(({ response, data }) => [response.status, data.state])).toEqual(Array(3).fill([201, 'new']));
  const { id } = added[0].data;

  const names: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { data } = await call('listTargets', {
      query: { limit: 2, search: 'EXAMPLE', state: ['new', 'up'], cursor },
    });
    names.push(...data.targets.map((target: { name: string }) => target.name));
    cursor = data.next_cursor;
  }
  expect(names).toEqual(['blog', 'help', 'shop']);

  const read = await call('getTarget', { path: { id } });
  const etag = read.response.headers.get('etag');
  const headers = { 'if-match': etag };
  const patched = await call('patchTarget', {
    path: { id },
    headers,
    body: { every: '30s', labels: { team: 'shop' } },
  });
  expect(patched.data.spec).toMatchObject({ every: '30s', timeout: '10s', labels: { team: 'shop' } });
  const late = await call('patchTarget', { path: { id }, headers, body: { every: '40s' } });
  expect(late.error).toMatchObject({ status: 412, code: 'precondition_failed' });
  const replaced = await call('replaceTarget', {
    path: { id },
    body: { url: 'https://shop.example/', every: '1s', timeout: '500ms' },
  });
  expect(replaced.data.spec.every).toBe('1s');
  const wrong = await call('addTarget', { body: { url: 'https://a.example', every: 'soon' } });
  expect(wrong.error).toMatchObject({ status: 422, errors: [{ pointer: '/every' }] });

  expect((await call('pauseTarget', { path: { id } })).data).toMatchObject({ state: 'paused' });
  expect((await call('getOverview')).data).toMatchObject({ targets: 3, by_state: { paused: 1 } });
  expect((await call('resumeTarget', { path: { id } })).data.paused).toBe(false);

  await database.query(
    `INSERT INTO check_results (target_id, location_id, scheduled_at, outcome, ticks, error_code)
     VALUES ($1, 1, date_trunc('second', now()), 'missed', 1, 'no_worker')`,
    [id],
  );
  const results = await call('listTargetResults', {
    path: { id },
    query: { outcome: ['missed', 'skipped'], limit: 1 },
  });
  expect(results.data.results).toEqual([
    expect.objectContaining({ target_id: id, target: 'shop', location: 'default', outcome: 'missed' }),
  ]);
  expect(
    (await call('listResults', { query: { target: [String(id)], limit: 5 } })).data.results.length,
  ).toBeGreaterThan(0);
  expect((await call('summarizeTarget', { path: { id } })).data).toMatchObject({ target_id: id, uptime: null });
  expect((await call('listLocations')).data.locations).toEqual([
    expect.objectContaining({ name: 'default', targets: 3 }),
  ]);
  expect((await call('listWorkers')).data).toEqual({ workers: [] });
  const check = await call('checkNow', { body: { spec: { url: 'https://a.example' } } });
  expect(check.error).toMatchObject({ status: 503, code: 'no_worker' });

  const set = { source: 'test', targets: [{ name: 'wiki', url: 'https://wiki.example/', paused: true }] };
  expect((await call('planTargets', { body: set })).data).toMatchObject({
    applied: false,
    changes: [{ action: 'add' }],
  });
  expect((await call('applyTargets', { body: set })).data).toMatchObject({
    applied: true,
    changes: [{ name: 'wiki' }],
  });
  expect((await call('applyTargets', { body: set })).data).toMatchObject({ changes: [], unchanged: 1 });

  expect((await call('removeTarget', { path: { id } })).response.status).toBe(204);
  expect((await call('removeTarget', { path: { id } })).error).toMatchObject({ status: 404, code: 'target_not_found' });
  expect((await call('restoreTarget', { path: { id } })).data.deleted_at).toBeNull();
  expect((await call('listTargets', { auth: undefined })).error).toMatchObject({ status: 401, code: 'unauthorized' });
}, 60_000);
