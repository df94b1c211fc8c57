// The database of a run: the one of EVERYTICK_DATABASE_URL, or an embedded PostgreSQL that is kept running.

import { rename, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type DatabaseConfig, EverytickError, readDatabaseConfig, redactUrl } from '@everytick/core';
import { startEmbeddedPostgres } from '../embedded-postgres/index.ts';

const preferredPort = 7432;

export interface RunDatabase extends DatabaseConfig {
  /** Tells this database from others: the same from run to run. */
  readonly key: string;
  /** A command that opens it, without a password in it. */
  readonly psql: string;
  /** A sentence for people. */
  readonly description: string;
  /** Where the data is, for people. */
  readonly location: string;
  /** Called while the database does not answer: starts it again if that is ours to do. */
  revive(): Promise<void>;
  /** Stops it if that is ours to do. */
  stop(): Promise<void>;
}

export async function openRunDatabase(dataDir: string, onProgress: (line: string) => void): Promise<RunDatabase> {
  if (process.env['EVERYTICK_DATABASE_URL']) {
    const config = readDatabaseConfig(process.env);
    const { host, pathname } = new URL(config.databaseUrl);
    return {
      ...config,
      key: `${host}${pathname}`,
      psql: 'psql "$EVERYTICK_DATABASE_URL"',
      description: `Using the database ${redactUrl(config.databaseUrl)}`,
      location: redactUrl(config.databaseUrl),
      revive: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    };
  }
  const directory = join(dataDir, 'postgres');
  let server = await startEmbeddedPostgres({ dataDir: directory, port: preferredPort, onProgress });
  const { url } = server;
  return {
    databaseUrl: url,
    pooler: 'none',
    listenUrl: url,
    key: 'embedded',
    psql: await writeServiceFile(dataDir, url),
    location: shortest(server.home),
    description: `PostgreSQL ${server.version} runs on 127.0.0.1:${server.port}, its data is in ${shortest(server.home)}`,
    async revive() {
      server = await startEmbeddedPostgres({ dataDir: directory, port: server.port, onProgress });
      if (server.url === url) return;
      await server.stop('fast');
      throw new EverytickError(
        'embedded_postgres_failed',
        'PostgreSQL ended, and its port was taken by another process',
      );
    },
    stop: () => server.stop('fast'),
  };
}

// A service file of libpq (PostgreSQL manual, 34.17): the command is short, and the password stays out of screenshots,
// logs and the history of shells.
async function writeServiceFile(dataDir: string, url: string): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const settings = { host: hostname, port, user: username, password, dbname: pathname.slice(1) };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${decodeURIComponent(value)}`);
  const path = join(dataDir, 'psql.conf');
  await writeFile(`${path}.new`, ['[everytick]', ...lines, ''].join('\n'), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return `PGSERVICEFILE=${quoted(shortest(path))} psql service=everytick`;
}

function shortest(path: string): string {
  const relativePath = relative(process.cwd(), path);
  return relativePath.length < path.length && !relativePath.startsWith('..') ? relativePath : path;
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
