// The migration files and their checksums.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EverytickError } from '@everytick/core';

export interface MigrationFile {
  /** File name without its extension, for instance `0001_schema`. */
  readonly name: string;
  readonly path: string;
  readonly sql: string;
  readonly sha256: string;
  /** From the line `-- no-transaction`: for CREATE INDEX CONCURRENTLY and its like. One statement a file, then. */
  readonly noTransaction: boolean;
  /** The index that such a file builds: an attempt that fails leaves it behind, invalid. */
  readonly concurrentIndex: string | undefined;
}

/** `migrations/` of this installation: the same depth above `src` and above `dist`. */
export const defaultMigrationsDir = fileURLToPath(new URL('../../../../migrations', import.meta.url));

const CONCURRENT_INDEX = /^CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?([a-z0-9_]+)\s/im;
const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;

/** All migrations of a folder in the order in which they apply. */
export async function readMigrations(dir: string): Promise<MigrationFile[]> {
  const files = (await readdir(dir)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      if (!FILE_NAME.test(file)) {
        throw new EverytickError(
          'migration_failed',
          `${dir}/${file}: a migration is named like 0007_what_it_does.sql, in small letters`,
        );
      }
      return parseMigration(`${dir}/${file}`, await readFile(`${dir}/${file}`, 'utf8'));
    }),
  );
}

export function parseMigration(path: string, sql: string): MigrationFile {
  return {
    name: basename(path, '.sql'),
    path,
    sql,
    // Line ends do not count: a checkout on another system is the same migration.
    sha256: createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex'),
    noTransaction: /^-- no-transaction\s*$/m.test(sql),
    concurrentIndex: CONCURRENT_INDEX.exec(sql)?.[1],
  };
}
