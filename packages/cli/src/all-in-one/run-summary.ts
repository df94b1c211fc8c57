// What is said at the end of a run, from the ledger itself and not from what was seen on the way.

import { type ListedTarget, type Queryable, type ResultsSummary, showUrl, summarizeResults } from '@everytick/core';
import { counted, formatMs, formatSpan } from '../output/format.ts';
import { paint, paintOutcome } from '../output/paint.ts';
import { type Column, tableLines } from '../output/table.ts';
import { totalsText } from './plain-view.ts';

const mostRows = 40;

export interface RunSummaryInput {
  readonly database: Queryable;
  readonly targets: readonly ListedTarget[];
  readonly start: Date;
  readonly elapsedMs: number;
  readonly width: number;
  /** Every target with its figures, or the totals alone. */
  readonly full: boolean;
}

export async function runSummaryLines(input: RunSummaryInput): Promise<string[]> {
  const { total, byTarget } = await summarizeResults(
    input.database,
    input.targets.map((target) => target.id),
    input.start,
  );
  const lateness = total.latenessMs;
  const ticks = `${counted(total.ticks, 'tick')} of ${counted(input.targets.length, 'target')}`;
  const totals = [
    paint('bold', `${ticks} in ${formatSpan(input.elapsedMs)}: ${totalsText(total)}`),
    ...(lateness === null ? [] : [`lateness p50 ${formatMs(lateness.p50)}, p99 ${formatMs(lateness.p99)}`]),
  ];
  return input.full ? [...tableOf(input.targets, byTarget, total, input.width), '', ...totals] : totals;
}

function worstFirst(targets: readonly ListedTarget[], byTarget: ReadonlyMap<number, ResultsSummary>): ListedTarget[] {
  const trouble = ({ id }: ListedTarget) => {
    const summary = byTarget.get(id);
    return summary === undefined ? 0 : (summary.missed * 2 + summary.down + summary.degraded / 2) / summary.ticks;
  };
  return [...targets].sort((a, b) => trouble(b) - trouble(a));
}

function tableOf(
  targets: readonly ListedTarget[],
  byTarget: ReadonlyMap<number, ResultsSummary>,
  total: ResultsSummary,
  width: number,
): string[] {
  const outcomes = (['up', 'degraded', 'down', 'missed', 'skipped'] as const).filter(
    (outcome) => total[outcome] > 0 || (outcome !== 'degraded' && outcome !== 'skipped'),
  );
  const columns: Column[] = [
    { head: 'TARGET', shrinkTo: 12 },
    { head: 'URL', shrinkTo: 18, dispensable: 2 },
    { head: 'TICKS', align: 'right', dispensable: 1 },
    ...outcomes.map((outcome): Column => ({ head: outcome.toUpperCase(), align: 'right' })),
    { head: 'TIME p50', align: 'right' },
    { head: 'p95', align: 'right' },
    { head: 'LATE p50', align: 'right' },
    { head: 'p99', align: 'right' },
  ];
  const cells = (name: string, url: string, summary: ResultsSummary | undefined) => [
    name,
    url,
    String(summary?.ticks ?? 0),
    ...outcomes.map((outcome) =>
      summary?.[outcome] ? paintOutcome(outcome, String(summary[outcome])) : paint('dim', '0'),
    ),
    formatMs(summary?.responseTimeMs?.p50 ?? null),
    formatMs(summary?.responseTimeMs?.p95 ?? null),
    formatMs(summary?.latenessMs?.p50 ?? null),
    formatMs(summary?.latenessMs?.p99 ?? null),
  ];
  // Of very many, those that need attention.
  const shown = targets.length <= mostRows ? targets : worstFirst(targets, byTarget).slice(0, mostRows);
  const rows = shown.map((target) => cells(target.name, showUrl(target.url), byTarget.get(target.id)));
  if (targets.length > 1) rows.push(cells('all', '', total));
  const lines = tableLines(columns, rows, width);
  const hidden = targets.length - shown.length;
  if (hidden > 0) lines.splice(-1, 0, paint('dim', `and ${hidden} more, none of them worse`));
  return lines;
}
