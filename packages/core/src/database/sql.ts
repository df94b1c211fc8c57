// Statements live in packages/core/sql, one a file, each with a comment on what it relies on.

import { readFileSync } from 'node:fs';
import { nameStatement } from '../tracing/statement-spans.ts';

/**
 * The text of `sql/<name>.sql`. Called while modules load, so that a missing file fails the start and not the first
 * check. Comments are left out: they would travel with every statement that is not prepared.
 */
export function loadSql(name: string): string {
  const text = readFileSync(new URL(`../../sql/${name}.sql`, import.meta.url), 'utf8');
  const statement = text.replaceAll(/^\s*--.*\n/gm, '').trim();
  nameStatement(statement, name);
  return statement;
}
