// The proof that every tick is accounted for: for any period, the ticks that the schedules owed against the ledger.
//
// All of it reads one snapshot, so that it holds for one moment, however long it takes and whatever goes on meanwhile. It
// goes day by day, the ledger's own partitions: sums first (ledger-balance.sql), and tick by tick where they do not balance
// (ledger-walk.sql).

import type pg from 'pg';
import { loadSql } from '../database/sql.ts';
import { type Outcome, outcomes } from '../domain/outcome.ts';

const beginSql = loadSql('ledger-lock');
const settingsSql = loadSql('ledger-settings');
const periodSql = loadSql('ledger-period');
const keySql = loadSql('ledger-key');
const balanceSql = loadSql('ledger-balance');
const overlapsSql = loadSql('ledger-overlaps');
const repeatedSql = loadSql('ledger-repeated');
const walkSql = loadSql('ledger-walk');
const unfollowedSql = loadSql('ledger-unfollowed');
const oldestPendingSql = loadSql('ledger-oldest-pending');
const namesSql = loadSql('ledger-names');

/** Something wrong with ticks that follow each other: `ticks` of them, from `from` to `to`, both included. */
export interface LedgerFinding {
  readonly targetId: number;
  readonly target: string;
  readonly location: string;
  readonly from: Date;
  readonly to: Date;
  readonly ticks: number;
}

export interface UnfollowedTarget {
  readonly targetId: number;
  readonly target: string;
  readonly location: string;
  /** What the lease disagrees with. */
  readonly with: 'history' | 'target';
}

export interface LedgerProof {
  /** The period: from inclusive, to exclusive, by the database clock. */
  readonly from: Date;
  readonly to: Date;
  /** Ticks that the ledger owes: all that the schedules had in the period, but those still pending. */
  readonly expected: number;
  /** Ticks in the ledger, by outcome. */
  readonly recorded: Readonly<Record<Outcome, number>>;
  /** Ticks that a lease still holds: being carried out, or due and not claimed yet. */
  readonly pending: number;
  /** Owed ticks that no row accounts for. Must be 0. */
  readonly unaccounted: number;
  /** Ticks in more than one row, counted once for each row too many. Must be 0. */
  readonly duplicates: number;
  /** Ticks in rows that no schedule owed, or whose tick is pending all the same. Must be 0. */
  readonly unscheduled: number;
  /** The oldest pending tick that is to be carried out; null if there is none. Skipped ones are written by the hour. */
  readonly oldestPending: Date | null;
  /**
   * Targets and locations whose schedule is not what it should be, so that no ledger could show it: a lease that is not as
   * the history has it, or that does not follow its target though no change is waiting. Must be none.
   */
  readonly unfollowed: number;
  /** Where ticks are unaccounted. */
  readonly gaps: readonly LedgerFinding[];
  readonly repeats: readonly LedgerFinding[];
  readonly strays: readonly LedgerFinding[];
  readonly leftBehind: readonly UnfollowedTarget[];
  /** Findings beyond those that are named. */
  readonly unnamed: number;
}

