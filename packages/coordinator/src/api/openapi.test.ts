import { readCoordinatorConfig, silentLogger } from '@everytick/core';
import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Registry } from 'prom-client';
import { ApiService } from './api-service.ts';

let database: TestDatabase;
let service: ApiService;
// biome-ignore lint/suspicious/noExplicitAny: what it is has to be shown here
let document: any;
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
  document = await (await fetch(`${service.url}/openapi.json`)).json();
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

const operations = () =>
  Object.entries<Record<string, Record<string, unknown>>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

describe('the OpenAPI document', () => {
  test('is a valid one, of version 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(validator.version).toBe('3.1');
  });

  test('has every operation', () => {
    const listed = operations().map(({ path, method }) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`);
    expect(listed.sort()).toEqual(
      [
        ...['GET /targets', 'POST /targets', 'GET /targets/{id}', 'PUT /targets/{id}', 'PATCH /targets/{id}'],
        ...['DELETE /targets/{id}', 'POST /targets/{id}/pause', 'POST /targets/{id}/resume'],
        ...['POST /targets/{id}/restore', 'GET /targets/{id}/results', 'GET /results', 'GET /targets/{id}/summary'],
        ...['GET /targets/{id}/uptime', 'GET /uptime'],
        ...['GET /overview', 'GET /locations', 'GET /workers', 'POST /check', 'POST /plan', 'POST /apply'],
        'GET /openapi.json',
        'GET ',
      ].sort(),
    );
  });

  test('says of every operation what it is called, who may use it, and all that it answers', () => {
    const ids = operations().map(({ operation }) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, method, operation } of operations()) {
      expect(operation).toMatchObject({ operationId: expect.any(String), summary: expect.any(String) });
      expect(operation['tags']).toHaveLength(1);
      const responses = operation['responses'] as Record<string, { content?: Record<string, object> }>;
      const refusals = Object.entries(responses).filter(([status]) => status >= '400');
      for (const [, { content }] of refusals) expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
      const statuses = Object.keys(responses);
      expect(statuses).toEqual(expect.arrayContaining(['400', '429', '500', '503']));
      if (!path.endsWith('openapi.json')) expect(statuses).toEqual(expect.arrayContaining(['401', '403']));
      if (path.includes('{id}')) expect(statuses).toContain('414');
      if (method !== 'get') expect(statuses).toEqual(expect.arrayContaining(['413', '415']));
      const body = operation['requestBody'] as { content: Record<string, object> } | undefined;
      if (body === undefined) continue;
      for (const media of Object.values(body.content)) expect(media).toHaveProperty('example');
      expect(statuses).toEqual(expect.arrayContaining(['413', '415', '422']));
    }
  });

  test('has every status that long ids and bodies where none is wanted are answered with', async () => {
    const post = (path: string, body: string, type: string) =>
      fetch(`${service.url}${path}`, { method: 'POST', body, headers: { 'content-type': type } });
    expect((await fetch(`${service.url}/targets/${'1'.repeat(101)}`)).status).toBe(414);
    expect((await post('/targets/1/pause', 'a', 'text/plain')).status).toBe(415);
    expect((await post('/targets/1/pause', `"${'a'.repeat(1_100_000)}"`, 'application/json')).status).toBe(413);
  });

  test('is found from the index, and from nowhere that is only like it', async () => {
    const index = (await (await fetch(service.url ?? '')).json()) as { links: Record<string, string> };
    expect(index.links['document']).toBe('/api/v1/openapi.json');
    for (const path of Object.values(index.links)) {
      expect((await fetch(new URL(path, service.url ?? ''))).status).toBe(200);
    }
    for (const path of ['/api/v1/openapiXjson', '/']) {
      const lost = await fetch(new URL(path, service.url ?? ''), { method: 'GET' });
      expect(await lost.json()).toMatchObject({ status: 404, detail: expect.stringContaining('/api/v1 tells') });
    }
  });

  test('refers to nothing that it does not have', () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference ?? '');
    expect(names.length).toBeGreaterThan(20);
    for (const name of new Set(names)) {
      expect(name).toMatch(/^#\/components\/schemas\/\w+$/);
      expect(Object.keys(document.components.schemas)).toContain(name.split('/').at(-1));
    }
  });
});
