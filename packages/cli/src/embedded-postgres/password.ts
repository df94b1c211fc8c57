// The password of the database superuser, generated at the first start and kept in a file that only its owner may read.
//
// Why not simply trust connections from 127.0.0.1: every user of the machine can connect to a loopback port, and a
// PostgreSQL superuser may run programs as the server's user. Trust would hand our account to everybody with a shell.

import { randomBytes } from 'node:crypto';
import { chown, link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OsUser } from './os-user.ts';

export function passwordFile(home: string): string {
  return join(home, 'password');
}

export async function readPassword(home: string): Promise<string | undefined> {
  const text = await readFile(passwordFile(home), 'utf8').catch(ignoreCode('ENOENT'));
  return text?.trim() || undefined;
}

/** Keeps a password that is there already: an interrupted first start has written one. */
export async function ensurePassword(home: string, user: OsUser | undefined): Promise<void> {
  if ((await readPassword(home)) !== undefined) return;
  const unfinished = `${passwordFile(home)}.${randomBytes(4).toString('hex')}`;
  await writeFile(unfinished, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  if (user !== undefined) await chown(unfinished, user.uid, user.gid);
  // A link, unlike a rename, leaves alone what another process wrote in the meantime.
  await link(unfinished, passwordFile(home)).catch(ignoreCode('EEXIST'));
  await rm(unfinished);
}

function ignoreCode(code: string): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (error.code !== code) throw error;
  };
}
