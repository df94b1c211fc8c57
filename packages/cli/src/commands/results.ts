// everytick results

import { EverytickError, type Outcome, outcomes, type ResultResource } from '@everytick/core';
import { Command } from 'commander';
import type { Operations } from '../operations/operations.ts';
import { resultsUpTo } from '../operations/pages.ts';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { formatError, formatMoment, formatMs, formatUs } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { paint, paintOutcome } from '../output/paint.ts';
import { printLine, printTable } from '../output/print.ts';
import { countOf } from './count-option.ts';
import { momentHelp } from './moment-option.ts';
import { type PeriodFlags, periodOf } from './period-flags.ts';
import { repeatable, repeatableChoice } from './repeatable-option.ts';

interface ResultsFlags extends OutputFlags, PlaceFlags, PeriodFlags {
  readonly target?: string;
  readonly outcome?: readonly Outcome[];
  readonly location?: readonly string[];
  readonly limit: number;
}

export function resultsCommand(): Command {
  const command = new Command('results')
    .description('show what was recorded, newest first')
    .option('--target <name>', 'of this target only, by name or id; deleted ones can be asked for too')
    .addOption(repeatableChoice('--outcome <outcome>', 'with this outcome only; again for one more', outcomes))
    .option('--location <name>', 'from this location only; again for one more', repeatable)
    .option('--limit <count>', 'at most so many, 1 to 100000', countOf(100_000), 20)
    .option('--since <duration>', 'scheduled within this time, such as 90s, 1h, 7d')
    .option('--from <when>', 'scheduled at this moment or later')
    .option('--to <when>', 'scheduled before this moment');
  return addPlaceFlags(addOutputFlags(command))
    .addHelpText(
      'after',
      `${momentHelp}

Examples:
  everytick results
  everytick results --target shop --since 1h --limit 100
  everytick results --outcome down --outcome degraded --from 2026-03-01 --to 2026-03-02
  everytick results --json | jq '.results[] | select(.suspect)'
${placeHelp}`,
    )
    .action(async (flags: ResultsFlags) => {
      const format = outputFormat(flags);
      const period = periodOf(flags);
      const { items, keptSince } = await withOperations(flags, async (operations) => {
        const target = flags.target === undefined ? null : await operations.findTarget(flags.target);
        await checkLocations(operations, flags.location);
        const filter = {
          ...(await period(operations)),
          ...(target && { targetIds: [target.id] }),
          ...(flags.outcome && { outcomes: flags.outcome }),
          ...(flags.location && { locations: flags.location }),
        };
        const found = await resultsUpTo(operations, filter, flags.limit);
        // Of a time before those that are kept, that there are none means nothing.
        const kept = found.items.length === 0 ? (await operations.resultPage(filter, { limit: 1 })).kept_since : null;
        return { ...found, keptSince: kept };
      });
      printAs(format, { results: items }, () => {
        if (items.length === 0) printLine('Nothing has been recorded yet that matches.');
        if (items.length === 0 && keptSince !== null) {
          printLine(
            `Results before ${formatMoment(keptSince)} UTC are not kept any more; "everytick uptime" has the hours and days of them.`,
          );
        }
        if (items.length > 0) printResults(items);
      });
    });
}

/** Throws `usage` for a name that no location has. */
export async function checkLocations(operations: Operations, names: readonly string[] = []): Promise<void> {
  if (names.length === 0) return;
  const known = (await operations.locations()).map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new EverytickError('usage', `--location '${name}' is not known; there are ${known.join(', ')}`);
  }
}

const columns = [
  { head: 'SCHEDULED (UTC)' },
  { head: 'TARGET', shrinkTo: 12 },
  { head: 'LOCATION', dispensable: 3 },
  { head: 'OUTCOME' },
  { head: 'STATUS', align: 'right' },
  { head: 'RESPONSE', align: 'right' },
  { head: 'LATENESS', align: 'right', dispensable: 2 },
  { head: 'ERROR', shrinkTo: 12, dispensable: 1 },
] as const;

export function printResults(results: readonly ResultResource[]): void {
  printTable(columns, results.map(rowOf));
  if (!results.some(({ suspect }) => suspect)) return;
  printLine();
  printLine(paint('dim', '~ doubtful: the worker itself was held up while it measured.'));
}

function rowOf(result: ResultResource): string[] {
  const ticks = result.ticks > 1 ? ` x${result.ticks}` : '';
  return [
    formatMoment(result.scheduled_at),
    result.target,
    result.location,
    paintOutcome(result.outcome) + ticks,
    String(result.http_status ?? '-'),
    (result.suspect ? '~' : '') + formatUs(result.response_time_us),
    formatMs(result.lateness_ms),
    errorOf(result),
  ];
}

/** The error is about the first assertion that failed. */
function errorOf({ error_code, error_detail, failed_assertions }: ResultResource): string {
  const error = formatError(error_code, error_detail);
  const others = [...new Set(failed_assertions.slice(1).map(({ kind }) => kind))];
  return others.length === 0 ? error : `${error} (failed as well: ${others.join(', ')})`;
}
