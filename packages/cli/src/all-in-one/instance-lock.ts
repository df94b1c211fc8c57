// One `everytick up` per data directory. The lock is a file that says which process holds it and how to reach its
// database; it is stale, and replaced, once that process is no more.

import { createHash, randomUUID } from 'node:crypto';
import { constants, unlinkSync } from 'node:fs';
import { access, chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EverytickError } from '@everytick/core';
import { processIdentity } from './process-identity.ts';

interface Holder {
  readonly pid: number;
  readonly identity: string;
  /** Null until the database answers. Contains a password: the file is for its owner only. */
  readonly databaseUrl: string | null;
}

export interface InstanceLock {
  /** Lets `everytick results` and its like find the database. */
  publishDatabase(databaseUrl: string): Promise<void>;
  /** Synchronous, so that it can be the last thing a process does. */
  release(): void;
}

/** Takes the lock. Throws `already_running` with the number of the process that holds it. */
export async function acquireInstanceLock(dataDir: string): Promise<InstanceLock> {
  await makeWritable(dataDir);
  const path = lockFile(dataDir);
  const draft = `${path}.${randomUUID()}`;
  const identity = (await processIdentity(process.pid)) ?? '';
  const write = async (databaseUrl: string | null) => {
    await writeFile(draft, JSON.stringify({ pid: process.pid, identity, databaseUrl } satisfies Holder));
    await chmod(draft, 0o600);
  };
  await write(null);
  try {
    await linkUnlessHeld(draft, path, dataDir);
  } finally {
    await rm(draft, { force: true });
  }
  let held = true;
  return {
    async publishDatabase(databaseUrl) {
      await write(databaseUrl);
      await rename(draft, path);
    },
    release() {
      if (!held) return;
      held = false;
      unlinkSync(path);
    },
  };
}

async function makeWritable(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
  } catch (error) {
    throw new EverytickError(
      'config_invalid',
      `--data-dir ${dataDir}: cannot write there (${(error as NodeJS.ErrnoException).code}); it must be a folder of one's own, or one that can be made`,
      { cause: error },
    );
  }
}

/** The instance that holds the lock of a data directory, or null if none is running. */
export async function readRunningInstance(dataDir: string): Promise<Holder | null> {
  return runningHolder(await readText(lockFile(dataDir)));
}

// link(2) fails where the name exists, so that of two who find no lock only one gets a new one in place.
async function linkUnlessHeld(draft: string, path: string, dataDir: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await linked(draft, path)) return;
    const found = await readText(path);
    const running = await runningHolder(found);
    if (running !== null) {
      throw new EverytickError(
        'already_running',
        `everytick is already running (process ${running.pid}) with its data in ${dataDir}. ` +
          'Stop it first (Ctrl-C there), or choose another folder with --data-dir.',
      );
    }
    if (found !== null && (await replaceStale(draft, path, found))) return;
    await delay(10);
  }
  throw new EverytickError('already_running', `cannot take the lock ${path}: others take it all the time`);
}

// A stale lock must not be removed: what is removed a moment later may be somebody's new one. It is replaced by the one
// process that has the right to replace exactly this lock, which is a file named after its content.
async function replaceStale(draft: string, path: string, stale: string): Promise<boolean> {
  const right = `${path}.${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`;
  if (!(await linked(draft, right))) {
    // Of a process that died within these few lines.
    const left = await readText(right);
    if (left !== null && (await runningHolder(left)) === null) await rm(right, { force: true });
    return false;
  }
  try {
    // Somebody may have had the right, used it and given it up since the lock was read.
    if ((await readText(path)) !== stale) return false;
    await rename(draft, path);
    return true;
  } finally {
    await rm(right, { force: true });
  }
}

async function linked(existing: string, name: string): Promise<boolean> {
  try {
    await link(existing, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function runningHolder(text: string | null): Promise<Holder | null> {
  const holder = holderOf(text);
  return holder !== null && (await processIdentity(holder.pid)) === holder.identity ? holder : null;
}

function holderOf(text: string | null): Holder | null {
  try {
    const holder = JSON.parse(text ?? '') as Partial<Holder> | null;
    if (typeof holder?.pid !== 'number' || typeof holder.identity !== 'string') return null;
    return { pid: holder.pid, identity: holder.identity, databaseUrl: holder.databaseUrl ?? null };
  } catch {
    return null;
  }
}

function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

function lockFile(dataDir: string): string {
  return join(dataDir, 'up.lock');
}
