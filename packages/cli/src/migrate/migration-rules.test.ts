// The rules of migrations/README.md, for the files that are there and for files that break them.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
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

describe('squawk', () => {
  interface Finding {
    readonly file: string;
    readonly line: number;
    readonly rule_name: string;
  }

  const squawk = join(dirname(createRequire(import.meta.url).resolve('squawk-cli/package.json')), 'js/bin/squawk');

  async function findings(paths: readonly string[]): Promise<string[]> {
    const options = ['--config', join(defaultMigrationsDir, 'squawk.toml'), '--reporter', 'json'];
    const found = await promisify(execFile)(process.execPath, [squawk, ...options, ...paths]).catch(
      (error: Error & { stdout?: string }) => {
        if (error.stdout?.startsWith('[')) return { stdout: error.stdout };
        throw error;
      },
    );
    return (JSON.parse(found.stdout) as Finding[]).map(
      ({ file, line, rule_name }) => `${basename(file)}:${line + 1} ${rule_name}`,
    );
  }

  it('has nothing to say that is not explained in squawk.toml', async () => {
    const applied: Record<string, string[]> = {
      // Before the first release: nobody had a ledger that was worth waiting for. No file after 0005 gets an exception here;
      // one that needs it says so beside the statement, with its reason: -- squawk-ignore <rule>
      '0002': ['constraint-missing-not-valid', 'require-concurrent-index-creation'],
      '0005': ['constraint-missing-not-valid', 'adding-serial-primary-key-field'],
    };
    const unexplained = (await findings(files.map(({ path }) => path))).filter(
      (finding) => !applied[finding.slice(0, 4)]?.includes(finding.split(' ')[1] ?? ''),
    );
    expect(unexplained).toEqual([]);
  });

  it('notices what would stop the workers', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'everytick-migrations-'));
    const path = join(dir, '0006_example.sql');
    await writeFile(
      path,
      [
        "SET LOCAL lock_timeout = '5s';",
        'CREATE INDEX check_results_worker ON check_results (worker_id);',
        'ALTER TABLE leases ALTER COLUMN epoch TYPE bigint;',
        'ALTER TABLE monitored_targets DROP COLUMN labels;',
        'ALTER TABLE monitored_targets RENAME COLUMN url TO address;',
        'ALTER TABLE leases ALTER COLUMN skip_from SET NOT NULL;',
      ].join('\n'),
    );
    const found = await findings([path]);
    await rm(dir, { recursive: true });
    expect(found).toEqual([
      '0006_example.sql:2 require-concurrent-index-creation',
      '0006_example.sql:3 changing-column-type',
      '0006_example.sql:4 ban-drop-column',
      '0006_example.sql:5 renaming-column',
      '0006_example.sql:6 adding-not-nullable-field',
    ]);
  });
});
