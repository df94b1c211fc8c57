// The database of the short commands: the one that is set, or that of the `everytick up` running in this folder.

import {
  checkSchemaVersion,
  clientSettings,
  type Environment,
  EverytickError,
  openPool,
  type PoolOptions,
  type Queryable,
  readDatabaseConfig,
} from '@everytick/core';
import type pg from 'pg';
import { readRunningInstance } from '../all-in-one/instance-lock.ts';

/** A day: longer than anybody waits, and what a timer can count. */
const LONGEST_MS = 86_400_000;

/** Of commands that know nothing of the API; placeHelp is that of the others. */
export const databaseHelp = `
It works at the database alone, which is the one in EVERYTICK_DATABASE_URL or, without
it, that of the "everytick up" that runs in this folder.`;

/** Runs some queries and closes the connection. Throws `database_unreachable`, `schema_outdated`, `config_invalid`. */
export function withDatabase<Result>(work: (database: Queryable) => Promise<Result>): Promise<Result> {
  return withPool({}, work);
}

/** The same on one connection, for work of several statements that may take as long as it takes. */
export function withDatabaseClient<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  return withPool({ statementTimeoutMs: LONGEST_MS }, async (pool) => {
    const client = await pool.connect();
    try {
      return await work(client);
    } finally {
      client.release();
    }
  });
}

/** Runs some work on a pool of one connection, and closes it. Throws as `withDatabase` does. */
export async function withPool<Result>(
  options: Pick<PoolOptions, 'statementTimeoutMs'>,
  work: (pool: pg.Pool) => Promise<Result>,
): Promise<Result> {
  const pool = openPool({ ...(await whichDatabase()), ...options, applicationName: 'everytick cli', max: 1 });
  try {
    await checkSchemaVersion(pool).catch((error: NodeJS.ErrnoException | EverytickError) => {
      if (error instanceof EverytickError) throw error;
      throw new EverytickError('database_unreachable', `cannot use the database: ${reasonOf(error)}`, { cause: error });
    });
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** The environment of a process that keeps running: with the database of the `everytick up` here, where none is set. */
export async function withRunningDatabase(environment: Environment): Promise<Environment> {
  if (environment['EVERYTICK_DATABASE_URL']) return environment;
  const running = await readRunningInstance('.everytick');
  return running?.databaseUrl ? { ...environment, EVERYTICK_DATABASE_URL: running.databaseUrl } : environment;
}

async function whichDatabase(): Promise<Pick<PoolOptions, 'connectionString' | 'pooler'>> {
  if (!process.env['EVERYTICK_DATABASE_URL']) {
    const running = await readRunningInstance('.everytick');
    if (running?.databaseUrl) return { connectionString: running.databaseUrl };
    if (process.env[clientSettings.apiUrl.variable]) {
      throw new EverytickError(
        'config_invalid',
        `this works at the database alone, and only ${clientSettings.apiUrl.variable} is set: run it where the database can be ` +
          'reached, with EVERYTICK_DATABASE_URL',
      );
    }
    throw new EverytickError(
      'config_invalid',
      'which database? EVERYTICK_DATABASE_URL is not set, and no "everytick up" (that is what "npx pnpm@12 start" runs) ' +
        'is running in this folder with its data in .everytick',
    );
  }
  const { databaseUrl, pooler } = readDatabaseConfig(process.env);
  return { connectionString: databaseUrl, pooler };
}

// A refused connection to a name with several addresses is an AggregateError without a message of its own.
function reasonOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((one: Error) => one.message).join('; ');
  return error.message || String(error);
}
