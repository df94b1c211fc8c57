// Asks a server whether it is ready, and whether it is the one that we think it is.

import pg from 'pg';
import { embeddedPostgresFailed } from './failure.ts';

/**
 * True when the server at `url` lets us in and runs on the data directory `cluster`; false while it cannot be reached, is
 * starting, recovering or stopping. A server that is not ours is an error: waiting will not change it.
 */
export async function isReady(url: string, cluster: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
    application_name: 'everytick embedded-postgres',
  });
  client.on('error', () => undefined); // a connection that breaks also rejects what was awaited on it
  try {
    await client.connect();
    const { rows } = await client.query<{ directory: string }>("SELECT current_setting('data_directory') AS directory");
    const directory = rows[0]?.directory;
    if (directory === cluster) return true;
    throw embeddedPostgresFailed(`The server on port ${client.port} runs on ${directory}, not on ${cluster}.`);
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === '28P01' || code === '28000' || code === '3D000') {
      throw embeddedPostgresFailed(
        `The PostgreSQL that runs on ${cluster} (port ${client.port}) does not let us in: ${(error as Error).message}. ` +
          'Its password file was changed, or it was started by something else: stop it and try again.',
        error,
      );
    }
    if (code === 'embedded_postgres_failed') throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
