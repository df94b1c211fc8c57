// Makes the database cluster (what initdb makes) where there is none yet, and refuses one that this version cannot run.

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { embeddedPostgresFailed } from './failure.ts';
import { ensurePassword, passwordFile } from './password.ts';
import { clusterDirectory, type Placement } from './placement.ts';
import { isAlive } from './postmaster.ts';
import { runAs } from './run-as.ts';

/** The database, and the superuser that owns it. */
export const DATABASE = 'everytick';

// Written to postgresql.conf once, where an operator may change them.
const INITIAL_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const UNFINISHED = 'data.unfinished-';

/**
 * A first start may be killed at any moment, so the cluster is made beside its place, complete with its database, and
 * renamed when it is done: a cluster that exists is whole.
 */
export async function ensureCluster(
  { home, user }: Placement,
  binaries: Binaries,
  version: string,
  durable: boolean,
  onProgress: (line: string) => void,
): Promise<void> {
  await removeUnfinished(home);
  const cluster = clusterDirectory(home);
  if (existsSync(cluster)) return refuseOtherMajor(cluster, version);

  onProgress(`Creating a PostgreSQL ${version} database in ${home}`);
  await ensurePassword(home, user);
  const unfinished = join(home, `${UNFINISHED}${process.pid}-${randomBytes(4).toString('hex')}`);
  const initdb = await runAs(user, join(binaries.binDir, 'initdb'), [
    `--pgdata=${unfinished}`,
    `--username=${DATABASE}`,
    `--pwfile=${passwordFile(home)}`,
    '--auth=scram-sha-256',
    // PostgreSQL's own locale: the same order of strings on every machine, whatever locales it has installed.
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...Object.entries(INITIAL_SETTINGS).map(([name, value]) => `--set=${name}=${value}`),
    ...(durable ? [] : ['--no-sync']),
  ]);
  if (initdb.code !== 0) throw embeddedPostgresFailed(`initdb failed in ${home}:\n${initdb.output}`);

  const database = await runAs(
    user,
    join(binaries.binDir, 'postgres'),
    ['--single', '-D', unfinished, '-c', `fsync=${durable ? 'on' : 'off'}`, 'postgres'],
    `CREATE DATABASE ${DATABASE}\n`,
  );
  if (database.code !== 0 || /\b(ERROR|FATAL|PANIC):/.test(database.output)) {
    throw embeddedPostgresFailed(`The database could not be created in ${home}:\n${database.output}`);
  }

  await rename(unfinished, cluster).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    await rm(unfinished, { recursive: true }); // another process was faster: its cluster it is
  });
}

async function refuseOtherMajor(cluster: string, version: string): Promise<void> {
  const ours = version.split('.')[0];
  const found = (await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (found === ours) return;
  throw embeddedPostgresFailed(
    found === ''
      ? `${cluster} is not a PostgreSQL data directory: it has no PG_VERSION. Move it away to start with an empty database.`
      : `The data in ${cluster} is of PostgreSQL ${found}, and the embedded server is PostgreSQL ${ours}. Carry the ` +
          `data over with pg_dump and a PostgreSQL ${found}, or move ${cluster} away to start with an empty database.`,
  );
}

/** What a killed first start left behind. Another process that is still at work keeps its own. */
async function removeUnfinished(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith(UNFINISHED)) continue;
    const pid = Number.parseInt(name.slice(UNFINISHED.length), 10);
    if (pid !== process.pid && isAlive(pid)) continue;
    // Its initdb may outlive it by a second and go on writing. What cannot be removed is in nobody's way: next time.
    await rm(join(home, name), { recursive: true, force: true, maxRetries: 10 }).catch(() => undefined);
  }
}
