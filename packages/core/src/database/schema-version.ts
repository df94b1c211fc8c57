// Every process knows which schema it needs and waits for it, so that the order in which a migration and the processes
// start never matters.

import pg from 'pg';
import { EverytickError } from '../domain/error.ts';
import type { Queryable } from './queryable.ts';
import { loadSql } from './sql.ts';

/** The newest migration that this code needs. A newer schema is fine: migrations expand before they contract. */
export const requiredMigration = '0009_locations_to_come';

const UNDEFINED_TABLE = '42P01';
const schemaVersionSql = loadSql('schema-version');

/** Rejects with `schema_outdated` if the database lacks a migration that this code needs. */
export async function checkSchemaVersion(database: Queryable): Promise<void> {
  let newest: string | null = null;
  try {
    const { rows } = await database.query<[boolean, string | null]>({
      text: schemaVersionSql,
      values: [requiredMigration],
      rowMode: 'array',
    });
    const [applied, name] = rows[0] ?? [false, null];
    if (applied) return;
    newest = name;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE)) throw error;
  }
  throw new EverytickError(
    'schema_outdated',
    `the database is at migration ${newest ?? '(none)'}, this version needs ${requiredMigration}: run "everytick migrate"`,
  );
}
