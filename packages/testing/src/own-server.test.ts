import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { startOwnPostgres } from './index.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it("a test's own server can be crashed and started again on the same port, and is removed with its data", async () => {
  const server = await startOwnPostgres();
  const { url } = server;
  const [row] = (await query(url, "SELECT current_setting('data_directory') AS directory")) as { directory: string }[];
  await query(url, 'CREATE TABLE kept ()');

  await server.stop('immediate');
  await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await server.start();
  expect(server.url).toBe(url);
  expect(await query(url, "SELECT to_regclass('kept')::text AS name")).toEqual([{ name: 'kept' }]);

  await server.remove();
  await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(existsSync(dirname(row?.directory ?? ''))).toBe(false);
});
