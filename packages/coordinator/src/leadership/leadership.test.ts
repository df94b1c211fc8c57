import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger } from '@everytick/core';
import { createTestDatabase, eventually, type TestDatabase } from '@everytick/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LeaderSession, Leadership } from './leadership.ts';

let database: TestDatabase;
const started: Leadership[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(async () => {
  await Promise.all(started.splice(0).map((leadership) => leadership.close()));
});

/** Passes bytes on until it is silenced: then it keeps its connections and says nothing on them, new ones included. */
async function startProxy(targetPort: number) {
  const sockets: Socket[] = [];
  let silent = false;
  const server = createServer((downstream) => {
    const upstream = connect(targetPort, '127.0.0.1');
    sockets.push(downstream, upstream);
    for (const [from, to] of [
      [downstream, upstream],
      [upstream, downstream],
    ] as const) {
      from.on('data', (chunk) => silent || to.write(chunk));
      from.on('error', () => undefined);
      from.on('close', () => silent || to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    silence: () => {
      silent = true;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(started.splice(0).map((leadership) => leadership.close()));
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function candidate(
  name: string,
  lead?: (session: LeaderSession) => Promise<void>,
  connectionString = database.url,
): Leadership {
  const untilLost = (session: LeaderSession) =>
    new Promise<void>((resolve) => session.lost.addEventListener('abort', () => resolve()));
  const leadership = new Leadership({
    connectionString,
    applicationName: name,
    lead: lead ?? untilLost,
    logger: silentLogger(),
  });
  leadership.start();
  started.push(leadership);
  return leadership;
}

const kill = (name: string) =>
  database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [name]);

describe('leadership', () => {
  it('falls to one candidate, and to the other when the first steps down', async () => {
    const first = candidate('first');
    await eventually(() => first.leading);
    const second = candidate('second');
    await first.close();
    expect(first.leading).toBe(false);
    await eventually(() => second.leading);
  });

  it('passes on within five seconds when the connection of the leader is killed', async () => {
    const first = candidate('first');
    await eventually(() => first.leading);
    const second = candidate('second');
    await eventually(async () => {
      const { rows } = await database.query("SELECT FROM pg_stat_activity WHERE application_name = 'second'");
      return rows.length > 0;
    });
    await first.close();
    await eventually(() => second.leading, { timeoutMs: 5_000 });
  });

  it('is noticed to be lost by the one who had it, and tried for again', async () => {
    let times = 0;
    const leadership = candidate('only', (session) => {
      times++;
      return new Promise<void>((resolve) => session.lost.addEventListener('abort', () => resolve()));
    });
    await eventually(() => leadership.leading);
    await kill('only');
    await eventually(() => times === 2);
  });

  it('passes on within seconds when the connection of the leader falls silent, and the leader notices', async () => {
    await using proxy = await startProxy(Number(new URL(database.url).port));
    const url = new URL(database.url);
    url.host = `127.0.0.1:${proxy.port}`;
    let asked = 0;
    const first = candidate(
      'behind a proxy',
      async (session) => {
        while (!session.lost.aborted) {
          await session.use((client) => client.query('SELECT 1')).catch(() => undefined);
          asked++;
          await delay(100);
        }
      },
      url.href,
    );
    await eventually(() => asked > 2);
    const second = candidate('beside it');
    proxy.silence();
    await eventually(() => second.leading, { timeoutMs: 8_000 });
    await eventually(() => !first.leading, { timeoutMs: 15_000 });
  }, 40_000);

  it('lets nobody act who has lost it', async () => {
    let session: LeaderSession | undefined;
    candidate('only', (given) => {
      session ??= given;
      return new Promise<void>((resolve) => given.lost.addEventListener('abort', () => resolve()));
    });
    await eventually(() => session !== undefined);
    await kill('only');
    await eventually(() => session?.lost.aborted === true);
    await expect(session?.use((client) => client.query('SELECT 1'))).rejects.toThrow();
  });

  it('keeps the statements of one duty out of the transaction of another', async () => {
    const seen: string[] = [];
    candidate('only', async (session) => {
      const transaction = session.use(async (client) => {
        await client.query('BEGIN');
        seen.push('begin');
        await client.query('SELECT pg_sleep(0.1)');
        await client.query('COMMIT');
        seen.push('commit');
      });
      const other = session.use((client) => client.query('SELECT 1').then(() => seen.push('other')));
      await Promise.all([transaction, other]);
    });
    await eventually(() => expect(seen.slice(0, 3)).toEqual(['begin', 'commit', 'other']));
  });
});
