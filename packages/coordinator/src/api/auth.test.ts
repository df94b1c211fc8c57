import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { createToken, type EverytickError, readCoordinatorConfig, revokeToken, silentLogger } from '@everytick/core';
import { createTestDatabase, eventually, startFaultProxy, type TestDatabase } from '@everytick/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { ApiService } from './api-service.ts';

let database: TestDatabase;
let services: ApiService[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  services = [];
  await database.query('TRUNCATE api_tokens');
});

async function start(
  env: Record<string, string> = {},
  onRefused: (error: EverytickError) => void = (error) => {
    throw error;
  },
): Promise<ApiService> {
  const service = new ApiService({
    config: readCoordinatorConfig({ EVERYTICK_DATABASE_URL: database.url, ...env }),
    rules: { compilePattern: (pattern) => new RegExp(pattern) },
    logger: silentLogger(),
    registry: new Registry(),
  });
  services.push(service);
  await service.start(onRefused);
  return service;
}

const everywhere = { EVERYTICK_API_HOST: '0.0.0.0' };
const makeToken = async (scopes: readonly ('read' | 'write')[], validForMs: number | null = null) =>
  (await createToken(database.pool, { name: `token ${Math.random()}`, scopes, validForMs })).token;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was answered
  readonly body: any;
}

