// The rules of migrations/README.md that squawk does not know, for the files that are there and for files that break them. What
// squawk has to say: packages/testing/src/migration-lint.

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { defaultMigrationsDir, type MigrationFile, parseMigration, readMigrations } from './migrations.ts';

let files: MigrationFile[];
beforeAll(async () => {
  files = await readMigrations(defaultMigrationsDir);
});

/** The statements without comments. A body between $$ would be cut up: only the beginnings are looked at. */
const statementsOf = ({ sql }: MigrationFile) =>
  sql
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');

const CONCURRENT = [
  /^CREATE (UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS [a-z0-9_]+\s/,
  /^DROP INDEX CONCURRENTLY IF EXISTS [a-z0-9_]+$/,
  /^REINDEX (INDEX|TABLE) CONCURRENTLY [a-z0-9_]+$/,
  /^VACUUM\b/,
];

/** What is wrong with a file, in sentences. */
function breaches(file: MigrationFile): string[] {
  const found: string[] = [];
  const statements = statementsOf(file);
  if (file.noTransaction) {
    if (statements.length !== 1) found.push(`it has ${statements.length} statements; without a transaction it has one`);
    if (!CONCURRENT.some((form) => form.test(statements[0] ?? ''))) {
      found.push('without a transaction it may run twice: it is one of the forms in migrations/README.md');
    }
  } else if (!/^SET LOCAL lock_timeout = '[1-9]\d?s'$/.test(statements[0] ?? '')) {
    found.push("it does not begin with SET LOCAL lock_timeout = '5s'");
  }
  // Those before were applied when nobody had data yet.
  if (file.name >= '0006') {
    const lines = file.sql.split('\n');
    for (const [index, line] of lines.entries()) {
      // What is indented stands in a function's body, or belongs to a statement that does something else first.
      if (/^(UPDATE|DELETE FROM)\b/.test(line) && !lines[index - 1]?.startsWith('-- rows: ')) {
        found.push(`it changes rows without saying how many in the line above (-- rows: ...): ${line}`);
      }
    }
  }
  return found;
}

describe('the migrations', () => {
  it('are numbered without a gap', () => {
    const numbers = files.map(({ name }) => Number(name.slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('are what they were when they were released', async () => {
    // One that was applied somewhere cannot be changed. A new one adds its line: sha256sum migrations/0006_*.sql
    const lines = (await readFile(join(defaultMigrationsDir, 'checksums.txt'), 'utf8')).trimEnd().split('\n');
    expect(files.map(({ sha256, path }) => `${sha256}  ${basename(path)}`)).toEqual(lines);
  });

  it('keep to the rules', () => {
    expect(files.flatMap((file) => breaches(file).map((breach) => `${file.name}: ${breach}`))).toEqual([]);
  });
});

describe('a file that breaks the rules', () => {
  const read = (sql: string) => breaches(parseMigration('/0006_example.sql', sql));

  it.each([
    ['CREATE TABLE a ();', "it does not begin with SET LOCAL lock_timeout = '5s'"],
    ["SET LOCAL lock_timeout = '0';\nCREATE TABLE a ();", "it does not begin with SET LOCAL lock_timeout = '5s'"],
    ["SET LOCAL lock_timeout = '5s';\nUPDATE a SET b = 1;", 'it changes rows without saying how many'],
    [
      '-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a_b ON a (b);\nCREATE INDEX x ON a (c);',
      'it has 2 statements; without a transaction it has one',
    ],
    ['-- no-transaction\nCREATE INDEX CONCURRENTLY a_b ON a (b);', 'without a transaction it may run twice'],
  ])('%j is noticed', (sql, breach) => {
    expect(read(sql)).toEqual([expect.stringContaining(breach)]);
  });

  it.each([
    "SET LOCAL lock_timeout = '5s';\n-- rows: one a location\nUPDATE a SET b = 1;",
    '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_b ON a (b);',
  ])('%j is in order', (sql) => {
    expect(read(sql)).toEqual([]);
  });
});
