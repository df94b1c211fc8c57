// What one run of the test suite sets up before any test file, in Jest's main process, and takes down after the last: a
// server, and in it a migrated template, of which each test file gets a copy of its own (see database.ts).

import { randomBytes } from 'node:crypto';
import { migrate } from '@everytick/cli/migrate';
import pg from 'pg';
import { type ChosenServer, chooseServer } from './choose-server.ts';
import { databaseUrl } from './database-url.ts';
import { RUN_VARIABLES } from './run-variables.ts';

const NAMESPACE = 'everytick_test';
const ABANDONED_AFTER_S = 86_400;

let server: ChosenServer | undefined;
let prefix: string | undefined;

export async function beginTestRun(): Promise<void> {
  server = await chooseServer();
  process.stderr.write(`Tests run on ${server.description}.\n`);

  const nowS = Math.floor(Date.now() / 1000);
  prefix = `${NAMESPACE}_${nowS}_${randomBytes(3).toString('hex')}`;
  const template = `${prefix}_template`;
  await withClient(server.url, async (client) => {
    // A run that was killed on a server that stays leaves databases there.
    await dropDatabases(client, (name) => nowS - Number(/^everytick_test_(\d+)_/.exec(name)?.[1]) > ABANDONED_AFTER_S);
    await client.query(`CREATE DATABASE ${template} TEMPLATE template0`);
  });
  await migrate({ databaseUrl: databaseUrl(server.url, template) });
  // PostgreSQL copies a database only while nobody is connected to it: so nobody can be.
  await withClient(server.url, (client) => client.query(`ALTER DATABASE ${template} ALLOW_CONNECTIONS false`));

  process.env[RUN_VARIABLES.serverUrl] = server.url;
  process.env[RUN_VARIABLES.template] = template;
  process.env[RUN_VARIABLES.databasePrefix] = prefix;
}

export async function endTestRun(): Promise<void> {
  if (server === undefined) return;
  if (process.env['TEST_DATABASE_URL'] && prefix !== undefined) {
    await withClient(server.url, (client) => dropDatabases(client, (name) => name.startsWith(`${prefix}_`)));
  }
  await server.end();
}

async function dropDatabases(client: pg.Client, isOurs: (name: string) => boolean): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [NAMESPACE],
  );
  for (const { datname } of rows.filter((row) => isOurs(row.datname))) {
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(datname)} WITH (FORCE)`);
  }
}

async function withClient<T>(connectionString: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, application_name: 'everytick test run' });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
