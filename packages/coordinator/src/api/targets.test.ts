import { readCoordinatorConfig, silentLogger } from '@everytick/core';
import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { ApiService } from './api-service.ts';

let database: TestDatabase;
let service: ApiService;
beforeAll(async () => {
  database = await createTestDatabase();
  service = new ApiService({
    config: readCoordinatorConfig({ EVERYTICK_DATABASE_URL: database.url, EVERYTICK_API_RATE_LIMIT: '100000' }),
    rules: { compilePattern: (pattern) => new RegExp(pattern) },
    logger: silentLogger(),
    registry: new Registry(),
  });
  await service.start((error) => {
    throw error;
  });
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});
afterEach(() => database.query('UPDATE monitored_targets SET deleted_at = now() WHERE deleted_at IS NULL'));

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was answered
  readonly body: any;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${service.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

const add = async (given: object = {}) =>
  (await ask('POST', '/targets', { name: 'shop', url: 'https://shop.example', every: '30s', ...given })).body;

describe('a target that is added', () => {
  test('is answered with, says where it is, and can be read there', async () => {
    const added = await ask('POST', '/targets', { url: 'https://shop.example/cart', labels: { tier: 1 }, group: 'a' });
    expect(added).toMatchObject({
      status: 201,
      body: {
        name: 'shop.example/cart',
        state: 'new',
        source: null,
        spec: { every: '1m', timeout: '10s', locations: ['default'], labels: { tier: '1' }, group: 'a' },
      },
    });
    const location = added.headers.get('location');
    expect(location).toBe(`/api/v1/targets/${added.body.id}`);
    const read = await ask('GET', `/targets/${added.body.id}`);
    expect(read.body).toEqual(added.body);
    expect(read.headers.get('etag')).toBe(added.headers.get('etag'));
  });

  test('is refused with everything that is wrong with it, and where', async () => {
    const { status, headers, body } = await ask('POST', '/targets', {
      url: 'ftp://shop.example',
      evry: '10s',
      expect: { status: [200, 'x'] },
      labels: { 'a~b/c d': 'x' },
    });
    expect(status).toBe(422);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(body).toMatchObject({
      type: 'about:blank',
      title: 'Unprocessable Entity',
      status: 422,
      code: 'target_invalid',
    });
    const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers.sort()).toEqual(['/evry', '/expect/status/1', '/labels/a~0b~1c d', '/url']);
    expect(body.detail).toContain("unknown field 'evry'; did you mean 'every'?");
    expect((await ask('GET', '/targets')).body.targets).toEqual([]);
  });

  test('is refused if another one has its name', async () => {
    await add();
    expect(await ask('POST', '/targets', { name: 'shop', url: 'https://b.example' })).toMatchObject({
      status: 409,
      body: { code: 'target_name_taken', detail: expect.stringContaining("'shop'") },
    });
  });
});

