// everytick workers list

import type { WorkerResource } from '@everytick/core';
import { Command } from 'commander';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { formatMoment } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { paint } from '../output/paint.ts';
import { printLine, printTable } from '../output/print.ts';

export function workersCommand(): Command {
  return new Command('workers')
    .description('show who carries out checks')
    .addCommand(listCommand())
    .addHelpText('after', placeHelp);
}

function listCommand(): Command {
  const command = new Command('list')
    .alias('ls')
    .description('show workers by location, those that were heard of within the last 15 seconds as alive');
  return addPlaceFlags(addOutputFlags(command))
    .addHelpText(
      'after',
      `
Example:
  everytick workers list --json | jq '.workers[] | select(.alive) | .name'
${placeHelp}`,
    )
    .action(async (flags: OutputFlags & PlaceFlags) => {
      const format = outputFormat(flags);
      const workers = await withOperations(flags, (operations) => operations.workers());
      printAs(format, { workers }, () => {
        if (workers.length === 0) printLine('No worker has been heard of yet.');
        else printTable(columns, workers.map(rowOf));
      });
    });
}

const columns = [
  { head: 'ID', align: 'right' },
  { head: 'WORKER', shrinkTo: 16 },
  { head: 'LOCATION', shrinkTo: 12 },
  { head: 'ALIVE' },
  { head: 'STARTED (UTC)', dispensable: 1 },
  { head: 'LAST HEARD OF (UTC)' },
] as const;

function rowOf({ id, name, location, alive, started_at, seen_at }: WorkerResource): string[] {
  return [
    String(id),
    name,
    location,
    alive ? paint('green', 'yes') : paint('dim', 'no'),
    formatMoment(started_at),
    formatMoment(seen_at),
  ];
}
