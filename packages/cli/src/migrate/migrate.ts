// Applies migrations with node-pg-migrate. Added to what it does: a lock that is polled for, checksums of what was applied,
// files that run outside a transaction, and a report of invalid indexes.

import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EverytickError, loadSql } from '@everytick/core';
import { PG_MIGRATE_LOCK_ID, type RunnerOption, runner } from 'node-pg-migrate';
import pg from 'pg';
import { defaultMigrationsDir, type MigrationFile, parseMigration, readMigrations } from './migrations.ts';

export interface MigrateOptions {
  /** A direct connection, not a pooler's: the lock belongs to the session. */
  readonly databaseUrl: string;
  readonly migrationsDir?: string;
  readonly onProgress?: (line: string) => void;
}

export interface MigrateReport {
  /** Names of the migrations that this run applied. */
  readonly applied: string[];
  readonly alreadyApplied: number;
  /** Indexes that a CREATE INDEX CONCURRENTLY left unfinished: each has to be dropped and made again. */
  readonly invalidIndexes: string[];
}

const LOCK_POLL_MS = 200;

const lockSql = loadSql('migrations-lock');
const createChecksumsSql = loadSql('migration-checksums-create');
const readChecksumsSql = loadSql('migration-checksums-read');
const insertChecksumSql = loadSql('migration-checksums-insert');
const invalidIndexesSql = loadSql('invalid-indexes');

type MigrationLoader = Exclude<NonNullable<RunnerOption['migrationLoaderStrategies']>[number]['loader'], string>;

/**
 * Brings a database to the newest schema. Several at once are safe: one applies, the others wait and find nothing to do.
 * Rejects with `migration_changed` if a file differs from what was applied under its name, with `schema_too_new` if the
 * database has migrations that this installation does not know, with `migration_failed` if one of them fails.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateReport> {
  const dir = options.migrationsDir ?? defaultMigrationsDir;
  const progress = options.onProgress ?? (() => undefined);
  const files = await readMigrations(dir);

  const client = new pg.Client({ connectionString: options.databaseUrl, application_name: 'everytick migrate' });
  client.on('error', () => undefined); // Its queries reject as well, and those are heard.
  try {
    await client.connect();
  } catch (error) {
    throw new EverytickError('database_unreachable', `cannot connect to the database: ${(error as Error).message}`, {
      cause: error,
    });
  }
  try {
    await lock(client, progress);
    await client.query(createChecksumsSql);
    const known = await verifyChecksums(client, files);
    const applied = await apply(client, dir, progress);
    return { applied, alreadyApplied: known, invalidIndexes: await findInvalidIndexes(client) };
  } finally {
    // Ending the session releases the lock.
    await client.end().catch(() => undefined);
  }
}

/**
 * Polled, never waited for in the server: a session that blocks in pg_advisory_lock holds a snapshot, which another
 * migrator's CREATE INDEX CONCURRENTLY waits for. The two would be deadlocked, and the index left invalid.
 */
async function lock(client: pg.Client, progress: (line: string) => void): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { rows } = await client.query<{ locked: boolean }>(lockSql, [PG_MIGRATE_LOCK_ID]);
    if (rows[0]?.locked) return;
    if (attempt === 0) progress('another migration is running, waiting for it');
    await delay(LOCK_POLL_MS);
  }
}

/** Returns how many migrations have been applied. */
async function verifyChecksums(client: pg.Client, files: readonly MigrationFile[]): Promise<number> {
  const { rows } = await client.query<{ name: string; sha256: string }>(readChecksumsSql);
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const { name, sha256 } of rows) {
    const file = byName.get(name);
    if (file === undefined) {
      throw new EverytickError(
        'schema_too_new',
        `the database has the migration ${name}, which this version does not know: it was migrated by a newer version`,
      );
    }
    if (file.sha256 !== sha256) {
      throw new EverytickError(
        'migration_changed',
        `${file.path} is not what was applied as ${name} (sha256 ${file.sha256}, applied ${sha256}): put the file back as it was and add a new migration instead`,
      );
    }
  }
  return rows.length;
}

async function apply(client: pg.Client, dir: string, progress: (line: string) => void): Promise<string[]> {
  const problems: string[] = [];
  const log = () => undefined;
  try {
    const done = await runner({
      dbClient: client,
      dir,
      direction: 'up',
      ignorePattern: '(?!.*\\.sql$).*',
      migrationsTable: 'everytick_migrations',
      migrationLoaderStrategies: [{ extensions: ['.sql'], loader: loadWithChecksum(progress) }],
      singleTransaction: false,
      // Taken above, on this same session.
      noLock: true,
      logger: { debug: log, info: log, warn: (line) => problems.push(line), error: (line) => problems.push(line) },
    });
    return done.map((migration) => migration.name);
  } catch (error) {
    throw new EverytickError('migration_failed', `a migration failed: ${(error as Error).message}`, { cause: error });
  }
}

/** A migration and its checksum are recorded in the same transaction, where the file has one. */
function loadWithChecksum(progress: (line: string) => void): MigrationLoader {
  return (paths) =>
    Promise.all(
      paths.map(async (path) => {
        const file = parseMigration(path, await readFile(path, 'utf8'));
        return {
          id: path,
          filePaths: [path],
          actions: {
            up: (pgm) => {
              progress(`applying ${file.name}`);
              if (file.noTransaction) pgm.noTransaction();
              pgm.sql(file.sql);
              // Collected as text and run later, so without parameters; neither value can hold a quote.
              pgm.sql(insertChecksumSql.replace('$1', `'${file.name}'`).replace('$2', `'${file.sha256}'`));
            },
            down: false,
          },
        };
      }),
    );
}

async function findInvalidIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(invalidIndexesSql);
  return rows.map((row) => row.name);
}
