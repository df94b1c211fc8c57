// Embedded PostgreSQL servers that leave nothing behind: their data lies in the directory for temporary files, and goes
// away with the process that asked for it, however that ends. A small process of its own watches over this (see
// scratch-server-watch.ts), and what even that could not remove, a later run does.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EmbeddedPostgres, removeEmbeddedPostgres, startEmbeddedPostgres } from '@everytick/cli/embedded-postgres';

const PREFIX = 'everytick-test-';

/** Nothing here has to survive a power failure: without fsync, tests run several times as fast. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off', max_connections: '300' };

/** Makes an empty directory, which goes away with this process, and any server on it too. */
export async function makeScratchDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  removeWithProcess(directory);
  return directory;
}

/** A server whose commits survive its own crash, but not one of the machine. */
export function startScratchServer(
  dataDir: string,
  { port, settings = {} }: { port?: number; settings?: Readonly<Record<string, string>> } = {},
): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir,
    ...(port === undefined ? {} : { port }),
    settings: { ...NOT_DURABLE, ...settings },
  });
}

/** Removes the servers of processes that are gone. */
export async function removeAbandonedServers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    // Another user's stays: theirs to remove.
    await removeEmbeddedPostgres(join(tmpdir(), name)).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

let watcher: ChildProcess | undefined;

/**
 * Has the watching process end the server on this directory, and delete it, when this process has ended. It learns of our
 * end from the end of its input, which even SIGKILL brings.
 */
export function removeWithProcess(directory: string): void {
  if (watcher === undefined) {
    const script = fileURLToPath(new URL('./scratch-server-watch.ts', import.meta.url));
    watcher = spawn(process.execPath, ['--conditions=everytick-source', script], {
      detached: true, // in a session of its own: Ctrl-C is for us, not for it
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    watcher.unref();
    (watcher.stdin as unknown as { unref(): void }).unref();
  }
  watcher.stdin?.write(`${directory}\n`);
}
