// everytick rollups, everytick rollups rebuild

import {
  EverytickError,
  findTarget,
  type RebuiltRollups,
  type RollupsStatus,
  readRollupsStatus,
  rebuildRollups,
} from '@everytick/core';
import { Command } from 'commander';
import { counted, formatMoment, formatSpan } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { paint } from '../output/paint.ts';
import { printLine, printTable } from '../output/print.ts';
import { showProgress } from '../output/progress.ts';
import { momentHelp, momentOf } from './moment-option.ts';
import { repeatable } from './repeatable-option.ts';
import { databaseHelp, withDatabase, withPool } from './with-database.ts';

const STATEMENT_TIMEOUT_MS = 600_000;

export function rollupsCommand(): Command {
  const command = new Command('rollups').description(
    'show how far the hours and days behind "everytick uptime" are built, and what is kept',
  );
  return addOutputFlags(command)
    .addCommand(rebuildCommand())
    .addHelpText(
      'after',
      `
Coordinators build them and drop what has been kept for long enough
(EVERYTICK_RETENTION_RAW_DAYS, EVERYTICK_RETENTION_HOURLY_MONTHS,
EVERYTICK_RETENTION_DAILY_YEARS).

Examples:
  everytick rollups
  everytick rollups --json | jq .lagging
${databaseHelp}`,
    )
    .action(async (flags: OutputFlags) => {
      const format = outputFormat(flags);
      const status = await withDatabase(readRollupsStatus);
      printAs(format, jsonOf(status), () => printStatus(status));
    });
}

interface RebuildFlags extends OutputFlags {
  readonly from: string;
  readonly to: string;
  readonly target?: readonly string[];
}

function rebuildCommand(): Command {
  const command = new Command('rebuild')
    .description('build hours and days again, after the ledger was changed by hand')
    .requiredOption('--from <when>', 'from this moment on, rounded down to its hour')
    .option('--to <when>', 'up to this moment, rounded up to an hour', 'now')
    .option('--target <name>', 'of this target only, by name or id; may be repeated', repeatable);
  return addOutputFlags(command)
    .addHelpText(
      'after',
      `${momentHelp}

Only where the ledger still has the whole period, and the day and a half before it
where older days have been dropped. Hours that are not built yet are left to the
coordinator.

Examples:
  everytick rollups rebuild --from 2026-03-01
  everytick rollups rebuild --from 2026-03-01 --to 2026-03-02 --target shop
${databaseHelp}`,
    )
    .action(async (flags: RebuildFlags, command: Command) => {
      // Both commands have flags for the output, and what is given counts as the first one's.
      const format = outputFormat(command.optsWithGlobals());
      const [from, to] = [momentOf('--from', flags.from), momentOf('--to', flags.to)];
      if (from === 'now' || (to !== 'now' && from >= to)) {
        throw new EverytickError('usage', `--from ${flags.from} has to be before --to ${flags.to}, which it is not`);
      }
      const progress = showProgress();
      const rebuilt = await withPool({ statementTimeoutMs: STATEMENT_TIMEOUT_MS }, async (pool) => {
        const targetIds: number[] = [];
        for (const name of flags.target ?? []) targetIds.push((await findTarget(pool, name)).id);
        return rebuildRollups(pool, {
          from,
          to: to === 'now' ? (await readRollupsStatus(pool)).now : to,
          ...(targetIds.length === 0 ? {} : { targetIds }),
          statementTimeoutMs: STATEMENT_TIMEOUT_MS,
          onProgress: ({ hoursDone, hours }) => progress.show(hoursDone / hours, `hour ${hoursDone} of ${hours}`),
        });
      }).finally(() => progress.end());
      printAs(format, rebuiltJson(rebuilt), () => {
        const period = `from ${formatMoment(rebuilt.from)} to ${formatMoment(rebuilt.to)} UTC`;
        printLine(
          `Built again ${period}: ${counted(rebuilt.hours, 'row')} of hours, ${rebuilt.days.toLocaleString('en-US')} of days.`,
        );
        if (rebuilt.leftOut > 0) {
          printLine(
            paint(
              'yellow',
              `${counted(rebuilt.leftOut, 'hour')} of a target and location left as they are: a change of the target waits for a coordinator, or ticks are still owed.`,
            ),
          );
        }
      });
    });
}

function rebuiltJson({ from, to, hours, days, leftOut }: RebuiltRollups): object {
  return { from, to, hours, days, left_out: leftOut };
}

function jsonOf(status: RollupsStatus): object {
  return {
    hours_until: status.hoursUntil,
    days_until: status.daysUntil,
    lagging: status.lagging,
    lagging_since: status.laggingSince,
    raw_since: status.rawSince,
    rebuildable_since: status.rebuildableSince,
    hourly_since: status.hourlySince,
    daily_since: status.dailySince,
    raw_bytes: status.rawBytes,
    hourly_bytes: status.hourlyBytes,
    daily_bytes: status.dailyBytes,
    default_partitions: status.defaultPartitions,
  };
}

function printStatus(status: RollupsStatus): void {
  const { hoursUntil, daysUntil, now, lagging, laggingSince, defaultPartitions } = status;
  const ago = hoursUntil === null ? '' : ` (${formatSpan(now.getTime() - hoursUntil.getTime())} ago)`;
  printLine(
    hoursUntil === null
      ? 'Nothing is built yet: a coordinator does that.'
      : `Hours are built until ${formatMoment(hoursUntil)} UTC${ago}, days until ${daysUntil}.`,
  );
  if (lagging > 0 && laggingSince !== null) {
    const pairs = counted(lagging, 'pair');
    printLine(
      paint(
        'yellow',
        `${pairs} of target and location behind: ticks since ${formatMoment(laggingSince)} UTC are still owed.`,
      ),
    );
  }
  printLine();
  printTable(
    [{ head: 'KEPT' }, { head: 'SINCE (UTC)' }, { head: 'SIZE', align: 'right' }],
    [
      [
        'results',
        status.rawSince === null ? '-' : formatMoment(status.rawSince).slice(0, 10),
        formatBytes(status.rawBytes),
      ],
      ['hours', status.hourlySince ?? '-', formatBytes(status.hourlyBytes)],
      ['days', status.dailySince ?? '-', formatBytes(status.dailyBytes)],
    ],
  );
  if (defaultPartitions > 0) {
    printLine();
    printLine(
      paint(
        'red',
        `${counted(defaultPartitions, 'table')} with a DEFAULT partition: nothing can be dropped there. Move its rows, and drop it.`,
      ),
    );
  }
}

function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e3).toFixed(0)} kB`;
}
