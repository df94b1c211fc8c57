// everytick targets add | list | remove

import {
  addTargets,
  EverytickError,
  formatDuration,
  type ListedTarget,
  listTargets,
  parseTargetSpec,
  removeTargets,
  showUrl,
  type TargetSpec,
} from '@everytick/core';
import { compilePattern } from '@everytick/worker';
import { Command } from 'commander';
import { counted, formatError, formatMoment, formatUs } from '../output/format.ts';
import { paint, paintOutcome } from '../output/paint.ts';
import { printJson, printLine, printTable } from '../output/print.ts';
import { readTargetsFile } from '../targets-file/read-targets-file.ts';
import { addTargetFlags, flagLabels, givenTargetFlags, specInputOf, type TargetFlags } from './target-options.ts';
import { databaseHelp, withDatabase } from './with-database.ts';

interface AddFlags extends TargetFlags {
  readonly name?: string;
  readonly file?: string;
  readonly json?: true;
}

const defaultEvery = '60s';

export function targetsCommand(): Command {
  return new Command('targets')
    .description('add, list and remove what is watched')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand())
    .addHelpText('after', databaseHelp);
}

function addCommand(): Command {
  const command = new Command('add')
    .description('watch a URL, or all targets of a YAML file')
    .argument('[url]', 'an http or https URL')
    .option('--name <name>', 'what to call it (default: host and path of the URL)');
  return addTargetFlags(command, defaultEvery)
    .option('--file <file.yaml>', 'add the targets of this file instead, all or none')
    .option('--json', 'print a JSON document')
    .addHelpText(
      'after',
      `
Examples:
  everytick targets add https://example.org/
  everytick targets add https://shop.example/ --name shop --every 10s --match 'Add to cart'
  everytick targets add --file targets.yaml

A targets file:
  targets:
    - name: shop                    # optional
      url: https://shop.example/
      every: 10s                    # default 60s
      timeout: 5s                   # default: half of every, at most 10s
      match: 'Add to cart'          # optional
${databaseHelp}`,
    )
    .action(async (url: string | undefined, flags: AddFlags) => {
      const specs = await specsToAdd(url, flags);
      const added = await withDatabase((database) => addTargets(database, specs));
      if (flags.json) {
        printJson({ added });
      } else if (specs.length === 1) {
        const [spec] = specs as [TargetSpec];
        printLine(`added '${spec.name}' (id ${added[0]?.id}): ${showUrl(spec.url)} ${everyOf(spec)}`);
      } else {
        printLine(`added ${counted(added.length, 'target')}`);
      }
    });
}

function specsToAdd(url: string | undefined, flags: AddFlags): TargetSpec[] | Promise<TargetSpec[]> {
  if (flags.file === undefined) {
    if (url === undefined) throw new EverytickError('usage', 'give a URL, or --file FILE.yaml');
    return [parseTargetSpec(specInputOf(url, flags, defaultEvery), compilePattern, flagLabels)];
  }
  if (url !== undefined) throw new EverytickError('usage', 'give either a URL or --file, not both');
  const misplaced = givenTargetFlags(flags);
  if (misplaced.length > 0) {
    throw new EverytickError(
      'usage',
      `${misplaced.join(', ')} cannot be given with --file: the file says it for each target`,
    );
  }
  return readTargetsFile(flags.file, compilePattern);
}

function listCommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('show all targets, each with its newest result')
    .option('--json', 'print a JSON document')
    .addHelpText('after', databaseHelp)
    .action(async (flags: { readonly json?: true }) => {
      const targets = await withDatabase(listTargets);
      if (flags.json) printJson({ targets: targets.map(jsonOf) });
      else if (targets.length === 0) printLine('There are no targets yet: everytick targets add https://example.org/');
      else printTable(listColumns, targets.map(listRow));
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

const listColumns = [
  { head: 'ID', align: 'right' },
  { head: 'NAME', shrinkTo: 16 },
  { head: 'URL', shrinkTo: 20, dispensable: 2 },
  { head: 'EVERY', align: 'right' },
  { head: 'OUTCOME' },
  { head: 'STATUS', align: 'right' },
  { head: 'RESPONSE', align: 'right' },
  { head: 'SCHEDULED (UTC)', dispensable: 3 },
  { head: 'ERROR', shrinkTo: 12, dispensable: 1 },
] as const;

function listRow(target: ListedTarget): string[] {
  const last = target.lastResult;
  const state = target.paused
    ? paint('dim', 'paused')
    : last === null
      ? paint('dim', 'not yet')
      : paintOutcome(last.outcome);
  return [
    String(target.id),
    target.name,
    showUrl(target.url),
    formatDuration(target.intervalS * 1_000),
    state,
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
    paused: target.paused,
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
  return `every ${formatDuration(spec.intervalS * 1_000)}, timeout ${formatDuration(spec.timeoutMs)}${match}`;
}
