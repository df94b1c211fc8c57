// Makes the keys of the ledger's days anew when they are over: while a day is written its pages are split in halves, and a third of
// it is air (README.md). One statement at a time, none of which anybody waits for.
//
// `client` is a direct connection outside of a transaction, of a session that has begun packing.

import type pg from 'pg';
import { loadSql } from '../database/sql.ts';

const sessionSql = loadSql('day-keys-session');
const lockSql = loadSql('day-keys-lock');
const looseSql = loadSql('day-keys-loose');
const leftOverSql = loadSql('day-keys-left-over');
const dropSql = loadSql('invalid-index-drop');
const fillSql = loadSql('day-key-fill');
const makeAnewSql = loadSql('day-key-make-anew');
const noteSql = loadSql('day-key-note');

/** Whether this session may pack, until it ends: false where another one does. */
export async function beginPacking(client: pg.ClientBase): Promise<boolean> {
  await client.query(sessionSql);
  const { rows } = await client.query<{ locked: boolean }>(lockSql);
  return rows[0]?.locked === true;
}

/** The names of indexes that packing left behind when it was cut off. */
export function leftOverDayKeys(client: pg.ClientBase): Promise<string[]> {
  return namesOf(client, leftOverSql);
}

/** Takes one away; waits for older transactions as long as it takes. */
export async function dropDayKey(client: pg.ClientBase, name: string): Promise<void> {
  await client.query(named(dropSql, client, name));
}

/** The names of the keys of days that are over and have not been made anew, oldest first. */
export function looseDayKeys(client: pg.ClientBase): Promise<string[]> {
  return namesOf(client, looseSql);
}

/** Makes one anew; waits for older transactions as long as it takes. */
export async function packDayKey(client: pg.ClientBase, name: string): Promise<void> {
  for (const sql of [fillSql, makeAnewSql, noteSql]) await client.query(named(sql, client, name));
}

async function namesOf(client: pg.ClientBase, sql: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(sql);
  return rows.map(({ name }) => name);
}

function named(sql: string, client: pg.ClientBase, name: string): string {
  return sql.replace('$1', () => client.escapeIdentifier(name));
}
