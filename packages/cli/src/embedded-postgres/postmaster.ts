// Reads postmaster.pid, the file in which a PostgreSQL server says that it runs on a data directory, and finds out
// whether that is still true. After a crash the file stays behind, and its process id may belong to anybody by then.

import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The server that postmaster.pid names: its main process, and the port it listens on (0 until it has one). */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/** The server that runs on this data directory, or undefined where none does. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const lines = await readPidFile(cluster);
  const pid = Number(lines?.[0]);
  if (!isAlive(pid) || (await isStranger(pid, cluster))) return undefined;
  return { pid, port: Number(lines?.[3]) || 0 };
}

/**
 * PostgreSQL refuses to start where the process id in postmaster.pid is in use, if only by a stranger that was given the
 * number of a crashed server, as happens in every restarted container. Gives the file a number that no process can have
 * then, and keeps the rest: its shared memory key lets PostgreSQL see whether processes of the crashed server still use
 * the data.
 */
export async function disownStranger(cluster: string): Promise<void> {
  const lines = await readPidFile(cluster);
  const pid = Number(lines?.[0]);
  if (lines === undefined || !isAlive(pid) || !(await isStranger(pid, cluster))) return;
  const noProcess = 2 ** 22 + 1; // above the largest pid_max of Linux; macOS ends at 99998
  // Root never follows a link in a directory that is another user's.
  const flag = constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW;
  await writeFile(pidFile(cluster), [noProcess, ...lines.slice(1)].join('\n'), { flag });
}

export function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false; // to kill(2), 0 and below are process groups
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it is there, and another user's
  }
}

/** Whether a process that runs is not a server on this data directory. Unknown is no: PostgreSQL itself decides then. */
async function isStranger(pid: number, cluster: string): Promise<boolean> {
  try {
    if (process.platform === 'linux') {
      return !(await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').includes(cluster);
    }
    return !(await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)])).stdout.includes(cluster);
  } catch {
    return false;
  }
}

function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}

async function readPidFile(cluster: string): Promise<string[] | undefined> {
  const text = await readFile(pidFile(cluster), 'utf8').catch(() => undefined);
  return text?.split('\n');
}