/** With any Host, which fetch does not allow. */
function ask(service: ApiService, method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const url = new URL((service.url ?? '').replace('0.0.0.0', '127.0.0.1'));
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: url.hostname, port: url.port, method, path: `${url.pathname}${path}`, headers, agent: false },
      async (response) => {
        const text = (await response.toArray()).join('');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text === '' ? null : JSON.parse(text),
        });
      },
    );
    request.on('error', reject).end();
  });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('on loopback without a token', () => {
  test.each([['localhost'], ['127.0.0.1'], ['[::1]'], ['LOCALHOST:80'], ['everytick.localhost']])(
    'a request for %s is let in',
    async (host) => {
      expect((await ask(await start(), 'GET', '/targets', { host })).status).toBe(200);
    },
  );

  test.each([['evil.example'], ['127.0.0.1.evil.example'], ['localhost.evil.example:80'], ['10.0.0.1'], ['a b']])(
    'a request for the name %s, which was pointed here, is not',
    async (host) => {
      const service = await start();
      const { status, headers, body } = await ask(service, 'GET', '/targets', { host });
      expect({ status, code: body.code }).toEqual({ status: 401, code: 'unauthorized' });
      expect(headers['www-authenticate']).toBe('Bearer realm="everytick"');
      // Whoever knows a token is no web page that was lured here.
      const token = await makeToken(['read']);
      expect((await ask(service, 'GET', '/targets', { host, ...bearer(token) })).status).toBe(200);
    },
  );

  test('a web page of another origin cannot have anything done', async () => {
    const service = await start();
    const port = new URL(service.url ?? '').port;
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1', `https://127.0.0.1:${port}`]) {
      const answer = await ask(service, 'POST', '/targets/1/pause', { origin });
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    const origin = `http://127.0.0.1:${port}`;
    expect((await ask(service, 'POST', '/targets/1/pause', { origin })).status).toBe(404);
  });

  test('what a page of another site has a browser fetch, without an origin, is not let in either', async () => {
    const service = await start();
    for (const site of ['cross-site', 'same-site', 'x', '']) {
      const answer = await ask(service, 'GET', '/targets', { 'sec-fetch-site': site });
      expect({ site, ...answer }).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    for (const site of ['same-origin', 'none']) {
      expect((await ask(service, 'GET', '/targets', { 'sec-fetch-site': site })).status).toBe(200);
    }
  });

  test('HTTP/1.0, as proxies speak it that say nothing else of themselves, is not let in', async () => {
    const service = await start();
    const { port } = new URL(service.url ?? '');
    const first = async (...headers: string[]) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(`${['GET /api/v1/targets HTTP/1.0', 'Host: 127.0.0.1', ...headers].join('\r\n')}\r\n\r\n`);
      return (await socket.toArray()).join('').split('\r\n', 1)[0];
    };
    expect(await first()).toBe('HTTP/1.1 401 Unauthorized');
    const token = await makeToken(['read']);
    expect(await first(`Authorization: Bearer ${token}`)).toBe('HTTP/1.1 200 OK');
  });

  test('a web page cannot use up what the programs of this machine may ask', async () => {
    const service = await start({ EVERYTICK_API_RATE_LIMIT: '3' });
    const origin = 'https://evil.example';
    const statuses: number[] = [];
    for (const path of ['/targets', '/openapi.json', '/nothing', '/targets', '/openapi.json']) {
      statuses.push((await ask(service, 'GET', path, { origin })).status);
    }
    expect(statuses).toEqual([403, 200, 404, 429, 429]);
    expect((await ask(service, 'GET', '/targets')).status).toBe(200);
  });

  test('what a proxy has passed on is not let in', async () => {
    expect((await ask(await start(), 'GET', '/targets', { 'x-forwarded-for': '192.0.2.1' })).status).toBe(401);
  });

  test('a token that is sent has to be valid', async () => {
    const service = await start();
    for (const authorization of ['Bearer ett_x', `Bearer ett_${'A'.repeat(43)}`, 'Basic YTpi', 'Bearer', '']) {
      const { status, headers } = await ask(service, 'GET', '/targets', { authorization });
      expect({ authorization, status }).toEqual({ authorization, status: 401 });
      expect(headers['www-authenticate']).toMatch(/^Bearer realm="everytick", error="invalid_/);
    }
  });
});

describe('everywhere else', () => {
  test('nothing is answered without a token but the description of the API', async () => {
    await makeToken(['read']);
    const service = await start(everywhere);
    expect((await ask(service, 'GET', '/targets')).body).toMatchObject({ status: 401, code: 'unauthorized' });
    expect((await ask(service, 'GET', '/openapi.json')).status).toBe(200);
    expect((await ask(service, 'GET', '/nothing')).status).toBe(404);
  });

  test('a token of the scope read reads, one of the scope write does everything', async () => {
    const [read, write] = await Promise.all([makeToken(['read']), makeToken(['write'])]);
    const service = await start(everywhere);
    for (const token of [read, write]) expect((await ask(service, 'GET', '/targets', bearer(token))).status).toBe(200);
    const refused = await ask(service, 'POST', '/targets/1/pause', bearer(read));
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(refused.headers['www-authenticate']).toContain('insufficient_scope');
    expect((await ask(service, 'POST', '/targets/1/pause', bearer(write))).status).toBe(404);
  });

  test('a token that expires or is revoked is refused within ten seconds', async () => {
    const [short, long] = await Promise.all([makeToken(['read'], 1_200), makeToken(['read'])]);
    const service = await start(everywhere);
    for (const token of [short, long]) expect((await ask(service, 'GET', '/targets', bearer(token))).status).toBe(200);
    const { rows } = await database.query<{ name: string }>('SELECT name FROM api_tokens WHERE expires_at IS NULL');
    await revokeToken(database.pool, rows[0]?.name ?? '');
    for (const token of [short, long]) {
      const refused = async () => expect((await ask(service, 'GET', '/targets', bearer(token))).status).toBe(401);
      await eventually(refused, { timeoutMs: 10_000 });
    }
  });

  test('the use of a token is noted, not more than once a minute', async () => {
    const token = await makeToken(['read']);
    const service = await start(everywhere);
    const used = async () => {
      await ask(service, 'GET', '/targets', bearer(token));
      const { rows } = await database.query<{ last_used_at: Date | null; version: string }>(
        'SELECT last_used_at, xmin::text AS version FROM api_tokens',
      );
      return rows[0];
    };
    const first = await used();
    expect(first?.last_used_at).toBeInstanceOf(Date);
    await ask(service, 'GET', '/targets', bearer(token));
    const other = await start(everywhere);
    await ask(other, 'GET', '/targets', bearer(token));
    expect(await used()).toEqual(first);
  });
});

describe('the start elsewhere than on loopback', () => {
  test.each(['0.0.0.0', '::'])('is refused on %s while no token is valid', async (EVERYTICK_API_HOST) => {
    await makeToken(['read'], 1_000);
    await revokeToken(
      database.pool,
      (await database.query<{ name: string }>('SELECT name FROM api_tokens')).rows[0]?.name ?? '',
    );
    const sentence = new RegExp(`EVERYTICK_API_HOST is "${EVERYTICK_API_HOST}".*everytick tokens create`);
    await expect(start({ EVERYTICK_API_HOST })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(sentence),
    });
  });

  test('waits for a database that cannot be asked, and then opens, or is refused', async () => {
    for (const withToken of [true, false]) {
      await database.query('TRUNCATE api_tokens');
      if (withToken) await makeToken(['read']);
      const url = new URL(database.url);
      await using proxy = await startFaultProxy({ targetPort: Number(url.port) });
      url.host = `127.0.0.1:${proxy.port}`;
      proxy.refuse();
      const refused: EverytickError[] = [];
      const env = { EVERYTICK_DATABASE_URL: url.href, ...everywhere };
      const service = await start(env, (error) => refused.push(error));
      expect(service.url).toBeNull();
      await expect(service.readiness.check()).rejects.toThrow('waiting for the database');
      await proxy.accept();
      await eventually(() => (withToken ? service.url !== null : refused.length === 1), { timeoutMs: 15_000 });
      if (withToken) await service.readiness.check();
      else expect(refused[0]?.code).toBe('config_invalid');
      await service.stop();
    }
  });

  test('is refused for a name that nobody knows', async () => {
    await expect(start({ EVERYTICK_API_HOST: 'nowhere.invalid' })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('EVERYTICK_API_HOST is "nowhere.invalid"'),
    });
  });
});

