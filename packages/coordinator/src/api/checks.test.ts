import { readCoordinatorConfig, silentLogger } from '@everytick/core';
import { addTestTargets, createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { ApiService } from './api-service.ts';

let database: TestDatabase;
let service: ApiService;
beforeAll(async () => {
  database = await createTestDatabase();
  service = new ApiService({
    config: readCoordinatorConfig({ EVERYTICK_DATABASE_URL: database.url }),
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

async function check(body: object) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${service.url}/check`, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as { status: number; code: string; detail: string };
}

test('a target that was removed is not checked', async () => {
  await addTestTargets(database, [{ url: 'https://a.example/' }]);
  const { rows } = await database.query<{ id: number }>('UPDATE monitored_targets SET deleted_at = now() RETURNING id');
  const target_id = rows[0]?.id;
  expect(await check({ target_id })).toMatchObject({ status: 404, code: 'target_not_found' });
  expect(await check({ target_id: 2 ** 40 })).toMatchObject({ status: 404, code: 'target_not_found' });
});

test('a URL that stands where it does not belong is told where it does', async () => {
  const { status, detail } = await check({ url: 'https://a.example' });
  expect(status).toBe(422);
  expect(detail).toContain('did you mean {"spec":{"url":"https://a.example"}}?');
});

test('the document says how long a check may take at most', async () => {
  const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as { components: { schemas: object } };
  expect(
    JSON.stringify(Object.entries(document.components.schemas).find(([name]) => name === 'CheckRequest')),
  ).toContain('30 s');
});
