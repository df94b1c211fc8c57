import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkSchemaVersion, requiredMigration } from '@everytick/core';
import { createEmptyDatabase, type TestDatabase } from '@everytick/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate } from './migrate.ts';
import { defaultMigrationsDir, readMigrations } from './migrations.ts';

let database: TestDatabase;
let dir: string;

beforeEach(async () => {
  database = await createEmptyDatabase();
  dir = await mkdtemp(join(tmpdir(), 'everytick-migrations-'));
});
afterEach(async () => {
  await database.drop();
  await rm(dir, { recursive: true });
});

const run = (migrationsDir = dir) => migrate({ databaseUrl: database.url, migrationsDir });
const write = (name: string, sql: string) => writeFile(join(dir, name), sql);

describe('migrating', () => {
  it('brings an empty database to the schema that the code needs, and then has nothing to do', async () => {
    const names = (await readMigrations(defaultMigrationsDir)).map((file) => file.name);
    expect(await run(defaultMigrationsDir)).toEqual({ applied: names, alreadyApplied: 0, invalidIndexes: [] });
    await checkSchemaVersion(database.pool);
    expect(await run(defaultMigrationsDir)).toEqual({ applied: [], alreadyApplied: names.length, invalidIndexes: [] });
    expect(names.at(-1)).toBe(requiredMigration);
  });

  it('is done once when several start at the same time', async () => {
    const reports = await Promise.all([1, 2, 3, 4].map(() => run(defaultMigrationsDir)));
    expect(reports.filter((report) => report.applied.length > 0)).toHaveLength(1);
  });

  it('refuses when an applied file has been changed, and changes nothing', async () => {
    await write('0001_one.sql', 'CREATE TABLE one ();');
    await run();
    await write('0001_one.sql', 'CREATE TABLE one (id integer);');
    await write('0002_two.sql', 'CREATE TABLE two ();');
    await expect(run()).rejects.toMatchObject({
      code: 'migration_changed',
      message: expect.stringContaining('0001_one.sql'),
    });
    await expect(database.query('SELECT FROM two')).rejects.toThrow('does not exist');
  });

  it('takes a file with other line ends as the same', async () => {
    await write('0001_one.sql', 'CREATE TABLE one ();\nCREATE TABLE two ();\n');
    await run();
    await write('0001_one.sql', 'CREATE TABLE one ();\r\nCREATE TABLE two ();\r\n');
    expect(await run()).toMatchObject({ applied: [], alreadyApplied: 1 });
  });

  it('refuses a database that a newer version has migrated', async () => {
    await cp(defaultMigrationsDir, dir, { recursive: true });
    await write('9999_from_the_future.sql', 'CREATE TABLE future ();');
    await run();
    await expect(run(defaultMigrationsDir)).rejects.toMatchObject({
      code: 'schema_too_new',
      message: expect.stringContaining('9999_from_the_future'),
    });
    // The code of this version goes on working with it: migrations expand before they contract.
    await checkSchemaVersion(database.pool);
  });

  it('rolls a failing file back as a whole and keeps those before it', async () => {
    await write('0001_one.sql', 'CREATE TABLE one ();');
    await write('0002_two.sql', 'CREATE TABLE two (); SELECT 1 / 0;');
    await expect(run()).rejects.toMatchObject({
      code: 'migration_failed',
      message: expect.stringContaining('division by zero'),
    });
    await database.query('SELECT FROM one');
    await expect(database.query('SELECT FROM two')).rejects.toThrow('does not exist');
    await write('0002_two.sql', 'CREATE TABLE two ();');
    expect(await run()).toMatchObject({ applied: ['0002_two'], alreadyApplied: 1 });
  });

  it('runs a file marked so outside of a transaction', async () => {
    await write('0001_one.sql', 'CREATE TABLE one (id integer);');
    await write('0002_index.sql', '-- no-transaction\nCREATE INDEX CONCURRENTLY one_id ON one (id);');
    expect(await run()).toMatchObject({ applied: ['0001_one', '0002_index'], invalidIndexes: [] });
    expect(await run()).toMatchObject({ applied: [], alreadyApplied: 2 });
  });

  it('builds an index concurrently though another migrator waits for its turn', async () => {
    await write('0001_one.sql', 'CREATE TABLE one (id integer);');
    await write('0002_index.sql', '-- no-transaction\nCREATE INDEX CONCURRENTLY one_id ON one (id);');
    const reports = await Promise.all([run(), run(), run()]);
    expect(reports.flatMap((report) => report.applied)).toEqual(['0001_one', '0002_index']);
  });

  it('reports an index that was left invalid', async () => {
    await write('0001_one.sql', 'CREATE TABLE one (id integer); INSERT INTO one VALUES (1), (1);');
    await run();
    await expect(database.query('CREATE UNIQUE INDEX CONCURRENTLY broken ON one (id)')).rejects.toThrow();
    expect(await run()).toMatchObject({ invalidIndexes: ['broken'] });
  });

  it('says how a migration is named', async () => {
    await write('first.sql', 'CREATE TABLE one ();');
    await expect(run()).rejects.toThrow('0007_what_it_does.sql');
  });

  it.each(['LATIN1', 'SQL_ASCII'])('refuses a database in %s, and changes nothing', async (encoding) => {
    const name = `${database.name}_${encoding.toLowerCase()}`;
    // With the collations of libc: the others are for UTF8 alone.
    await database.query(
      `CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    );
    try {
      const url = new URL(database.url);
      url.pathname = `/${name}`;
      const refused = migrate({ databaseUrl: url.toString(), migrationsDir: defaultMigrationsDir });
      await expect(refused).rejects.toMatchObject({
        code: 'database_not_utf8',
        message: expect.stringMatching(
          `database ${name} is ${encoding}, and has to be UTF8.*CREATE DATABASE \\S+ ENCODING 'UTF8' TEMPLATE template0`,
        ),
      });
      const client = new pg.Client({ connectionString: url.toString() });
      await client.connect();
      const { rows } = await client.query("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace");
      await client.end();
      expect(rows).toEqual([]);
    } finally {
      await database.query(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  });

  it('says when the database cannot be reached', async () => {
    await expect(migrate({ databaseUrl: 'postgres://nobody@127.0.0.1:1/x' })).rejects.toMatchObject({
      code: 'database_unreachable',
    });
  });
});

describe('the schema check', () => {
  it('says what to do when the database has no schema yet', async () => {
    await expect(checkSchemaVersion(database.pool)).rejects.toMatchObject({
      code: 'schema_outdated',
      message: expect.stringContaining('everytick migrate'),
    });
  });
});
