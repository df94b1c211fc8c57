// everytick locations list

import type { LocationResource } from '@everytick/core';
import { Command } from 'commander';
import type { Operations } from '../operations/operations.ts';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { formatMoment, formatSpan } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { paint } from '../output/paint.ts';
import { printTable } from '../output/print.ts';

export function locationsCommand(): Command {
  return new Command('locations')
    .description('show from where targets are checked, and who is there')
    .addCommand(listCommand())
    .addHelpText('after', placeHelp);
}

function listCommand(): Command {
  const command = new Command('list')
    .alias('ls')
    .description('show all locations: workers, targets, and the oldest tick that nobody has claimed');
  return addPlaceFlags(addOutputFlags(command))
    .addHelpText(
      'after',
      `
A location comes to be when a worker runs there (EVERYTICK_LOCATION) or a target
names it. WORKERS are those heard of within the last 15 seconds.

Example:
  everytick locations list --json | jq '.locations[] | select(.workers == 0)'
${placeHelp}`,
    )
    .action(async (flags: OutputFlags & PlaceFlags) => {
      const format = outputFormat(flags);
      const locations = await withOperations(flags, (operations) => operations.locations());
      printAs(format, { locations }, () => printTable(columns, locations.map(rowOf)));
    });
}

/** Those of the named locations in which no worker is. */
export async function unstaffedLocations(
  operations: Operations,
  names: readonly string[],
): Promise<LocationResource[]> {
  if (names.length === 0) return [];
  return (await operations.locations()).filter(({ name, workers }) => names.includes(name) && workers === 0);
}

/** What to say of a location without workers to somebody who has a target checked from there. */
export function unstaffedNote({ name, last_seen_at }: LocationResource): string {
  const since = last_seen_at === null ? 'yet' : `since ${formatMoment(last_seen_at)} UTC`;
  return `location '${name}' has no worker ${since}: ticks there are missed until one runs with EVERYTICK_LOCATION=${name}`;
}

const columns = [
  { head: 'LOCATION', shrinkTo: 12 },
  { head: 'WORKERS', align: 'right' },
  { head: 'LAST HEARD OF (UTC)', dispensable: 1 },
  { head: 'TARGETS', align: 'right' },
  { head: 'OVERDUE', align: 'right' },
] as const;

function rowOf({ name, workers, last_seen_at, targets, overdue_ms }: LocationResource): string[] {
  return [
    name,
    workers === 0 && targets > 0 ? paint('red', '0') : String(workers),
    last_seen_at === null ? 'never' : formatMoment(last_seen_at),
    String(targets),
    overdue_ms === null ? '-' : formatSpan(overdue_ms),
  ];
}
