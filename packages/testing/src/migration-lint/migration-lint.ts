// What squawk finds in migrations, but for what is explained: in squawk.toml what holds for all files, beside the statement what
// holds for one (-- squawk-ignore <rule>), and here what stands in files that may no longer change.

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { defaultMigrationsDir } from '@everytick/cli/migrate';

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/**
 * Before the first release, when nobody had a ledger that was worth waiting for, and without a comment that could be added now:
 * everybody has the checksums of these files. No other file gets an exception here.
 */
const ofOldFiles: Readonly<Record<string, readonly string[]>> = {
  '0002_ledger_proof.sql': ['constraint-missing-not-valid', 'require-concurrent-index-creation'],
  '0005_ledger_key.sql': ['constraint-missing-not-valid', 'adding-serial-primary-key-field'],
};

const squawk = join(dirname(createRequire(import.meta.url).resolve('squawk-cli/package.json')), 'js/bin/squawk');

/** All migrations, in their order. */
export async function migrationPaths(): Promise<string[]> {
  const names = await readdir(defaultMigrationsDir);
  return names
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => join(defaultMigrationsDir, name));
}

/** What nobody has explained. Rejects where squawk cannot read a file. */
export async function lintMigrations(paths: readonly string[]): Promise<Finding[]> {
  const options = ['--config', join(defaultMigrationsDir, 'squawk.toml'), '--reporter', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, [squawk, ...options, ...paths]).catch(
    // It says with 1 that it has found something.
    (error: Error & { stdout?: string }) => {
      if (error.stdout?.startsWith('[')) return { stdout: error.stdout };
      throw error;
    },
  );
  return (JSON.parse(stdout) as { file: string; line: number; rule_name: string; message: string }[])
    .map(({ file, line, rule_name, message }) => ({ file: basename(file), line: line + 1, rule: rule_name, message }))
    .filter(({ file, rule }) => !ofOldFiles[file]?.includes(rule));
}
