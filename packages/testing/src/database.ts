// Databases for tests: each test file gets one of its own, a copy of the template that the run has migrated once.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { databaseUrl } from './database-url.ts';
import { RUN_VARIABLES } from './run-variables.ts';
import { eventually } from './wait.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly name: string;
  /** For the test's own looks at the database. */
  readonly pool: pg.Pool;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
  /**
   * Deletes the database. Rejects, after having done so, when what was tested still had connections open to it: whoever
   * stops must have let go of the database.
   */
  drop(): Promise<void>;
}

/** A database with the whole schema and no targets. */
export function createTestDatabase(): Promise<TestDatabase> {
  return create(fromRun('template'));
}

/** A database without anything in it, for tests of the migrations themselves. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return create('template0');
}

function fromRun(variable: keyof typeof RUN_VARIABLES): string {
  const value = process.env[RUN_VARIABLES[variable]];
  if (value === undefined) throw new Error('There is no test server: run tests with `pnpm test`.');
  return value;
}

async function create(template: string): Promise<TestDatabase> {
  const serverUrl = fromRun('serverUrl');
  const name = `${fromRun('databasePrefix')}_${randomBytes(5).toString('hex')}`;
  await onServer(serverUrl, (client) => copyTemplate(client, name, template));

  const url = databaseUrl(serverUrl, name);
  const ownPool = new pg.Pool({ connectionString: url, max: 4, application_name: `the pool of ${name}` });
  // Breaking connections (a test that kills backends, a drop by force) also reject what was awaited on them.
  ownPool.on('error', () => undefined);
  ownPool.on('connect', (client) => client.on('error', () => undefined));

  let dropping: Promise<void> | undefined;
  const drop = () => {
    dropping ??= onServer(serverUrl, (client) => dropAndCheck(client, name, ownPool));
    return dropping;
  };
  return {
    url,
    name,
    pool: ownPool,
    query: (text, values) => ownPool.query(text, values),
    drop,
    [Symbol.asyncDispose]: drop,
  };
}

/**
 * STRATEGY: both take some 200 ms on two shared cores (WAL_LOG 197, FILE_COPY 223, without fsync). FILE_COPY also forces
 * two checkpoints of the whole server, which all other test files would wait for where fsync is on.
 */
async function copyTemplate(client: pg.Client, name: string, template: string): Promise<void> {
  await eventually(
    async () => {
      try {
        await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY WAL_LOG`);
        return true;
      } catch (error) {
        // object_in_use: something of the server's own, such as a vacuum, is in the template for a moment.
        if ((error as pg.DatabaseError).code === '55006') return false;
        throw error;
      }
    },
    { timeoutMs: 20_000 },
  );
}

interface Leak {
  application_name: string;
  state: string;
  query: string;
}

async function dropAndCheck(client: pg.Client, name: string, ownPool: pg.Pool): Promise<void> {
  // end() waits for clients that were never given back, possibly for ever; the leak check below names them.
  const poolEnded = ownPool.end();
  const findLeaks = async () => {
    const { rows } = await client.query<Leak>(
      `SELECT application_name, coalesce(state, '') AS state, query
       FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [name],
    );
    return rows;
  };
  let leaks: Leak[] = [];
  await eventually(
    async () => {
      leaks = await findLeaks();
      return leaks.length === 0; // a closed connection is gone from the list some milliseconds later
    },
    { timeoutMs: 2_000 },
  ).catch(() => undefined);
  await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
  if (leaks.length > 0) {
    const list = leaks.map(
      (leak) => `  "${leak.application_name}" (${leak.state}), last: ${leak.query || '(nothing)'}`,
    );
    throw new Error(`${leaks.length} connection(s) to the test's database were left open:\n${list.join('\n')}`);
  }
  await poolEnded;
}

async function onServer(serverUrl: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl, application_name: 'everytick test database' });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
