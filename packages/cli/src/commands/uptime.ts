// everytick uptime

import { EverytickError, type UptimeResource } from '@everytick/core';
import { Command } from 'commander';
import { findTargets } from '../operations/find-targets.ts';
import { longestPage, type Operations, type Period } from '../operations/operations.ts';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { formatMoment, formatMs, formatSpan } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { printLine, printTable } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { momentHelp } from './moment-option.ts';
import { periodOf } from './period-flags.ts';
import { checkLocations } from './results.ts';
import { beginsLater, formatShare, uptimeLines } from './uptime-lines.ts';

interface Flags extends OutputFlags, PlaceFlags {
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
  readonly location?: string;
}

export function uptimeCommand(): Command {
  const command = new Command('uptime')
    .description('show how targets did over months and years, in time, from the hours and days that are kept')
    .argument('[target...]', 'their names or ids, deleted ones too (default: all that there are)')
    .option('--since <duration>', 'over the last while, such as 12h, 7d, 365d (default: 30d)')
    .option('--from <when>', 'from this moment on')
    .option('--to <when>', 'up to this moment, not included (default: now)')
    .option('--location <name>', 'as seen from there (default: from all locations together)');
  return addPlaceFlags(addOutputFlags(command))
    .addHelpText(
      'after',
      `${momentHelp}

The beginning is rounded down to its hour. Each check counts until the next one.
Degraded is up, and has a column where there is any.
Time that nobody observed is neither up nor down: it makes the uptime no better, and
what is observed less. Time that was paused or in maintenance was not owed.

Examples:
  everytick uptime
  everytick uptime shop --since 365d
  everytick uptime shop blog --from 2026-01-01 --to 2026-04-01 --json | jq '.targets[].uptime'
${placeHelp}`,
    )
    .action(async (names: string[], flags: Flags) => {
      const format = outputFormat(flags);
      const period = periodOf(flags);
      const uptimes = await withOperations(flags, async (operations) => {
        if (flags.location !== undefined) await checkLocations(operations, [flags.location]);
        return uptimesOf(operations, names, await period(operations), flags.location ?? null);
      });
      printAs(format, { targets: uptimes }, () => print(uptimes, names.length === 1));
    });
}

async function uptimesOf(
  operations: Operations,
  names: readonly string[],
  period: Partial<Period>,
  location: string | null,
): Promise<UptimeResource[]> {
  if (names.length > 0) {
    const { found, unknown } = await findTargets(operations, names, 'any');
    if (unknown.length > 0) {
      const list = unknown.map((name) => `'${name}'`).join(', ');
      throw new EverytickError('target_not_found', `there is no target ${list}`);
    }
    return operations.uptimes(
      found.map(({ id }) => id),
      period,
      location,
    );
  }
  const all: UptimeResource[] = [];
  let cursor: string | null = null;
  do {
    const order = { limit: longestPage.uptimes, ...(cursor === null ? {} : { cursor }) };
    const page = await operations.uptimePage(order, period, location);
    all.push(...page.targets);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return all;
}

interface UptimeColumn extends Column {
  readonly text: (uptime: UptimeResource) => string;
  /** Shown only where one of the targets has it. */
  readonly onlyIf?: (uptime: UptimeResource) => boolean;
}

const columns: readonly UptimeColumn[] = [
  { head: 'TARGET', shrinkTo: 12, text: ({ target }) => target },
  { head: 'UP', align: 'right', text: ({ uptime }) => formatShare(uptime) },
  { head: 'OBSERVED', align: 'right', text: ({ coverage }) => formatShare(coverage) },
  { head: 'DOWN', align: 'right', text: (each) => spanOf(each, 'down') },
  {
    head: 'DEGRADED',
    align: 'right',
    text: (each) => spanOf(each, 'degraded'),
    onlyIf: ({ duration_ms }) => duration_ms.degraded > 0,
  },
  { head: 'P50', align: 'right', dispensable: 3, text: (each) => formatMs(each.response_time_ms?.p50 ?? null) },
  { head: 'P95', align: 'right', dispensable: 2, text: (each) => formatMs(each.response_time_ms?.p95 ?? null) },
  { head: 'P99', align: 'right', dispensable: 1, text: (each) => formatMs(each.response_time_ms?.p99 ?? null) },
  {
    head: 'DATA SINCE (UTC)',
    text: (each) => (beginsLater(each) ? formatMoment(each.since ?? '') : ''),
    onlyIf: beginsLater,
  },
];

const spanOf = ({ uptime, duration_ms }: UptimeResource, state: 'down' | 'degraded') =>
  uptime === null ? '-' : formatSpan(duration_ms[state]);

function print(uptimes: readonly UptimeResource[], single: boolean): void {
  const [first] = uptimes;
  if (first === undefined) {
    printLine('There are no targets.');
    return;
  }
  const { target, from, to, location } = first;
  const where = location === null ? '' : `, from ${location}`;
  printLine(`${single ? `'${target}' from` : 'From'} ${formatMoment(from)} to ${formatMoment(to)} UTC${where}:`);
  if (single) {
    for (const line of uptimeLines(first)) printLine(line);
    return;
  }
  printLine();
  const shown = columns.filter(({ onlyIf }) => onlyIf === undefined || uptimes.some(onlyIf));
  printTable(
    shown,
    uptimes.map((each) => shown.map(({ text }) => text(each))),
  );
}
