// everytick targets show: all there is to say of one target.

import {
  checkOptionNames,
  defaultLocation,
  type ResultResource,
  type SummaryResource,
  showUrl,
  type TargetResource,
} from '@everytick/core';
import { Command } from 'commander';
import type { Operations } from '../operations/operations.ts';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { formatError, formatMoment, formatMs, formatUs } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { paint, paintOutcome, paintState } from '../output/paint.ts';
import { printLine, printTable } from '../output/print.ts';
import { shownValue } from './plan-value.ts';
import { laterBeginning, summaryLines } from './summary-lines.ts';

interface Shown {
  readonly target: TargetResource;
  /** Of each location the newest result, if there is one. */
  readonly newest: readonly ResultResource[];
  /** Of the last 24 hours. */
  readonly summary: SummaryResource;
}

export function showCommand(): Command {
  const command = new Command('show')
    .description('show everything of one target')
    .argument('<name>', 'its name or id; deleted ones can be asked for too');
  return addPlaceFlags(addOutputFlags(command))
    .addHelpText(
      'after',
      `
Examples:
  everytick targets show shop
  everytick targets show shop --output yaml
${placeHelp}`,
    )
    .action(async (nameOrId: string, flags: OutputFlags & PlaceFlags) => {
      const format = outputFormat(flags);
      const shown = await withOperations(flags, (operations) => lookUp(operations, nameOrId));
      printAs(format, shown, () => printCard(shown));
    });
}

async function lookUp(operations: Operations, nameOrId: string): Promise<Shown> {
  const { id } = await operations.findTarget(nameOrId);
  const target = await operations.target(id);
  const newest: ResultResource[] = [];
  for (const location of locationsOf(target)) {
    const { results } = await operations.resultPage({ targetIds: [id], locations: [location] }, { limit: 1 });
    newest.push(...results);
  }
  return { target, newest, summary: await operations.summary(id, {}, null) };
}

function locationsOf({ spec }: TargetResource): readonly string[] {
  return (spec['locations'] as readonly string[] | undefined) ?? [defaultLocation];
}

function printCard({ target, newest, summary }: Shown): void {
  const removed = target.deleted_at === null ? '' : paint('red', `  removed ${formatMoment(target.deleted_at)} UTC`);
  printLine(`${paint('bold', target.name)} (id ${target.id})  ${paintState(target.state)}${removed}`);
  const facts = factsOf(target);
  const width = Math.max(...facts.map(([word]) => word.length));
  for (const [word, fact] of facts) printLine(`  ${paint('dim', word.padEnd(width))}  ${fact}`);
  printLine();
  if (newest.length === 0) printLine('Nothing has been recorded yet.');
  else printTable(columns, newest.map(rowOf));
  printLine();
  const later = laterBeginning(summary, target.created_at, { endsNow: true });
  printLine(later === null ? 'The last 24 hours:' : `Since ${later}:`);
  for (const line of summaryLines(summary)) printLine(`  ${line}`);
}

function factsOf(target: TargetResource): [string, string][] {
  const { spec, source } = target;
  const optional = ['match', 'group', 'labels', ...checkOptionNames].flatMap((name): [string, string][] =>
    spec[name] === undefined ? [] : [[name, shownValue(spec[name])]],
  );
  return [
    ['url', showUrl(spec.url)],
    ['every', `${spec.every}, timeout ${spec.timeout}`],
    ['locations', locationsOf(target).join(', ')],
    ...optional,
    ['source', source === null ? 'none: made by hand' : `${source}: what its files say`],
    ['added', `${formatMoment(target.created_at)} UTC, changed ${formatMoment(target.updated_at)} UTC`],
  ];
}

const columns = [
  { head: 'LOCATION', shrinkTo: 10 },
  { head: 'OUTCOME' },
  { head: 'STATUS', align: 'right' },
  { head: 'RESPONSE', align: 'right' },
  { head: 'SCHEDULED (UTC)', dispensable: 3 },
  { head: 'LATENESS', align: 'right', dispensable: 2 },
  { head: 'ERROR', shrinkTo: 12, dispensable: 1 },
] as const;

function rowOf(result: ResultResource): string[] {
  return [
    result.location,
    paintOutcome(result.outcome) + (result.ticks > 1 ? ` x${result.ticks}` : ''),
    String(result.http_status ?? '-'),
    (result.suspect ? '~' : '') + formatUs(result.response_time_us),
    formatMoment(result.scheduled_at),
    formatMs(result.lateness_ms),
    formatError(result.error_code, result.error_detail),
  ];
}
