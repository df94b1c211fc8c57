// everytick targets add | list | remove; the others are in targets-edit.ts and targets-life.ts

import {
  addTargets,
  defaultLocation,
  EverytickError,
  formatDuration,
  type ListedTarget,
  listTargets,
  parseTargetSpec,
  readTargetsFile,
  removeTargets,
  showUrl,
  type TargetSpec,
} from '@everytick/core';
import { Command } from 'commander';
import { counted, formatError, formatMoment, formatUs } from '../output/format.ts';
import { paint, paintOutcome } from '../output/paint.ts';
import { printJson, printLine, printTable } from '../output/print.ts';
import { addCheckFlags, referenceHelp } from './check-flags.ts';
import { unstaffedLocations, unstaffedNote } from './locations.ts';
import { optionsSummary } from './options-summary.ts';
import { addTargetFlags, flagLabels, givenTargetFlags, specInputOf, type TargetFlags } from './target-options.ts';
import { flagRules, targetRules } from './target-rules.ts';
import { editCommand } from './targets-edit.ts';
import { pauseCommand, restoreCommand, resumeCommand } from './targets-life.ts';
import { databaseHelp, withDatabase } from './with-database.ts';

interface AddFlags extends TargetFlags {
  readonly name?: string;
  readonly file?: string;
  readonly json?: true;
}

const defaultEvery = '60s';

