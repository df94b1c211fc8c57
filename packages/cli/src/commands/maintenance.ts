// everytick maintenance add | list | end

import {
  addMaintenance,
  EverytickError,
  endMaintenance,
  listMaintenance,
  type MaintenanceSpec,
  type MaintenanceWindow,
  parseDurationMs,
} from '@everytick/core';
import { Command } from 'commander';
import { formatMoment } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { paint } from '../output/paint.ts';
import { printLine, printTable } from '../output/print.ts';
import { momentHelp, momentOf } from './moment-option.ts';
import { repeatable } from './repeatable-option.ts';
import { databaseHelp, withDatabase } from './with-database.ts';

interface AddFlags extends OutputFlags {
  readonly from: string;
  readonly for?: string;
  readonly to?: string;
  readonly target?: readonly string[];
  readonly all?: true;
  readonly reason?: string;
}

export function maintenanceCommand(): Command {
  return new Command('maintenance')
    .description('plan, show and end maintenance, in which the ticks of targets are skipped')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(endCommand())
    .addHelpText('after', databaseHelp);
}

function addCommand(): Command {
  return addOutputFlags(new Command('add'))
    .description('have the ticks of targets skipped for a time')
    .requiredOption('--from <when>', 'when it begins: now, or a moment such as 2026-03-01T22:00Z')
    .option('--for <duration>', 'how long it lasts, such as 90s, 30m, 2h, 1d')
    .option('--to <when>', 'when it ends')
    .option('--target <name>', 'of this target, by name or id; again for one more', repeatable)
    .option('--all', 'of all targets, those added meanwhile as well')
    .option('--reason <text>', 'why, for whoever reads the list')
    .addHelpText(
      'after',
      `${momentHelp}

Examples:
  everytick maintenance add --from now --for 2h --target shop --reason 'new version'
  everytick maintenance add --from 2031-03-01T22:00 --to 2031-03-02T04:00 --all
${databaseHelp}`,
    )
    .action(async (flags: AddFlags) => {
      const format = outputFormat(flags);
      const spec = specOf(flags);
      const added = await withDatabase((database) => addMaintenance(database, spec));
      printAs(format, { added: [jsonOf(added)] }, () => {
        const span = `${formatMoment(added.startsAt)} to ${formatMoment(added.endsAt)} UTC`;
        const whose = added.targets === null ? 'all targets' : targetsOf(added);
        printLine(`added maintenance ${added.id} (${added.state}): ${span}, ${whose}`);
      });
    });
}

function specOf(flags: AddFlags): MaintenanceSpec {
  if ((flags.for === undefined) === (flags.to === undefined)) {
    throw new EverytickError('usage', 'give either --for DURATION or --to WHEN');
  }
  if (flags.target !== undefined && flags.all) {
    throw new EverytickError('usage', 'give either --target NAME or --all, not both');
  }
  if (flags.target === undefined && !flags.all) {
    throw new EverytickError('usage', 'which targets? Give --target NAME, or --all for all of them');
  }
  const from = momentOf('--from', flags.from);
  if (flags.to === undefined) {
    const end = { afterMs: durationOf('--for', flags.for ?? '') };
    return { targets: flags.target ?? 'all', from, end, reason: flags.reason ?? null };
  }
  const to = momentOf('--to', flags.to);
  if (to === 'now') throw new EverytickError('usage', "--to 'now' is no end; what is over cannot be added");
  return { targets: flags.target ?? 'all', from, end: { at: to }, reason: flags.reason ?? null };
}

function durationOf(flag: string, given: string): number {
  const ms = parseDurationMs(given);
  if (ms === null) {
    throw new EverytickError('usage', `${flag} '${given}' is no duration; allowed are such as 90s, 30m, 2h, 1d`);
  }
  return ms;
}

function listCommand(): Command {
  return addOutputFlags(new Command('list'))
    .alias('ls')
    .description('show maintenance that is planned, running, or was over within the last 7 days')
    .addHelpText('after', databaseHelp)
    .action(async (flags: OutputFlags) => {
      const format = outputFormat(flags);
      const windows = await withDatabase(listMaintenance);
      printAs(format, { maintenance: windows.map(jsonOf) }, () => {
        if (windows.length > 0) printTable(columns, windows.map(rowOf));
        else printLine('No maintenance is planned or running, nor was any in the last 7 days.');
      });
    });
}

function endCommand(): Command {
  return addOutputFlags(new Command('end'))
    .description('end maintenance that is running now, and delete what is planned')
    .argument('<id...>', 'ids, as "maintenance list" shows them')
    .addHelpText(
      'after',
      `
Example:
  everytick maintenance end 3
${databaseHelp}`,
    )
    .action(async (ids: string[], flags: OutputFlags) => {
      const format = outputFormat(flags);
      const ended = await withDatabase((database) => endMaintenance(database, ids));
      printAs(format, { ended }, () => {
        for (const { id, was } of ended) {
          printLine(was === 'running' ? `ended maintenance ${id}` : `deleted maintenance ${id}, which had not begun`);
        }
      });
    });
}

const columns = [
  { head: 'ID', align: 'right' },
  { head: 'STATE' },
  { head: 'FROM (UTC)' },
  { head: 'TO (UTC)' },
  { head: 'TARGETS', shrinkTo: 12 },
  { head: 'REASON', shrinkTo: 12, dispensable: 1 },
] as const;

function rowOf(window: MaintenanceWindow): string[] {
  return [
    String(window.id),
    window.state === 'running'
      ? paint('yellow', 'running')
      : window.state === 'over'
        ? paint('dim', 'over')
        : 'planned',
    formatMoment(window.startsAt),
    formatMoment(window.endsAt),
    targetsOf(window),
    window.reason ?? '',
  ];
}

function targetsOf({ targets }: MaintenanceWindow): string {
  if (targets === null) return 'all';
  const names = targets.slice(0, 5).map(({ name }) => name);
  return targets.length > 5 ? `${names.join(', ')} and ${targets.length - 5} more` : names.join(', ');
}

function jsonOf(window: MaintenanceWindow): object {
  return {
    id: window.id,
    state: window.state,
    starts_at: window.startsAt,
    ends_at: window.endsAt,
    targets: window.targets,
    reason: window.reason,
    created_at: window.createdAt,
  };
}
