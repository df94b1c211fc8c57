// The schema as text: what migrations have made of a database, for people to review and for a test to compare. Read from
// PostgreSQL's catalogue and not by pg_dump, which npm does not have and whose output differs between versions.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Queryable } from '@everytick/core';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const snapshotSql = read('../../sql/schema-snapshot.sql');

export const snapshotFile = fileURLToPath(new URL('../../../../migrations/schema/snapshot.sql', import.meta.url));

export const REGENERATE = 'npx pnpm@12 schema-snapshot';

/** The schema `public` of the database; the same text from every supported PostgreSQL, and however it came about. */
export async function schemaSnapshot(database: Queryable): Promise<string> {
  const { rows } = await database.query<{ first: boolean; line: string }>(snapshotSql);
  const body = rows.map(({ first, line }) => `${first ? '\n' : ''}${line.replaceAll(/[ \t]+$/gm, '')}\n`).join('');
  return `-- The schema after the newest migration, to read and to compare; nothing runs it. ${REGENERATE} writes it.\n${body}`;
}