export function targetsCommand(): Command {
  return new Command('targets')
    .description('add, list, edit, pause and remove what is watched')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(editCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(removeCommand())
    .addCommand(restoreCommand())
    .addHelpText('after', databaseHelp);
}

function addCommand(): Command {
  const command = new Command('add')
    .description('watch a URL, or all targets of a YAML file')
    .argument('[url]', 'an http or https URL')
    .option('--name <name>', 'what to call it (default: host and path of the URL)');
  addTargetFlags(command, defaultEvery)
    .option('--file <file.yaml>', 'add the targets of this file instead, all or none')
    .option('--json', 'print a JSON document');
  return addCheckFlags(command)
    .addHelpText(
      'after',
      `${referenceHelp}

Examples:
  everytick targets add https://example.org/
  everytick targets add https://shop.example/ --name shop --every 10s --match 'Add to cart'
  everytick targets add https://shop.example/ --location default --location frankfurt
  everytick targets add https://api.example/health --json-path '$.status == ok' --certificate-days 14
  everytick targets add https://api.example/orders -X POST -H 'content-type: application/json' \\
    --data @order.json --bearer env:EVERYTICK_SECRET_API --status 201 --down-above 2s
  everytick targets add --file targets.yaml

A targets file:
  targets:
    - name: shop                       # optional
      url: https://shop.example/
      every: 10s                       # default 60s
      timeout: 5s                      # default: half of every, at most 10s
      match: 'Add to cart'             # optional
      locations: [default, frankfurt]  # default [default]
      headers: {accept: text/html}     # and all that the flags can say: README, "What a target can say"
      expect: {status: [200, 404], down_above: 2s}

Every location checks at every tick. One that is not there yet is made.
${databaseHelp}`,
    )
    .action(async (url: string | undefined, flags: AddFlags) => {
      const specs = await specsToAdd(url, flags);
      const { added, unstaffed } = await withDatabase(async (database) => ({
        added: await addTargets(database, specs),
        unstaffed: await unstaffedLocations(
          database,
          specs.flatMap((spec) => spec.locations),
        ),
      }));
      if (flags.json) {
        printJson({ added, locations_without_workers: unstaffed.map(({ name }) => name) });
        return;
      }
      if (specs.length === 1) {
        const [spec] = specs as [TargetSpec];
        const { method, expectations } = optionsSummary(spec.options);
        const identity = `'${spec.name}' (id ${added[0]?.id})`;
        printLine(`added ${identity}: ${method}${showUrl(spec.url)} ${everyOf(spec)}${expectations}`);
      } else {
        printLine(`added ${counted(added.length, 'target')}`);
      }
      for (const location of unstaffed) printLine(unstaffedNote(location));
    });
}

function specsToAdd(url: string | undefined, flags: AddFlags): TargetSpec[] | Promise<TargetSpec[]> {
  if (flags.file === undefined) {
    if (url === undefined) throw new EverytickError('usage', 'give a URL, or --file FILE.yaml');
    return [parseTargetSpec(specInputOf(url, flags, defaultEvery), flagRules, flagLabels)];
  }
  if (url !== undefined) throw new EverytickError('usage', 'give either a URL or --file, not both');
  const misplaced = givenTargetFlags(flags);
  if (misplaced.length > 0) {
    throw new EverytickError(
      'usage',
      `${misplaced.join(', ')} cannot be given with --file: the file says it for each target`,
    );
  }
  return readTargetsFile(flags.file, targetRules);
}

function listCommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('show all targets, each with its newest result')
    .option('--json', 'print a JSON document')
    .option('--deleted', 'show the removed ones instead; "targets restore" brings them back')
    .addHelpText('after', databaseHelp)
    .action(async (flags: { readonly json?: true; readonly deleted?: true }) => {
      const targets = await withDatabase((database) => listTargets(database, { deleted: flags.deleted ?? false }));
      if (flags.json) printJson({ targets: targets.map(jsonOf) });
      else if (flags.deleted) printDeleted(targets);
      else printPresent(targets);
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .alias('rm')
    .description('stop watching targets; what they recorded stays')
    .argument('<name...>', 'names or ids, as "targets list" shows them')
    .option('--json', 'print a JSON document')
    .addHelpText('after', databaseHelp)
    .action(async (names: string[], flags: { readonly json?: true }) => {
      const removed = await withDatabase((database) => removeTargets(database, names));
      if (flags.json) printJson({ removed });
      else for (const { id, name } of removed) printLine(`removed '${name}' (id ${id})`);
    });
}

const identityColumns = [
  { head: 'ID', align: 'right' },
  { head: 'NAME', shrinkTo: 16 },
  { head: 'URL', shrinkTo: 20, dispensable: 2 },
  { head: 'EVERY', align: 'right' },
] as const;

const locationsColumn = { head: 'LOCATIONS', shrinkTo: 12, dispensable: 4 } as const;

const newestColumns = [
  { head: 'OUTCOME' },
  { head: 'STATUS', align: 'right' },
  { head: 'RESPONSE', align: 'right' },
  { head: 'SCHEDULED (UTC)', dispensable: 3 },
  { head: 'ERROR', shrinkTo: 12, dispensable: 1 },
] as const;

function printPresent(targets: readonly ListedTarget[]): void {
  if (targets.length === 0) {
    printLine('There are no targets yet: everytick targets add https://example.org/');
    return;
  }
  const everywhere = targets.every(({ locations }) => locations.join() === defaultLocation);
  const columns = [...identityColumns, ...(everywhere ? [] : [locationsColumn]), ...newestColumns];
  const rows = targets.map((target) => [
    ...identityOf(target),
    ...(everywhere ? [] : [target.locations.join(', ')]),
    ...newestOf(target),
  ]);
  printTable(columns, rows);
}

function printDeleted(targets: readonly ListedTarget[]): void {
  if (targets.length === 0) {
    printLine('No target has been removed.');
    return;
  }
  const rows = targets.map((target) => [
    ...identityOf(target),
    target.deletedAt === null ? '-' : formatMoment(target.deletedAt),
  ]);
  printTable([...identityColumns, { head: 'DELETED (UTC)' }], rows);
}

function identityOf(target: ListedTarget): string[] {
  return [String(target.id), target.name, showUrl(target.url), formatDuration(target.intervalS * 1_000)];
}

/** What is so now goes before what was recorded last. */
function stateOf({ paused, inMaintenance, lastResult }: ListedTarget): string {
  if (paused) return paint('dim', 'paused');
  if (inMaintenance) return paint('dim', 'maintenance');
  return lastResult === null ? paint('dim', 'not yet') : paintOutcome(lastResult.outcome);
}

function newestOf(target: ListedTarget): string[] {
  const last = target.lastResult;
  return [
    stateOf(target),
    String(last?.httpStatus ?? '-'),
    formatUs(last?.responseTimeUs ?? null),
    last === null ? '-' : formatMoment(last.scheduledAt),
    formatError(last?.errorCode ?? null, last?.errorDetail ?? null),
  ];
}

function jsonOf(target: ListedTarget): object {
  const last = target.lastResult;
  return {
    id: target.id,
    name: target.name,
    url: showUrl(target.url),
    interval_s: target.intervalS,
    timeout_ms: target.timeoutMs,
    match_pattern: target.matchPattern,
    locations: target.locations,
    options: target.options,
    paused: target.paused,
    in_maintenance: target.inMaintenance,
    deleted_at: target.deletedAt,
    last_result: last && {
      scheduled_at: last.scheduledAt,
      started_at: last.startedAt,
      outcome: last.outcome,
      http_status: last.httpStatus,
      response_time_us: last.responseTimeUs,
      error_code: last.errorCode,
      error_detail: last.errorDetail,
      ticks: last.ticks,
    },
  };
}

function everyOf(spec: TargetSpec): string {
  const match = spec.matchPattern === null ? '' : `, body has to match /${spec.matchPattern}/`;
  const places = spec.locations.join() === defaultLocation ? '' : `, from ${spec.locations.join(', ')}`;
  return `every ${formatDuration(spec.intervalS * 1_000)}, timeout ${formatDuration(spec.timeoutMs)}${places}${match}`;
}
