// Deletes an embedded server with everything that it has: for databases that nobody means to keep, above all those of
// tests whose own process was killed.

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { embeddedPostgresFailed } from './failure.ts';
import { clusterDirectory, findHome } from './placement.ts';
import { findPostmaster } from './postmaster.ts';

/** Ends the server on `dataDir`, if one runs, and deletes the data, wherever it is. Nothing happens where there is none. */
export async function removeEmbeddedPostgres(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) return;
  const home = await findHome(dataDir);
  const deadline = performance.now() + 20_000;
  for (;;) {
    const postmaster = await findPostmaster(clusterDirectory(home));
    if (postmaster === undefined) break;
    if (performance.now() > deadline) {
      throw embeddedPostgresFailed(`The PostgreSQL on ${home} (process ${postmaster.pid}) does not end.`);
    }
    kill(postmaster.pid);
    await delay(25);
  }
  await rm(home, { recursive: true, force: true, maxRetries: 10 });
  await rm(dataDir, { recursive: true, force: true });
}

/** SIGQUIT is PostgreSQL's immediate shutdown: it ends at once, and its data need not be consistent any more. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGQUIT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
