// everytick summary

import type { SummaryResource } from '@everytick/core';
import { Command } from 'commander';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { formatMoment } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { printLine } from '../output/print.ts';
import { momentHelp } from './moment-option.ts';
import { type PeriodFlags, periodOf } from './period-flags.ts';
import { checkLocations } from './results.ts';
import { laterBeginning, summaryLines } from './summary-lines.ts';

interface Flags extends OutputFlags, PlaceFlags, PeriodFlags {
  readonly location?: string;
}

export function summaryCommand(): Command {
  const command = new Command('summary')
    .description('show how a target did: uptime, how much of the time was observed, response times')
    .argument('<target>', 'its name or id; deleted ones can be asked for too')
    .option('--since <duration>', 'over the last while, such as 90s, 1h, 7d (default: 24h)')
    .option('--from <when>', 'from this moment on')
    .option('--to <when>', 'up to this moment, not included (default: now)')
    .option('--location <name>', 'as seen from there (default: from all locations together)');
  return addPlaceFlags(addOutputFlags(command))
    .addHelpText(
      'after',
      `${momentHelp}

Time that nobody observed (missed ticks) is neither up nor down: it makes the
uptime no better, and what is observed less. Skipped ticks were not owed.

Examples:
  everytick summary shop
  everytick summary shop --since 30d --location frankfurt
  everytick summary shop --from 2026-03-01 --to 2026-04-01 --json | jq .uptime
${placeHelp}`,
    )
    .action(async (nameOrId: string, flags: Flags) => {
      const format = outputFormat(flags);
      const period = periodOf(flags);
      const { summary, later } = await withOperations(flags, async (operations) => {
        const { id } = await operations.findTarget(nameOrId);
        if (flags.location !== undefined) await checkLocations(operations, [flags.location]);
        const found = await operations.summary(id, await period(operations), flags.location ?? null);
        const young = format === 'table' && found.since !== null && Date.parse(found.since) > Date.parse(found.from);
        const added = young ? (await operations.target(id)).created_at : null;
        return { summary: found, later: added && laterBeginning(found, added, { endsNow: flags.to === undefined }) };
      });
      printAs(format, summary, () => {
        printLine(headOf(summary, later));
        for (const line of summaryLines(summary)) printLine(line);
        if (summary.kept_since !== null) {
          printLine('results before that are not kept any more; "everytick uptime" has the hours and days of them');
        }
      });
    });
}

/** `later`: since when, if the target is younger than the period. */
function headOf({ target, from, to, location }: SummaryResource, later: string | null): string {
  const where = location === null ? '' : `, from ${location}`;
  const begins = later === null ? `from ${formatMoment(from)}` : `since ${later},`;
  return `'${target}' ${begins} to ${formatMoment(to)} UTC${where}:`;
}
