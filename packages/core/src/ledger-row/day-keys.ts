// Makes the keys of the ledger's days anew when they are over: while a day is written its pages are split in halves, and a third of
// it is air (README.md). One statement at a time, none of which anybody waits for.

import type pg from 'pg';
import { loadSql } from '../database/sql.ts';

const looseSql = loadSql('day-keys-loose');
const leftOverSql = loadSql('day-keys-left-over');
const dropSql = loadSql('invalid-index-drop');
const fillSql = loadSql('day-key-fill');
const makeAnewSql = loadSql('day-key-make-anew');
const noteSql = loadSql('day-key-note');

/**
 * Makes the key of the oldest day anew for which that has not been done, and resolves with its name; null where there is none.
 * `client` is a direct connection outside of a transaction; it waits for older transactions as long as it takes.
 */
export async function packOldestDayKey(client: pg.ClientBase): Promise<string | null> {
  const { rows: leftOver } = await client.query<{ name: string }>(leftOverSql);
  for (const { name } of leftOver) await client.query(named(dropSql, client, name));
  const { rows } = await client.query<{ name: string }>(looseSql);
  const [oldest] = rows;
  if (oldest === undefined) return null;
  for (const sql of [fillSql, makeAnewSql, noteSql]) await client.query(named(sql, client, oldest.name));
  return oldest.name;
}

function named(sql: string, client: pg.ClientBase, name: string): string {
  return sql.replace('$1', () => client.escapeIdentifier(name));
}
