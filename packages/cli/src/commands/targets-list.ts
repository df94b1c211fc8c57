// everytick targets list

import {
  defaultLocation,
  EverytickError,
  showUrl,
  type TargetFilter,
  type TargetResource,
  targetStates,
} from '@everytick/core';
import { Command } from 'commander';
import { type Listed, targetsUpTo } from '../operations/pages.ts';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { formatError, formatMoment, formatUs } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { paintState } from '../output/paint.ts';
import { printLine, printTable } from '../output/print.ts';
import { countOf } from './count-option.ts';
import { labelsOf } from './label-flags.ts';
import { repeatable, repeatableChoice } from './repeatable-option.ts';

interface ListFlags extends OutputFlags, PlaceFlags {
  readonly search?: string;
  readonly group?: string;
  readonly label?: readonly string[];
  readonly location?: string;
  readonly source?: string;
  readonly byHand?: true;
  readonly state?: readonly (typeof targetStates)[number][];
  readonly deleted?: true;
  readonly limit?: number;
}

/** A table that is longer than this is read by nobody. */
const longestTable = 500;

export function listCommand(): Command {
  const command = new Command('list')
    .alias('ls')
    .description('show targets, each with its newest result: the worst, where there are several locations')
    .option('--search <text>', 'those that have this in their name or in the host of their URL')
    .option('--group <name>', 'those of this group')
    .option('--label <name=value>', 'those with this label; again for one more, and all have to hold', repeatable)
    .option('--location <name>', 'those that are checked from there')
    .option('--source <name>', 'those of this set of targets')
    .option('--by-hand', 'those that belong to no set')
    .addOption(repeatableChoice('--state <state>', 'those in this state; again for one more', targetStates))
    .option('--deleted', 'the removed ones instead; "targets restore" brings them back')
    .option(
      '--limit <count>',
      `at most so many (default: ${longestTable} in a table, all in a document)`,
      countOf(100_000),
    );
  return addPlaceFlags(addOutputFlags(command))
    .addHelpText(
      'after',
      `
Examples:
  everytick targets list
  everytick targets list --state down --state degraded --label team=shop
  everytick targets list --json | jq '.targets[] | select(.source == null) | .name'
${placeHelp}`,
    )
    .action(async (flags: ListFlags) => {
      const format = outputFormat(flags);
      const filter = filterOf(flags);
      const most = flags.limit ?? (format === 'table' ? longestTable : Number.POSITIVE_INFINITY);
      const { listed, left } = await withOperations(flags, async (operations) => {
        const found = await targetsUpTo(operations, filter, most);
        const total = found.more && format === 'table' && !flags.deleted ? await operations.overview(filter) : null;
        return { listed: found, left: total === null ? null : total.targets - found.items.length };
      });
      printAs(format, { targets: listed.items }, () => {
        if (flags.deleted) printDeleted(listed.items);
        else printPresent(listed.items, Object.keys(filter).length > 0);
        if (listed.more) printLine(moreNote(listed, left));
      });
    });
}

function filterOf(flags: ListFlags): TargetFilter {
  const { search, group, location, source, byHand, state, deleted } = flags;
  if (source !== undefined && byHand) throw new EverytickError('usage', 'give either --source or --by-hand, not both');
  return {
    ...(search === undefined ? {} : { search }),
    ...(group === undefined ? {} : { group }),
    ...(flags.label === undefined ? {} : { labels: labelsOf(flags.label) }),
    ...(location === undefined ? {} : { location }),
    ...(source === undefined ? {} : { source }),
    ...(byHand ? { source: null } : {}),
    ...(state === undefined ? {} : { states: state }),
    ...(deleted ? { deleted } : {}),
  };
}

function moreNote({ items }: Listed<unknown>, left: number | null): string {
  const more = left === null || left < 1 ? 'There are more' : `and ${left.toLocaleString('en-US')} more`;
  return `${more}: narrow it down, or give --limit with more than ${items.length}.`;
}

const identityColumns = [
  { head: 'ID', align: 'right' },
  { head: 'NAME', shrinkTo: 16 },
  { head: 'URL', shrinkTo: 20, dispensable: 2 },
  { head: 'EVERY', align: 'right' },
] as const;

const groupColumn = { head: 'GROUP', shrinkTo: 10, dispensable: 5 } as const;
const locationsColumn = { head: 'LOCATIONS', shrinkTo: 12, dispensable: 4 } as const;

const newestColumns = [
  { head: 'OUTCOME' },
  { head: 'STATUS', align: 'right' },
  { head: 'RESPONSE', align: 'right' },
  { head: 'SCHEDULED (UTC)', dispensable: 3 },
  { head: 'ERROR', shrinkTo: 12, dispensable: 1 },
] as const;

function printPresent(targets: readonly TargetResource[], filtered: boolean): void {
  if (targets.length === 0) {
    printLine(filtered ? 'No target matches.' : 'There are no targets yet: everytick targets add https://example.org/');
    return;
  }
  const grouped = targets.some(({ spec }) => spec['group'] !== undefined);
  const everywhere = targets.every((target) => locationsOf(target).join() === defaultLocation);
  const columns = [
    ...identityColumns,
    ...(grouped ? [groupColumn] : []),
    ...(everywhere ? [] : [locationsColumn]),
    ...newestColumns,
  ];
  const rows = targets.map((target) => [
    ...identityOf(target),
    ...(grouped ? [String(target.spec['group'] ?? '')] : []),
    ...(everywhere ? [] : [locationsOf(target).join(', ')]),
    ...newestOf(target),
  ]);
  printTable(columns, rows);
}

function printDeleted(targets: readonly TargetResource[]): void {
  if (targets.length === 0) {
    printLine('No target has been removed.');
    return;
  }
  const rows = targets.map((target) => [
    ...identityOf(target),
    target.deleted_at === null ? '-' : formatMoment(target.deleted_at),
  ]);
  printTable([...identityColumns, { head: 'DELETED (UTC)' }], rows);
}

function identityOf({ id, name, spec }: TargetResource): string[] {
  return [String(id), name, showUrl(spec.url), spec.every];
}

function locationsOf({ spec }: TargetResource): readonly string[] {
  return (spec['locations'] as readonly string[] | undefined) ?? [defaultLocation];
}

function newestOf({ state, last_result: last }: TargetResource): string[] {
  return [
    paintState(state),
    String(last?.http_status ?? '-'),
    formatUs(last?.response_time_us ?? null),
    last === null ? '-' : formatMoment(last.scheduled_at),
    formatError(last?.error_code ?? null, last?.error_detail ?? null),
  ];
}
