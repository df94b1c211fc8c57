// Chooses the PostgreSQL server that all tests of a run share.

import { removeEmbeddedPostgres } from '@everytick/cli/embedded-postgres';
import { redactUrl } from '@everytick/core';
import { containerRuntimeAnswers } from './container-runtime.ts';
import { makeScratchDirectory, removeAbandonedServers, startScratchServer } from './scratch-server.ts';

export interface ChosenServer {
  /** A URL of a role that may create databases. */
  readonly url: string;
  /** Which server it is, and why. */
  readonly description: string;
  end(): Promise<void>;
}

const IMAGE = 'postgres:18-alpine';
const CONTAINER_TIMEOUT_MS = 120_000; // the image may have to be fetched

/** TEST_DATABASE_URL where it is set; else a container where a container runtime answers; else the embedded server. */
export async function chooseServer(): Promise<ChosenServer> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: given, description: `${redactUrl(given)} (TEST_DATABASE_URL)`, end: async () => undefined };

  if (!(await containerRuntimeAnswers())) return startEmbedded('no container runtime answers');
  try {
    return await startContainer();
  } catch (error) {
    return startEmbedded(`no container could be started: ${(error as Error).message.split('\n')[0]}`);
  }
}

async function startEmbedded(why: string): Promise<ChosenServer> {
  await removeAbandonedServers();
  const dataDir = await makeScratchDirectory();
  const { url, version, home } = await startScratchServer(dataDir, { settings: { synchronous_commit: 'off' } });
  return {
    url,
    description: `embedded PostgreSQL ${version} in ${home} (${why})`,
    end: () => removeEmbeddedPostgres(dataDir),
  };
}

async function startContainer(): Promise<ChosenServer> {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const starting = new PostgreSqlContainer(IMAGE)
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'max_connections=300'])
    .withTmpFs({ '/var/lib/postgresql': 'rw' })
    .start();
  const container = await within(CONTAINER_TIMEOUT_MS, starting);
  return {
    url: container.getConnectionUri(),
    description: `container of ${IMAGE}`,
    end: async () => {
      await container.stop();
    },
  };
}

function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing within ${timeoutMs / 1000} s`)), timeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
