import { createTestDatabase, eventually, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { silentLogger } from '../logging/logger.ts';
import { listen, type NotificationListener } from './listener.ts';

let database: TestDatabase;
let heard: unknown[];
let connections: number;
let listener: NotificationListener;

function start(connectionString = database.url): void {
  heard = [];
  connections = 0;
  listener = listen({
    connectionString,
    applicationName: 'the listener',
    channel: 'everytick_test',
    logger: silentLogger(),
    onNotification: (payload) => heard.push(payload),
    onConnected: () => connections++,
  });
}

const notify = (payload: string) => database.query("SELECT pg_notify('everytick_test', $1)", [payload]);
const killListener = () =>
  database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'the listener'");

/** Asked for from another database: one's own cannot be closed. */
async function allowConnections(allowed: boolean): Promise<void> {
  const url = new URL(database.url);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`ALTER DATABASE ${database.name} WITH ALLOW_CONNECTIONS ${allowed}`);
  await client.end();
}

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('the listener', () => {
  it('hears notifications, with and without a payload', async () => {
    start();
    await eventually(() => connections === 1);
    await notify('{"locations":[1]}');
    await notify('');
    await eventually(() => expect(heard).toEqual([{ locations: [1] }, undefined]));
    await listener.close();
  });

  it('connects again when its connection is killed, says so, and hears what comes then', async () => {
    start();
    await eventually(() => connections === 1);
    await killListener();
    await eventually(() => connections === 2);
    await notify('"after"');
    await eventually(() => expect(heard).toEqual(['after']));
    await listener.close();
  });

  it('survives a payload that is no JSON', async () => {
    start();
    await eventually(() => connections === 1);
    await notify('not json');
    await notify('"json"');
    await eventually(() => expect(heard).toEqual(['json']));
    await listener.close();
  });

  it('can be closed while it cannot connect, and leaves nothing behind', async () => {
    start('postgres://nobody@127.0.0.1:1/nowhere');
    await listener.close();
    expect(listener.connected).toBe(false);
    expect(connections).toBe(0);
  });

  it('can be closed during an outage', async () => {
    start();
    await eventually(() => connections === 1);
    await allowConnections(false);
    await killListener();
    await eventually(() => !listener.connected);
    await listener.close();
    await allowConnections(true);
    const { rows } = await database.query("SELECT FROM pg_stat_activity WHERE application_name = 'the listener'");
    expect(rows).toEqual([]);
  });
});