describe('limits', () => {
  test('of requests are counted by token, and by address without one', async () => {
    const service = await start({ EVERYTICK_API_RATE_LIMIT: '5' });
    const statuses: number[] = [];
    for (let n = 1; n <= 6; n++) statuses.push((await ask(service, 'GET', '/targets')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    const exceeded = await ask(service, 'GET', '/nothing');
    expect(exceeded).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(exceeded.headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': '0' });
    expect(Number(exceeded.headers['retry-after'])).toBeGreaterThan(50);
  });

  test('of a token are its own, and tokens that are tried out count for their address', async () => {
    const token = await makeToken(['read']);
    const service = await start({ EVERYTICK_API_RATE_LIMIT: '5', ...everywhere });
    const statusOf = async (given: string) => (await ask(service, 'GET', '/targets', bearer(given))).status;
    expect(await statusOf(token)).toBe(200);
    const guesses = Array.from({ length: 6 }, (_, n) => `ett_${String(n).repeat(43)}`);
    const statuses: number[] = [];
    for (const guess of guesses) statuses.push(await statusOf(guess));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect(await statusOf(token)).toBe(200);
    for (let n = 3; n <= 5; n++) expect(await statusOf(token)).toBe(200);
    expect(await statusOf(token)).toBe(429);
  });

  test('that guesses have used up shut out no token of the same address, known here or not', async () => {
    const [known, fresh] = await Promise.all([makeToken(['read']), makeToken(['read'])]);
    const service = await start({ EVERYTICK_API_RATE_LIMIT: '5', ...everywhere });
    const statusOf = async (given: string) => (await ask(service, 'GET', '/targets', bearer(given))).status;
    expect(await statusOf(known)).toBe(200);
    const guesses = Array.from({ length: 50 }, (_, n) => statusOf(`ett_${String(n).padStart(43, 'x')}`));
    expect(await Promise.all([statusOf(known), statusOf(fresh)])).toEqual([200, 200]);
    const statuses = await Promise.all(guesses);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(45);
    expect(await Promise.all([statusOf(known), statusOf(fresh)])).toEqual([200, 200]);
  });
});
