// Targets a page at a time, by name, and one of them by its id.

import { z } from 'zod';
import { Cursor } from '../database/cursor.ts';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { type ListedTarget, listedTargetOfRow } from './listed-target.ts';
import type { NamedTarget } from './stored-targets.ts';
import { filterValues, type TargetFilter } from './target-filter.ts';
import { targetsByState } from './target-states.ts';

const pageSql = loadSql('targets-page');
const getSql = loadSql('target-get');

export interface TargetPageQuery extends TargetFilter {
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface ListedTargetPage {
  readonly targets: ListedTarget[];
  /** Null: there is no more. */
  readonly nextCursor: string | null;
}

/** A target and the version of its row: another one after every change. */
export interface VersionedTarget extends ListedTarget {
  readonly version: string;
}

/** Names are not unique among removed targets. */
const cursors = new Cursor<[string, number]>('targets', [z.string().refine((name) => !name.includes('\0')), z.int32()]);

/** By name. Throws `usage` for a cursor that is none. */
export async function listTargetPage(database: Queryable, query: TargetPageQuery): Promise<ListedTargetPage> {
  const { limit, states } = query;
  const after = cursors.read(query.cursor) ?? [null, null];
  // One more than the page, to know whether there is another.
  const inState = states && (await targetsByState(database, query, after, limit + 1));
  const ids = inState?.slice(0, limit).map(({ id }) => id) ?? null;
  const { rows } = await database.query(pageSql, [...filterValues(query), ids, ...after, limit + 1]);
  const targets = rows.slice(0, limit).map(listedTargetOfRow);
  const found: readonly NamedTarget[] = inState ?? rows;
  const last = found.length > limit ? found[limit - 1] : undefined;
  return { targets, nextCursor: last === undefined ? null : cursors.after([last.name, last.id]) };
}

const LARGEST_ID = 2 ** 31 - 1;

/** A present or a removed one; null where there has never been one of this id. */
export async function getTarget(database: Queryable, id: number): Promise<VersionedTarget | null> {
  if (!Number.isInteger(id) || id > LARGEST_ID) return null;
  const { rows } = await database.query(getSql, [id]);
  const [row] = rows;
  return row === undefined ? null : { ...listedTargetOfRow(row), version: row.version };
}
