// What a chaos run found: one object, and a table of it.

import Table from 'cli-table3';
import { machine } from '../report.ts';
import type { Balance } from './books.ts';
import type { EditCounts } from './editor.ts';
import type { CarriedOutFault } from './fault-injector.ts';
import { type FaultKind, faultKinds, type PlannedFault } from './fault-plan.ts';
import { longestGaps } from './gaps.ts';
import { countStale, type Lateness, lateness, undisturbed } from './lateness.ts';
import { type LedgerRow, passedByCode } from './ledger-rows.ts';
import type { Complaints } from './process-logs.ts';
import type { Proof } from './proof.ts';
import type { ChaosOptions } from './run.ts';
import type { SiteBooks } from './site-books.ts';

export interface Findings {
  readonly options: ChaosOptions;
  readonly plan: readonly PlannedFault[];
  readonly faults: readonly CarriedOutFault[];
  readonly edits: EditCounts;
  readonly editRetries: number;
  readonly proof: Proof;
  readonly proven: boolean;
  readonly rows: readonly LedgerRow[];
  readonly site: SiteBooks;
  readonly books: Balance;
  readonly calmAfterMs: number;
  readonly oldestPendingMs: number;
  readonly logged: Complaints;
  readonly problems: readonly string[];
}

/** The first fields are those of `everytick verify --json`. */
export type ChaosReport = Proof &
  Balance & {
    readonly seed: number;
    readonly parameters: Readonly<Record<string, number>>;
    /** Carried out, by kind. */
    readonly kills: Readonly<Partial<Record<FaultKind, number>>>;
    readonly edits: EditCounts;
    readonly edit_retries: number;
    /** Ticks that were not carried out, by the reason in the ledger. */
    readonly missed_because: Readonly<Record<string, number>>;
    readonly skipped_because: Readonly<Record<string, number>>;
    readonly lateness_ms: Lateness;
    /** Of ticks that were due while no fault was felt. */
    readonly lateness_undisturbed_ms: Lateness;
    /** Checks that began when the next tick of their target was due already. */
    readonly begun_stale: number;
    readonly longest_gap_ms: Readonly<Partial<Record<FaultKind, number>>>;
    /** The greatest age of a tick that was owed and not yet settled. */
    readonly oldest_pending_ms: number;
    /** How long after the last fault no tick was pending for long. */
    readonly calm_after_ms: number;
    readonly errors_logged: Complaints['errors'];
    readonly warnings_logged: Complaints['warnings'];
    /** In words: processes that ended by themselves or did not leave, waiting in vain. */
    readonly problems: readonly string[];
    readonly plan: readonly PlannedFault[];
    readonly ok: boolean;
  };

export function chaosReport(found: Findings): ChaosReport {
  const { options, proof, books, rows, problems } = found;
  const wrong =
    books.false_downs +
    books.false_ups +
    books.recorded_not_requested +
    books.requested_not_in_ledger +
    books.requests_without_tick +
    problems.length;
  return {
    ...proof,
    ...books,
    seed: options.seed,
    parameters: {
      targets: options.targets,
      interval_s: options.intervalS,
      duration_s: options.durationMs / 1000,
      kills: options.kills,
    },
    kills: countByKind(found.faults),
    edits: found.edits,
    edit_retries: found.editRetries,
    missed_because: passedByCode(rows, 'missed'),
    skipped_because: passedByCode(rows, 'skipped'),
    lateness_ms: lateness(rows),
    lateness_undisturbed_ms: lateness(undisturbed(rows, found.faults)),
    begun_stale: countStale(rows),
    longest_gap_ms: longestGaps(found.faults, found.site.begunAtMs),
    oldest_pending_ms: found.oldestPendingMs,
    calm_after_ms: found.calmAfterMs,
    errors_logged: found.logged.errors,
    warnings_logged: found.logged.warnings,
    problems,
    plan: found.plan,
    ok: found.proven && wrong === 0,
  };
}

export function toText(report: ChaosReport): string {
  const figures = new Table({ style: { head: [], border: [] } });
  figures.push(
    ['ticks expected', report.expected],
    ['recorded', list(report.recorded)],
    ['missed because', list(report.missed_because)],
    ['skipped because', list(report.skipped_because)],
    ['pending', report.pending],
    ['unaccounted', report.unaccounted],
    ['recorded twice', report.duplicates],
    ['unscheduled', report.unscheduled],
    ['executed twice', report.executed_twice],
    ['executed, not recorded', report.executed_not_recorded],
    ['false downs / false ups', `${report.false_downs} / ${report.false_ups}`],
    ['answered too late', report.answered_too_late],
    ['recorded, not requested', report.recorded_not_requested],
    ['requested, not in the ledger', report.requested_not_in_ledger],
    ['lateness p50 / p99 / max', late(report.lateness_ms)],
    ['while undisturbed', late(report.lateness_undisturbed_ms)],
    ['begun when the next was due', report.begun_stale],
    ['oldest pending tick', `${report.oldest_pending_ms} ms`],
    ['calm after the last fault', `${report.calm_after_ms} ms`],
    ['edits', list(report.edits)],
    ['errors logged', list(report.errors_logged)],
  );
  const faults = new Table({ head: ['fault', 'times', 'longest gap after it'], style: { head: [], border: [] } });
  for (const kind of faultKinds) {
    if (report.kills[kind] !== undefined)
      faults.push([kind, report.kills[kind], `${report.longest_gap_ms[kind] ?? '-'} ms`]);
  }
  const wrong = [...report.problems, ...strayTicks(report), ...report.examples].map((line) => `- ${line}\n`).join('');
  const parameters = list({ ...report.parameters, seed: report.seed });
  return `chaos: ${parameters}\n${machine()}\n${figures.toString()}\n${faults.toString()}\n${wrong}${report.ok ? 'The books balance.' : 'THE BOOKS DO NOT BALANCE.'}\n`;
}

export function toJson(report: ChaosReport): string {
  return `${JSON.stringify({ ...report, machine: machine() })}\n`;
}

function strayTicks({ gaps, repeats, strays }: Proof): string[] {
  return Object.entries({ unaccounted: gaps, 'recorded twice': repeats, unscheduled: strays }).flatMap(
    ([what, found]) =>
      found
        .slice(0, 10)
        .map(
          ({ target, location, from, to, ticks }) =>
            `${what}: ${target} at ${location}, ${ticks} from ${from} to ${to}`,
        ),
  );
}

function countByKind(faults: readonly PlannedFault[]): Partial<Record<FaultKind, number>> {
  const counts: Partial<Record<FaultKind, number>> = {};
  for (const { kind } of faults) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function list(counts: Readonly<Record<string, number | undefined>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function late({ checks, p50, p99, max }: Lateness): string {
  return checks === 0 ? '-' : `${p50} / ${p99} / ${max} ms of ${checks} checks`;
}