export interface VerifyOptions {
  /** Default, and at least: the first tick ever owed, or what retention has left of the ledger. */
  readonly from?: Date | undefined;
  /** Default, and at most: now, by the database clock. */
  readonly to?: Date | undefined;
  /** Instead of `from` and `to`: the last so many seconds. */
  readonly lastS?: number | undefined;
  /** Default: all targets, deleted ones included. */
  readonly targetIds?: readonly number[] | undefined;
  /** How long one statement may take, in milliseconds. Default: as long as it takes. */
  readonly statementTimeoutMs?: number | undefined;
  /** How many findings are named. The counts are always whole. */
  readonly namedAtMost?: number | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

export interface VerifyProgress {
  readonly daysDone: number;
  readonly days: number;
  /** Ticks in the ledger so far. */
  readonly recorded: number;
}

const DAY_MS = 86_400_000;
const NAMED_AT_MOST = 1_000;

type Pair = readonly [targetId: number, locationId: number];

interface WalkRow {
  readonly what: 'absent' | 'twice' | 'unscheduled';
  readonly target_id: number;
  readonly location_id: number;
  readonly first_tick: Date;
  readonly last_tick: Date;
  readonly ticks: number;
  readonly tick_after: Date | null;
  readonly absent: number | null;
  readonly twice: number | null;
  readonly unscheduled: number | null;
  readonly findings: number;
}

interface UnfollowedRow {
  readonly target_id: number;
  readonly location_id: number;
  readonly what: UnfollowedTarget['with'];
  readonly found: number;
}

/** True where nothing is absent, twice, or where it does not belong. */
export function isProven(proof: LedgerProof): boolean {
  return proof.unaccounted === 0 && proof.duplicates === 0 && proof.unscheduled === 0 && proof.unfollowed === 0;
}

/** Makes the proof on a connection of its own, which must not be in a transaction. */
export async function verifyLedger(client: pg.ClientBase, options: VerifyOptions = {}): Promise<LedgerProof> {
  try {
    await client.query(beginSql);
    await client.query(settingsSql, [`${options.statementTimeoutMs ?? 0}ms`]);
    return await verify(client, options);
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
  }
}

async function verify(client: pg.ClientBase, options: VerifyOptions): Promise<LedgerProof> {
  const period = await client.query<{ from: Date | null; to: Date }>(periodSql, [
    options.from,
    options.to,
    options.lastS,
  ]);
  const to = period.rows[0]?.to ?? new Date(Number.NaN);
  const from = period.rows[0]?.from ?? to;
  const targetIds = options.targetIds ?? null;
  const namedAtMost = options.namedAtMost ?? NAMED_AT_MOST;
  const keyed = (await client.query<[boolean]>({ text: keySql, rowMode: 'array' })).rows[0]?.[0] === true;

  const total = { expected: 0, pending: 0, absent: 0, twice: 0, unscheduled: 0, findings: 0 };
  const recorded = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const findings: WalkRow[] = [];
  const days = daysBetween(from, to);
  for (const [index, [first, last]] of days.entries()) {
    const bounds = [first, last, targetIds];
    const { rows } = await client.query(balanceSql, bounds);
    const sums = rows.find((row) => row.target_id === null);
    total.expected += sums.expected;
    total.pending += sums.pending;
    for (const [outcome, ticks] of Object.entries(sums.recorded)) recorded[outcome as Outcome] += Number(ticks);

    const suspicious = new Map<string, Pair>();
    const suspect = (pairs: readonly Pair[]) => {
      for (const pair of pairs) suspicious.set(pair.join(), pair);
    };
    suspect(rows.filter((row) => row.target_id !== null).map((row) => [row.target_id, row.location_id]));
    if (sums.runs > 0) suspect(await pairs(client, overlapsSql, bounds));
    if (!keyed) suspect(await pairs(client, repeatedSql, bounds));
    if (suspicious.size > 0) {
      const asked = [...suspicious.values()];
      const walk = await client.query<WalkRow>(walkSql, [
        first,
        last,
        asked.map(([target]) => target),
        asked.map(([, location]) => location),
        namedAtMost,
      ]);
      const [any] = walk.rows;
      total.absent += any?.absent ?? 0;
      total.twice += any?.twice ?? 0;
      total.unscheduled += any?.unscheduled ?? 0;
      total.findings += any?.findings ?? 0;
      findings.push(...walk.rows);
    }
    const ticks = Object.values(recorded).reduce((sum, each) => sum + each, 0);
    options.onProgress?.({ daysDone: index + 1, days: days.length, recorded: ticks });
  }

  const joined = joinFindings(findings);
  const named = await nameFindings(client, joined.slice(0, namedAtMost));
  const oldest = await client.query<{ tick: Date | null }>(oldestPendingSql, [to, targetIds]);
  const unfollowed = await client.query<UnfollowedRow>(unfollowedSql, [targetIds, namedAtMost]);
  return {
    from,
    to,
    expected: total.expected,
    recorded,
    pending: total.pending,
    unaccounted: total.absent,
    duplicates: total.twice,
    unscheduled: total.unscheduled,
    oldestPending: oldest.rows[0]?.tick ?? null,
    unfollowed: unfollowed.rows[0]?.found ?? 0,
    gaps: named.absent,
    repeats: named.twice,
    strays: named.unscheduled,
    leftBehind: await nameUnfollowed(client, unfollowed.rows),
    // Pieces of one gap that were joined over midnight are one finding.
    unnamed: Math.max(0, total.findings - (findings.length - joined.length) - namedAtMost),
  };
}

/** The period in days (UTC), as the ledger's partitions are cut. */
function daysBetween(from: Date, to: Date): [Date, Date][] {
  const days: [Date, Date][] = [];
  for (let start = from.getTime(); start < to.getTime(); ) {
    const end = Math.min(to.getTime(), (Math.floor(start / DAY_MS) + 1) * DAY_MS);
    days.push([new Date(start), new Date(end)]);
    start = end;
  }
  return days;
}

async function pairs(client: pg.ClientBase, text: string, values: unknown[]): Promise<Pair[]> {
  return (await client.query<[number, number]>({ text, values, rowMode: 'array' })).rows;
}

/** A gap that goes on past midnight was found in two pieces. */
function joinFindings(rows: readonly WalkRow[]): WalkRow[] {
  const joined: WalkRow[] = [];
  const ended = new Map<string, number>();
  for (const row of rows) {
    const key = (at: Date) => [row.what, row.target_id, row.location_id, at.getTime()].join();
    const before = ended.get(key(row.first_tick));
    const piece = before === undefined ? undefined : joined[before];
    const whole = piece === undefined ? row : { ...row, first_tick: piece.first_tick, ticks: piece.ticks + row.ticks };
    const index = before ?? joined.length;
    joined[index] = whole;
    if (row.tick_after !== null) ended.set(key(row.tick_after), index);
  }
  return joined;
}

async function nameFindings(client: pg.ClientBase, rows: readonly WalkRow[]) {
  const named: Record<WalkRow['what'], LedgerFinding[]> = { absent: [], twice: [], unscheduled: [] };
  if (rows.length === 0) return named;
  const names = await namesOf(client, rows);
  for (const [index, row] of rows.entries()) {
    named[row.what].push({
      ...nameAt(names, index, row),
      from: row.first_tick,
      to: row.last_tick,
      ticks: row.ticks,
    });
  }
  return named;
}

async function nameUnfollowed(client: pg.ClientBase, rows: readonly UnfollowedRow[]): Promise<UnfollowedTarget[]> {
  const names = await namesOf(client, rows);
  return rows.map((row, index) => ({ ...nameAt(names, index, row), with: row.what }));
}

interface Ids {
  readonly target_id: number;
  readonly location_id: number;
}

interface Names {
  readonly target: string | null;
  readonly location: string | null;
}

async function namesOf(client: pg.ClientBase, rows: readonly Ids[]): Promise<Names[]> {
  if (rows.length === 0) return [];
  const ids = [rows.map((row) => row.target_id), rows.map((row) => row.location_id)];
  return (await client.query<Names & pg.QueryResultRow>(namesSql, ids)).rows;
}

function nameAt(names: readonly Names[], index: number, { target_id, location_id }: Ids) {
  const { target, location } = names[index] ?? {};
  return {
    targetId: target_id,
    target: target ?? `(target ${target_id})`,
    location: location ?? `(location ${location_id})`,
  };
}
