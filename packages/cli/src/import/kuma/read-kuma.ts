// What the importer needs of Uptime Kuma's database, versions 1.2x and 2.x. Tables and columns that an older version does not
// have are as if empty; those of a newer one are kept, so that they can be told.

import type { DatabaseSync } from 'node:sqlite';
import { sourceInvalid } from '../read-source.ts';
import { databaseInvalid, openDatabase } from './open-database.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface KumaSource {
  readonly file: string;
  readonly monitors: readonly Row[];
  /** Of the columns of `monitor`, as text; null where there is none. */
  readonly monitorDefaults: ReadonlyMap<string, string | null>;
  readonly proxies: readonly Row[];
  /** Of each monitor, with the name of the tag. */
  readonly tags: readonly Row[];
  /** By table, the number of rows. */
  readonly rowCounts: ReadonlyMap<string, number>;
  /** What a row of a table is called by, at most `mostTitles` of them. */
  readonly titles: ReadonlyMap<string, readonly string[]>;
  /** Whether it may lack what Uptime Kuma wrote last. */
  readonly withoutLog: boolean;
}

const mostTitles = 20;
const titleColumns: Readonly<Record<string, string>> = {
  notification: 'name',
  maintenance: 'title',
  status_page: 'title',
  docker_host: 'name',
  remote_browser: 'name',
  incident: 'title',
  api_key: 'name',
};

/** Throws `import_source_invalid`. */
export async function readKuma(file: string): Promise<KumaSource> {
  const { database, withoutLog } = await openDatabase(file);
  try {
    return readTables(database, file, withoutLog);
  } catch (error) {
    throw typeof error === 'object' && error !== null && 'errcode' in error ? databaseInvalid(file, error) : error;
  } finally {
    database.close();
  }
}

function readTables(database: DatabaseSync, file: string, withoutLog: boolean): KumaSource {
  const listed = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const tables = listed.map(({ name }) => String(name));
  const columns = new Map(tables.map((table) => [table, columnsOf(database, table)]));
  const monitor = columns.get('monitor');
  if (monitor === undefined || !['id', 'name', 'type', 'url', 'interval'].every((column) => monitor.has(column))) {
    throw sourceInvalid(`${file}: has no table 'monitor' such as Uptime Kuma's; is it another program's database?`);
  }
  const rowsOf = (table: string) =>
    columns.has(table) ? database.prepare(`SELECT * FROM ${quoted(table)} ORDER BY id`).all() : [];
  const hasTags = columns.has('tag') && columns.has('monitor_tag');
  return {
    file,
    monitors: rowsOf('monitor'),
    monitorDefaults: monitor,
    proxies: rowsOf('proxy'),
    tags: hasTags
      ? database
          .prepare(
            `SELECT monitor_tag.monitor_id, monitor_tag.value, tag.name
             FROM monitor_tag JOIN tag ON tag.id = monitor_tag.tag_id ORDER BY tag.name, monitor_tag.id`,
          )
          .all()
      : [],
    rowCounts: new Map(tables.map((table) => [table, countOf(database, table)])),
    titles: new Map(
      Object.entries(titleColumns).flatMap(([table, column]) =>
        columns.get(table)?.has(column) ? [[table, titlesOf(database, table, column)] as const] : [],
      ),
    ),
    withoutLog,
  };
}

function columnsOf(database: DatabaseSync, table: string): Map<string, string | null> {
  const rows = database.prepare(`PRAGMA table_info(${quoted(table)})`).all();
  return new Map(
    rows.map(({ name, dflt_value: given }) => [
      String(name),
      given === null || /^null$/i.test(String(given)) ? null : String(given).replace(/^'(.*)'$/s, '$1'),
    ]),
  );
}

function countOf(database: DatabaseSync, table: string): number {
  return Number(database.prepare(`SELECT count(*) AS count FROM ${quoted(table)}`).get()?.['count'] ?? 0);
}

function titlesOf(database: DatabaseSync, table: string, column: string): string[] {
  const rows = database.prepare(`SELECT ${quoted(column)} AS title FROM ${quoted(table)} LIMIT ${mostTitles}`).all();
  return rows.map(({ title }) => String(title ?? ''));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
