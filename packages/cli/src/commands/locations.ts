// everytick locations list

import { type LocationStatus, listLocations, type Queryable } from '@everytick/core';
import { Command } from 'commander';
import { formatMoment, formatSpan } from '../output/format.ts';
import { paint } from '../output/paint.ts';
import { printJson, printTable } from '../output/print.ts';
import { databaseHelp, withDatabase } from './with-database.ts';

export function locationsCommand(): Command {
  return new Command('locations')
    .description('show from where targets are checked, and who is there')
    .addCommand(listCommand())
    .addHelpText('after', databaseHelp);
}

function listCommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('show all locations: workers, targets, and the oldest tick that nobody has claimed')
    .option('--json', 'print a JSON document')
    .addHelpText(
      'after',
      `
A location comes to be when a worker runs there (EVERYTICK_LOCATION) or a target
names it. WORKERS are those heard of within the last 15 seconds.

Example:
  everytick locations list --json | jq '.locations[] | select(.live_workers == 0)'
${databaseHelp}`,
    )
    .action(async (flags: { readonly json?: true }) => {
      const locations = await withDatabase(listLocations);
      if (flags.json) printJson({ locations: locations.map(jsonOf) });
      else printTable(columns, locations.map(rowOf));
    });
}

/** Those of the named locations in which no worker is. */
export async function unstaffedLocations(database: Queryable, names: readonly string[]): Promise<LocationStatus[]> {
  if (names.length === 0) return [];
  return (await listLocations(database)).filter(({ name, liveWorkers }) => names.includes(name) && liveWorkers === 0);
}

/** What to say of a location without workers to somebody who has a target checked from there. */
export function unstaffedNote({ name, lastSeenAt }: LocationStatus): string {
  const since = lastSeenAt === null ? 'yet' : `since ${formatMoment(lastSeenAt)} UTC`;
  return `location '${name}' has no worker ${since}: ticks there are missed until one runs with EVERYTICK_LOCATION=${name}`;
}

const columns = [
  { head: 'LOCATION', shrinkTo: 12 },
  { head: 'WORKERS', align: 'right' },
  { head: 'LAST HEARD OF (UTC)', dispensable: 1 },
  { head: 'TARGETS', align: 'right' },
  { head: 'OVERDUE', align: 'right' },
] as const;

function rowOf(location: LocationStatus): string[] {
  const { liveWorkers, targets, overdueMs } = location;
  return [
    location.name,
    liveWorkers === 0 && targets > 0 ? paint('red', '0') : String(liveWorkers),
    location.lastSeenAt === null ? 'never' : formatMoment(location.lastSeenAt),
    String(targets),
    overdueMs === null ? '-' : formatSpan(overdueMs),
  ];
}

function jsonOf(location: LocationStatus): object {
  return {
    id: location.id,
    name: location.name,
    live_workers: location.liveWorkers,
    last_seen_at: location.lastSeenAt,
    targets: location.targets,
    oldest_overdue_tick: location.oldestOverdueTick,
    overdue_ms: location.overdueMs,
  };
}