describe('one that is not there', () => {
  test.each([
    ['GET', ''],
    ['PUT', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/pause'],
    ['POST', '/resume'],
    ['POST', '/restore'],
    ['GET', '/results'],
    ['GET', '/summary'],
    ['GET', '/uptime'],
  ])('is not found by %s %s', async (method, path) => {
    for (const id of ['2147483647', '2147483648', '999999999999999']) {
      const body = method === 'PUT' || method === 'PATCH' ? { url: 'https://a.example' } : undefined;
      const answer = await ask(method, `/targets/${id}${path}`, body);
      expect(answer).toMatchObject({ status: 404, body: { code: 'target_not_found' } });
    }
  });

  test.each(['0', '-1', 'shop', '1.5', '1e3', '%00', '9'.repeat(50)])('cannot have the id %s', async (id) => {
    expect(await ask('GET', `/targets/${id}`)).toMatchObject({
      status: 400,
      body: { code: 'request_invalid', errors: [{ parameter: 'id' }] },
    });
  });
});

test('a name where an id has to be is told how to find the id', async () => {
  const { body } = await ask('PATCH', '/targets/fast%20one', { every: '10s' });
  expect(body.detail).toBe(
    'id: has to be the id of a target, a whole number; GET /api/v1/targets?name=fast%20one finds it by its name',
  );
  expect((await ask('GET', '/targets/1.5')).body.detail).toBe('id: has to be the id of a target, a whole number');
});

test('an id never means another target that is called like it', async () => {
  const { id } = await add();
  const other = await add({ name: String(id) });
  await ask('PATCH', `/targets/${id}`, { every: '5m', timeout: '1s' });
  await ask('POST', `/targets/${id}/pause`);
  await ask('DELETE', `/targets/${id}`);
  expect((await ask('GET', `/targets/${other.id}`)).body).toMatchObject({
    paused: false,
    deleted_at: null,
    spec: { every: '30s' },
  });
  expect((await ask('GET', `/targets/${id}`)).body).toMatchObject({ paused: true, deleted_at: expect.any(String) });
});

describe('a target that is replaced', () => {
  test('is what was given and nothing else, but keeps a name that was not given', async () => {
    const { id } = await add({ group: 'a', match: 'welcome', method: 'GET', headers: { 'X-A': 'b' } });
    const replaced = await ask('PUT', `/targets/${id}`, { url: 'https://b.example', expect: { status: [204] } });
    expect(replaced.body).toMatchObject({ id, name: 'shop' });
    expect(replaced.body.spec).toEqual({
      name: 'shop',
      url: 'https://b.example/',
      every: '1m',
      timeout: '10s',
      locations: ['default'],
      expect: { status: ['204'] },
    });
  });

  test('is not touched if it is so already', async () => {
    const { id, spec, updated_at } = await add({ headers: { 'X-A': 'b' }, labels: { a: 'b' } });
    const before = await ask('GET', `/targets/${id}`);
    const replaced = await ask('PUT', `/targets/${id}`, spec);
    expect(replaced.body).toMatchObject({ updated_at });
    expect(replaced.headers.get('etag')).toBe(before.headers.get('etag'));
  });
});

describe('a patch', () => {
  test('changes what it says, takes away what is null, and merges mappings', async () => {
    const { id } = await add({ group: 'a', headers: { 'X-A': 'b', 'X-C': 'd' }, labels: { team: 'x', tier: '1' } });
    const response = await fetch(`${service.url}/targets/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({
        every: '10s',
        timeout: '2s',
        group: null,
        headers: { 'X-C': null },
        labels: { tier: '2' },
      }),
    });
    expect(await response.json()).toMatchObject({
      spec: { every: '10s', headers: { 'X-A': 'b' }, labels: { team: 'x', tier: '2' } },
    });
    const { spec } = (await ask('GET', `/targets/${id}`)).body;
    expect(spec.group).toBeUndefined();
    expect(spec.headers).toEqual({ 'X-A': 'b' });
  });

  test('that does not go with the rest is refused', async () => {
    const { id } = await add({ timeout: '20s' });
    const { status, body } = await ask('PATCH', `/targets/${id}`, { every: '10s' });
    expect({ status, code: body.code, errors: body.errors }).toMatchObject({
      status: 422,
      code: 'target_invalid',
      errors: [{ pointer: '/every' }],
    });
  });

  test('has null mean the default, where a field always has a value', async () => {
    const { id } = await add({ every: '10s', timeout: '1s', locations: ['oslo'] });
    await ask('PATCH', `/targets/${id}`, { timeout: null });
    expect((await ask('GET', `/targets/${id}`)).body.spec).toMatchObject({ every: '10s', timeout: '5s' });
    const { body } = await ask('PATCH', `/targets/${id}`, { every: null, timeout: null, locations: null });
    expect(body.spec).toMatchObject({ every: '1m', timeout: '10s', locations: ['default'] });
    for (const field of ['url', 'name']) {
      const refused = await ask('PATCH', `/targets/${id}`, { [field]: null });
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: `/${field}` }] } });
    }
  });

  test('has to be a mapping', async () => {
    const { id } = await add();
    expect(await ask('PATCH', `/targets/${id}`, [1])).toMatchObject({ status: 422 });
  });
});

describe('If-Match', () => {
  test('lets a change through only if nobody has changed the target since', async () => {
    const { id } = await add();
    const etag = (await ask('GET', `/targets/${id}`)).headers.get('etag') ?? '';
    const first = await ask('PATCH', `/targets/${id}`, { every: '20s' }, { 'if-match': etag });
    expect(first.status).toBe(200);
    for (const [method, body] of [
      ['PATCH', { every: '40s' }],
      ['PUT', { url: 'https://c.example' }],
      ['DELETE', undefined],
    ] as const) {
      const late = await ask(method, `/targets/${id}`, body, { 'if-match': etag });
      expect(late).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
    }
    const newest = first.headers.get('etag') ?? '';
    expect(newest).not.toBe(etag);
    expect((await ask('GET', `/targets/${id}`)).body.spec.every).toBe('20s');
    const weak = await ask('DELETE', `/targets/${id}`, undefined, { 'if-match': `W/${newest}` });
    expect(weak.status).toBe(412);
    const listed = await ask('DELETE', `/targets/${id}`, undefined, { 'if-match': `"x", ${newest}` });
    expect(listed.status).toBe(204);
  });

  test('holds for pausing, resuming and restoring as well', async () => {
    const { id } = await add();
    const tagNow = async () => (await ask('GET', `/targets/${id}`)).headers.get('etag') ?? '';
    const step = (verb: string, etag: string) => ask('POST', `/targets/${id}/${verb}`, undefined, { 'if-match': etag });
    const old = await tagNow();
    await ask('PATCH', `/targets/${id}`, { every: '20s' });
    for (const verb of ['pause', 'resume', 'restore']) {
      expect(await step(verb, old)).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
    }
    expect((await ask('GET', `/targets/${id}`)).body).toMatchObject({ paused: false });
    const paused = await step('pause', await tagNow());
    expect(paused).toMatchObject({ status: 200, body: { paused: true } });
    expect(await step('resume', paused.headers.get('etag') ?? '')).toMatchObject({ body: { paused: false } });
    expect((await step('resume', '*')).status).toBe(200);
    const present = await tagNow();
    await ask('DELETE', `/targets/${id}`);
    expect((await step('pause', await tagNow())).status).toBe(404);
    expect((await step('restore', present)).status).toBe(412);
    expect(await step('restore', await tagNow())).toMatchObject({ status: 200, body: { deleted_at: null } });
  });

  test('lets one of many changes at once through', async () => {
    const { id } = await add();
    const etag = (await ask('GET', `/targets/${id}`)).headers.get('etag') ?? '';
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => ask('PATCH', `/targets/${id}`, { every: 31 + n }, { 'if-match': etag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
  });

  test('is not about results: one that came in meanwhile is no conflict', async () => {
    await database.query('SELECT ensure_check_results_partitions(current_date - 1, current_date + 1)');
    const { id } = await add();
    const read = await ask('GET', `/targets/${id}`);
    const etag = read.headers.get('etag') ?? '';
    const unchanged = await ask('GET', `/targets/${id}`, undefined, { 'if-none-match': etag });
    expect(unchanged).toMatchObject({ status: 304, body: null });
    await database.query(
      `INSERT INTO check_results (target_id, location_id, scheduled_at, outcome, ticks, error_code)
       VALUES ($1, 1, date_trunc('second', now()), 'missed', 1, 'no_worker')`,
      [id],
    );
    const changed = await ask('GET', `/targets/${id}`, undefined, { 'if-none-match': etag });
    expect(changed).toMatchObject({ status: 200, body: { state: 'missed' } });
    expect((await ask('PATCH', `/targets/${id}`, { every: '20s' }, { 'if-match': etag })).status).toBe(200);
  });
});

test('concurrent patches without If-Match all come through', async () => {
  const { id } = await add();
  const fields = ['a', 'b', 'c', 'd', 'e', 'f'];
  const answers = await Promise.all(fields.map((name) => ask('PATCH', `/targets/${id}`, { labels: { [name]: 'x' } })));
  expect(answers.map(({ status }) => status)).toEqual(fields.map(() => 200));
  expect(Object.keys((await ask('GET', `/targets/${id}`)).body.spec.labels)).toEqual(fields);
});

test('a target is paused, resumed, removed and restored, each as often as one likes', async () => {
  const { id } = await add();
  for (const paused of [true, true, false, false]) {
    expect((await ask('POST', `/targets/${id}/${paused ? 'pause' : 'resume'}`)).body).toMatchObject({ paused });
  }
  expect((await ask('DELETE', `/targets/${id}`)).status).toBe(204);
  expect((await ask('DELETE', `/targets/${id}`)).status).toBe(404);
  expect((await ask('POST', `/targets/${id}/pause`)).status).toBe(404);
  const other = await add();
  expect(await ask('POST', `/targets/${id}/restore`)).toMatchObject({
    status: 409,
    body: { code: 'target_name_taken' },
  });
  await ask('DELETE', `/targets/${other.id}`);
  for (let time = 1; time <= 2; time++) {
    expect((await ask('POST', `/targets/${id}/restore`)).body).toMatchObject({ id, deleted_at: null });
  }
});

describe('lists of targets', () => {
  test('come a page at a time, filtered', async () => {
    for (const name of ['a', 'b', 'c']) await add({ name, labels: { team: name === 'c' ? 'y' : 'x' } });
    const first = await ask('GET', '/targets?limit=2');
    expect(first.body.targets.map(({ name }: { name: string }) => name)).toEqual(['a', 'b']);
    const second = await ask('GET', `/targets?limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ targets: [{ name: 'c' }], next_cursor: null });
    expect((await ask('GET', '/targets?label=team:y&state=new&state=up')).body.targets).toHaveLength(1);
    expect((await ask('GET', '/overview?label=team:x')).body).toMatchObject({ targets: 2, by_state: { new: 2 } });
  });

  test.each([
    ['limt=2', 'limt', "did you mean 'limit'?"],
    ['limit=201', 'limit', 'a whole number from 1 to 200'],
    ['limit=2&limit=3', 'limit', 'more than once'],
    ['limit=1e1', 'limit', "'1e1' is not allowed"],
    ['state=broken', 'state', 'has to be one of up, degraded'],
    ['label=team', 'label', 'such as team:shop'],
    ['label=team:x&label=team:y', 'label', "'team' is given as 'x' and as 'y'"],
    ['deleted=yes', 'deleted', 'true or false'],
    ['search=a%00b', 'search', 'a text'],
    ['source=A%20b', 'source', 'no name of a source'],
    ['__proto__=1', '__proto__', 'is no parameter'],
  ])('refuse ?%s', async (query, parameter, detail) => {
    const answer = await ask('GET', `/targets?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid', errors: [{ parameter }] } });
    expect(answer.body.errors[0].detail).toContain(detail);
  });

  test('refuse a cursor that they have not given', async () => {
    expect(await ask('GET', '/targets?cursor=abc')).toMatchObject({ status: 400 });
  });
});
