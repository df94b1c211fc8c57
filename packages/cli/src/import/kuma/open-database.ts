// Opens the SQLite database of Uptime Kuma for reading, and nothing else: no file is changed by it.
//
// A running Uptime Kuma has its database in WAL mode: what it wrote last is in `kuma.db-wal`. With that file beside it, SQLite
// reads both, also while Uptime Kuma runs. Without it nobody else has the database open, so that it is opened as a file that
// cannot change (`immutable`): SQLite would otherwise leave `-wal` and `-shm` files beside it, or fail where it may not.

import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { sourceInvalid } from '../read-source.ts';

export interface OpenDatabase {
  readonly database: DatabaseSync;
  /** Whether it is in WAL mode and came without its `-wal` file. */
  readonly withoutLog: boolean;
}

const magic = 'SQLite format 3\0';

/** Throws `import_source_invalid`. */
export async function openDatabase(path: string): Promise<OpenDatabase> {
  const header = await readHeader(path);
  if (header.length === 0) throw sourceInvalid(`${path}: is empty; it has to be the SQLite database of Uptime Kuma`);
  if (header.toString('latin1', 0, magic.length) !== magic) {
    throw sourceInvalid(`${path}: is no SQLite database; Uptime Kuma's is called kuma.db (one in MariaDB is not read)`);
  }
  const hasLog = await access(`${path}-wal`, constants.F_OK).then(
    () => true,
    () => false,
  );
  // Bytes 18 and 19 of the header: 2 in WAL mode.
  const withoutLog = header[18] === 2 && !hasLog;
  const url = pathToFileURL(resolve(path));
  if (withoutLog) url.searchParams.set('immutable', '1');
  const { DatabaseSync: Database } = await loadSqlite();
  try {
    return { database: new Database(url, { readOnly: true }), withoutLog };
  } catch (error) {
    throw databaseInvalid(path, error);
  }
}

async function readHeader(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = { ENOENT: 'there is no such file', EISDIR: 'it is a folder', EACCES: 'no permission to read it' };
    throw sourceInvalid(`${path}: cannot be read: ${reason[code as keyof typeof reason] ?? message}`, error);
  }
}

// SQLite's own codes (https://sqlite.org/rescode.html).
const busy = 5;
const cannotOpen = 14;

/** What SQLite refused, as people can act on it. */
export function databaseInvalid(path: string, error: unknown): Error {
  const { errcode, message } = error as { readonly errcode?: number; readonly message?: string };
  if (errcode !== undefined && (errcode & 0xff) === busy) {
    return sourceInvalid(`${path}: is locked by another process; try again, or stop Uptime Kuma meanwhile`, error);
  }
  if (errcode !== undefined && (errcode & 0xff) === cannotOpen) {
    const why = `its folder cannot be written to, which SQLite needs beside ${path}-wal; copy both to another folder`;
    return sourceInvalid(`${path}: cannot be opened: ${why}`, error);
  }
  return sourceInvalid(`${path}: cannot be read as a database: ${message ?? String(error)}`, error);
}

/** Node 24 calls it experimental in its first releases, which is nothing to tell users. */
async function loadSqlite() {
  const emit = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emit, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return await import('node:sqlite');
  } finally {
    process.emitWarning = emit;
  }
}
