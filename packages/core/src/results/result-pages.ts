// The ledger a page at a time, newest first.
//
// No index has the rows of all targets in the order of time, and none knows outcomes: a page of what is rare would take a walk
// through everything there is. So it looks through one period after the other, backwards, each longer than the one before, and
// what bounds it is time: a page that has taken long enough ends where it has come to. It may hold fewer results than were asked
// for, or none, and its cursor goes on from there.

import { z } from 'zod';
import { Cursor } from '../database/cursor.ts';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import type { Outcome } from '../domain/outcome.ts';
import { type RecentResult, recentResultOfRow } from './ledger-queries.ts';

const extentSql = loadSql('ledger-extent');
const pageSql = loadSql('results-page');
const pageOfTargetsSql = loadSql('results-page-of-targets');

export interface ResultPageQuery {
  /** These targets, removed ones among them, or all present ones if left out. */
  readonly targetIds?: readonly number[] | undefined;
  readonly from?: Date | undefined;
  /** Scheduled before this moment. */
  readonly to?: Date | undefined;
  /** Any of these. */
  readonly outcomes?: readonly Outcome[] | undefined;
  /** Names; one that does not exist has no results. */
  readonly locations?: readonly string[] | undefined;
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface ListedResultPage {
  readonly results: RecentResult[];
  /** Null: there is no more. */
  readonly nextCursor: string | null;
  /** From when on retention has left the ledger whole; null where it has dropped nothing. */
  readonly keptSince: Date | null;
}

/** scheduled_at in microseconds since 1970, target, location. */
type Key = [scheduledAtUs: string, targetId: number, locationId: number];
const cursors = new Cursor<Key>('results', [z.string().regex(/^\d{1,16}$/), z.int32(), z.int().min(0).max(32_767)]);

/** The first period of all targets; that of a few is looked through by their key, and outcomes make the difference. */
const FIRST_PERIOD_MS = 5_000;
const FIRST_PERIOD_OF_TARGETS_MS = 86_400_000;
/** How much longer each period is than the one before. */
const GROWTH = 4;
/** A page that has taken so long looks no further. */
const LONG_ENOUGH_MS = 300;

/** Throws `usage` for a cursor that is none. */
export async function listResultPage(database: Queryable, query: ResultPageQuery): Promise<ListedResultPage> {
  const { targetIds, outcomes, limit } = query;
  const key = cursors.read(query.cursor);
  const extent = (
    await database.query<{ now: Date; kept_since: Date | null; since: Date | null; until: Date | null }>(extentSql)
  ).rows[0];
  const startedAt = performance.now();
  const keptSince = extent?.kept_since ?? null;
  const since = Math.max(extent?.since?.getTime() ?? Number.POSITIVE_INFINITY, query.from?.getTime() ?? -Infinity);
  let until = Math.min(
    extent?.until?.getTime() ?? Number.NEGATIVE_INFINITY,
    query.to?.getTime() ?? Number.POSITIVE_INFINITY,
    // The row itself may lie within the millisecond.
    key === null ? Number.POSITIVE_INFINITY : Math.floor(Number(key[0]) / 1_000) + 1,
  );
  let periodMs = targetIds === undefined ? FIRST_PERIOD_MS : FIRST_PERIOD_OF_TARGETS_MS;
  // The key of a few targets leads from one result to the next, however far apart they are.
  if (targetIds !== undefined && outcomes === undefined) periodMs = Number.POSITIVE_INFINITY;
  const found: { readonly result: RecentResult; readonly key: Key }[] = [];
  while (since < until) {
    const begins = Math.floor(Math.max(since, Math.min(until, extent?.now.getTime() ?? until) - periodMs));
    const beganAt = performance.now();
    found.push(...(await resultsWithin(database, query, begins, until, key, limit + 1 - found.length)));
    const last = found.length > limit ? found[limit - 1] : undefined;
    if (last !== undefined) {
      return {
        results: found.slice(0, limit).map(({ result }) => result),
        nextCursor: cursors.after(last.key),
        keptSince,
      };
    }
    until = begins;
    if (since < until && performance.now() - startedAt > LONG_ENOUGH_MS) {
      return {
        results: found.map(({ result }) => result),
        nextCursor: cursors.after([`${until * 1_000}`, 0, 0]),
        keptSince,
      };
    }
    // No period is to take much longer than all of them may.
    const tookMs = performance.now() - beganAt;
    periodMs *= Math.min(GROWTH, Math.max(1, LONG_ENOUGH_MS / tookMs));
  }
  return { results: found.map(({ result }) => result), nextCursor: null, keptSince };
}

async function resultsWithin(
  database: Queryable,
  { targetIds, outcomes, locations }: ResultPageQuery,
  beginsMs: number,
  endsMs: number,
  key: Key | null,
  limit: number,
): Promise<{ result: RecentResult; key: Key }[]> {
  const after = key ?? [null, null, null];
  const values = [new Date(beginsMs), new Date(endsMs), outcomes ?? null, locations ?? null, ...after, limit];
  const { rows } = await (targetIds === undefined
    ? database.query(pageSql, values)
    : database.query(pageOfTargetsSql, [...values, [...new Set(targetIds)].filter((id) => id < 2 ** 31)]));
  return rows.map((row) => ({
    result: recentResultOfRow(row),
    key: [row.scheduled_at_us, row.target_id, row.location_id],
  }));
}
