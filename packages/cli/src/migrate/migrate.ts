// Applies migrations with node-pg-migrate. Added to what it does: a lock that is polled for, checksums of what was applied,
// files that run outside a transaction, statements that do not wait long for locks and are tried again, and a report of
// invalid indexes.

import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EverytickError, loadSql } from '@everytick/core';
import { PG_MIGRATE_LOCK_ID, type RunnerOption, runner } from 'node-pg-migrate';
import pg from 'pg';
import { defaultPatience, type LockPatience, untilLocked } from './lock-retry.ts';
import { defaultMigrationsDir, type MigrationFile, parseMigration, readMigrations } from './migrations.ts';

export interface MigrateOptions {
  /** A direct connection, not a pooler's: the lock belongs to the session. */
  readonly databaseUrl: string;
  readonly migrationsDir?: string;
  readonly onProgress?: (line: string) => void;
  readonly patience?: Partial<LockPatience>;
}

export interface MigrateReport {
  /** Names of the migrations that this run applied. */
  readonly applied: string[];
  readonly alreadyApplied: number;
  /** Indexes that a CREATE INDEX CONCURRENTLY left unfinished: each has to be dropped and made again. */
  readonly invalidIndexes: string[];
}

const LOCK_POLL_MS = 200;
/**
 * For files that run outside a transaction. What they contain waits for older transactions to end, without making anybody
 * wait for it, and would have to begin from the start if it gave up.
 */
const CONCURRENT_LOCK_TIMEOUT_MS = 600_000;

const encodingSql = loadSql('database-encoding');
const lockSql = loadSql('migrations-lock');
const createChecksumsSql = loadSql('migration-checksums-create');
const readChecksumsSql = loadSql('migration-checksums-read');
const insertChecksumSql = loadSql('migration-checksums-insert');
const invalidIndexesSql = loadSql('invalid-indexes');
const dropInvalidIndexSql = loadSql('invalid-index-drop');
const lockTimeoutSql = loadSql('migration-lock-timeout');

type MigrationLoader = Exclude<NonNullable<RunnerOption['migrationLoaderStrategies']>[number]['loader'], string>;

/**
 * Brings a database to the newest schema. Several at once are safe: one applies, the others wait and find nothing to do.
 * Rejects with `migration_changed` if a file differs from what was applied under its name, with `schema_too_new` if the
 * database has migrations that this installation does not know, with `database_not_utf8` if its text is encoded otherwise, with
 * `migration_failed` if one of them fails.
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
    await requireUtf8(client);
    await lock(client, progress);
    await client.query(createChecksumsSql);
    const known = await verifyChecksums(client, files);
    const pending = files.filter((file) => !known.has(file.name));
    const applied = await apply({
      client,
      dir,
      pending,
      patience: { ...defaultPatience, ...options.patience },
      progress,
    });
    return { applied, alreadyApplied: known.size, invalidIndexes: await findInvalidIndexes(client) };
  } finally {
    // Ending the session releases the lock.
    await client.end().catch(() => undefined);
  }
}

/**
 * What sites and resolvers say is packed into rows of the ledger as UTF-8, which any database takes; it becomes text of the database
 * when a row is read. In LATIN1 that fails at the first character which LATIN1 does not have, and SQL_ASCII does not know what a
 * character is.
 */
async function requireUtf8(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string; encoding: string }>(encodingSql);
  const { name, encoding } = rows[0] ?? {};
  if (name === undefined || encoding === 'UTF8') return;
  throw new EverytickError(
    'database_not_utf8',
    `the encoding of the database ${name} is ${encoding}, and has to be UTF8, or results could not be read back; a database keeps ` +
      `its encoding, so make another one (CREATE DATABASE everytick_utf8 ENCODING 'UTF8' TEMPLATE template0) and restore a dump of this ` +
      `one there if it holds anything`,
  );
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

/** Returns the names of the migrations that have been applied. */
async function verifyChecksums(client: pg.Client, files: readonly MigrationFile[]): Promise<ReadonlySet<string>> {
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
  return new Set(rows.map(({ name }) => name));
}

interface Run {
  readonly client: pg.Client;
  readonly dir: string;
  /** What has not been applied yet. */
  readonly pending: readonly MigrationFile[];
  readonly patience: LockPatience;
  readonly progress: (line: string) => void;
}

/** Returns the names of the migrations that were applied, in any of the attempts. */
async function apply(run: Run): Promise<string[]> {
  const begun: string[] = [];
  const begin = (name: string) => {
    if (!begun.includes(name)) begun.push(name);
    run.progress(`applying ${name}`);
  };
  try {
    await untilLocked(
      () => applyOnce(run, begin).catch((error) => rollBack(run.client, error)),
      run.patience,
      (reason, attemptsLeft) =>
        run.progress(
          `${begun.at(-1)} is put off: ${reason}; ${attemptsLeft} more attempt${attemptsLeft === 1 ? '' : 's'}`,
        ),
    );
    return begun;
  } catch (error) {
    throw new EverytickError('migration_failed', `a migration failed: ${(error as Error).message}`, { cause: error });
  }
}

async function applyOnce(run: Run, begin: (name: string) => void): Promise<void> {
  const { client, dir, patience } = run;
  await dropUnfinishedIndexes(run);
  await client.query(lockTimeoutSql, [`${patience.lockTimeoutMs}ms`]);
  const silent = () => undefined;
  await runner({
    dbClient: client,
    dir,
    direction: 'up',
    ignorePattern: '(?!.*\\.sql$).*',
    migrationsTable: 'everytick_migrations',
    migrationLoaderStrategies: [{ extensions: ['.sql'], loader: loadWithChecksum(begin, patience) }],
    singleTransaction: false,
    // Taken above, on this same session.
    noLock: true,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  });
}

/** A file that fails leaves its transaction open (one that has none gets a warning which nobody hears). Rejects. */
async function rollBack(client: pg.Client, error: unknown): Promise<never> {
  await client.query('ROLLBACK').catch(() => undefined); // a lost connection: what is thrown says why
  throw error;
}

/** An index of that name would be in the way, and `IF NOT EXISTS` would take it for the finished one. */
async function dropUnfinishedIndexes({ client, pending, progress }: Run): Promise<void> {
  const ours = new Set(pending.map((file) => file.concurrentIndex));
  for (const name of await findInvalidIndexes(client)) {
    if (!ours.has(name)) continue;
    progress(`dropping the index ${name}, which an attempt to build it has left invalid`);
    await client.query(lockTimeoutSql, [`${CONCURRENT_LOCK_TIMEOUT_MS}ms`]);
    await client.query(dropInvalidIndexSql.replace('$1', pg.escapeIdentifier(name)));
  }
}

/** A migration and its checksum are recorded in the same transaction, where the file has one. */
function loadWithChecksum(begin: (name: string) => void, { lockTimeoutMs }: LockPatience): MigrationLoader {
  return (paths) =>
    Promise.all(
      paths.map(async (path) => {
        const file = parseMigration(path, await readFile(path, 'utf8'));
        return {
          id: path,
          filePaths: [path],
          actions: {
            up: (pgm) => {
              begin(file.name);
              if (file.noTransaction) {
                pgm.noTransaction();
                pgm.sql(`SET lock_timeout = ${CONCURRENT_LOCK_TIMEOUT_MS}`);
              }
              pgm.sql(file.sql);
              if (file.noTransaction) pgm.sql(`SET lock_timeout = ${lockTimeoutMs}`);
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
