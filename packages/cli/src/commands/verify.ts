// everytick verify

import {
  EverytickError,
  findTarget,
  isProven,
  type LedgerFinding,
  type LedgerProof,
  type Outcome,
  outcomes,
  type VerifyOptions,
  verifyLedger,
} from '@everytick/core';
import { Command, InvalidArgumentError } from 'commander';
import { counted, formatSpan } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { paint, paintOutcome } from '../output/paint.ts';
import { printLine, printTable } from '../output/print.ts';
import { showProgress } from '../output/progress.ts';
import { durationOf } from './duration-option.ts';
import { databaseHelp, withDatabaseClient } from './with-database.ts';

interface VerifyFlags extends OutputFlags {
  readonly from?: Date;
  readonly to?: Date;
  readonly since?: string;
  readonly target?: string;
}

export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('prove that every tick is accounted for, exactly once')
    .option('--from <time>', 'from this moment on, such as 2026-03-01 or 2026-03-01T12:00:00Z (default: all)', momentOf)
    .option('--to <time>', 'up to this moment, not included (default: now)', momentOf)
    .option('--since <duration>', 'instead: the last while, such as 90s, 1h, 7d')
    .option('--target <name>', 'of this target only, by name or id; deleted ones can be asked for too');
  return addOutputFlags(command)
    .addHelpText(
      'after',
      `
Compares the ticks that the schedules owed, by their own history, with the ledger.
Exit code 0 if every tick is there exactly once, 1 if not; then it says which are
not. Times without a zone are UTC.

Examples:
  everytick verify --since 1h
  everytick verify --target shop --from 2026-03-01 --to 2026-03-02
  everytick verify --json | jq .unaccounted
${databaseHelp}`,
    )
    .action(async ({ from, to, since, target, ...flags }: VerifyFlags) => {
      const format = outputFormat(flags);
      if (since !== undefined && (from ?? to) !== undefined) {
        throw new EverytickError('usage', 'give either --since, or --from and --to');
      }
      const lastS = since === undefined ? undefined : durationOf('--since', since) / 1_000;
      if (from !== undefined && to !== undefined && from >= to) {
        throw new EverytickError(
          'usage',
          `--from ${from.toISOString()} has to be before --to ${to.toISOString()}, which it is not`,
        );
      }
      const progress = showProgress();
      const startedAt = performance.now();
      const proof = await withDatabaseClient(async (client) => {
        const options: VerifyOptions = {
          from,
          to,
          lastS,
          onProgress: ({ daysDone, days, recorded }) =>
            progress.show(daysDone / days, `day ${daysDone} of ${days}, ${counted(recorded, 'tick')}`),
        };
        if (target === undefined) return verifyLedger(client, options);
        return verifyLedger(client, { ...options, targetIds: [(await findTarget(client, target)).id] });
      }).finally(() => progress.end());
      if (+proof.from >= +proof.to && (from ?? to) !== undefined) {
        throw new EverytickError(
          'usage',
          `there is nothing to verify from ${proof.from.toISOString()} to ${proof.to.toISOString()}: the period has to lie ` +
            'between the first tick of the ledger and now',
        );
      }
      printAs(format, jsonOf(proof), () => printProof(proof, performance.now() - startedAt));
      if (!isProven(proof)) process.exitCode = 1;
    });
}

/** Throws for what is no moment; without a zone it is UTC, as everywhere in the ledger. */
function momentOf(given: string): Date {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?(Z|[+-]\d{2}:\d{2})?$/.exec(given);
  const moment = new Date(match === null ? Number.NaN : `${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`);
  // The 31st of February would be taken for the 3rd of March.
  const day = new Date(`${match?.[1]}T00:00Z`);
  const exists = !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === match?.[1];
  if (!exists || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError('allowed are such as 2026-03-01, 2026-03-01T12:00 or 2026-03-01T12:00:00+01:00.');
  }
  return moment;
}

function printProof(proof: LedgerProof, tookMs: number): void {
  const rows: [string, number, string][] = [
    ['expected', proof.expected, 'ticks that the schedules owed'],
    ...outcomes
      .filter((outcome) => proof.recorded[outcome] > 0)
      .map((outcome): [string, number, string] => [
        `  ${paintOutcome(outcome)}`,
        proof.recorded[outcome],
        meanings[outcome],
      ]),
    [mark('unaccounted', proof.unaccounted), proof.unaccounted, 'owed, and in no row of the ledger'],
    [mark('duplicates', proof.duplicates), proof.duplicates, 'in more than one row'],
    [mark('unscheduled', proof.unscheduled), proof.unscheduled, 'in a row, and owed by no schedule'],
    [
      mark('unfollowed', proof.unfollowed),
      proof.unfollowed,
      'targets and locations whose lease is not as it should be',
    ],
    ['pending', proof.pending, pendingMeaning(proof)],
  ];
  printLine(`From ${moment(proof.from)} to ${moment(proof.to)} UTC, verified in ${(tookMs / 1000).toFixed(1)} s:`);
  printLine();
  printTable(
    [{ head: 'TICKS' }, { head: 'COUNT', align: 'right' }, { head: '', dispensable: 1, shrinkTo: 20 }],
    rows.map(([name, count, meaning]) => [name, count.toLocaleString('en-US'), paint('dim', meaning)]),
  );
  printLine();
  if (isProven(proof)) {
    if (proof.expected === 0) printLine('Nothing was owed in this period, and nothing is recorded.');
    else printLine(paint('green', 'Every tick is accounted for, exactly once.'));
    return;
  }
  printLine(paint('red', 'The ledger does NOT account for every tick exactly once:'));
  printLine();
  printFindings('unaccounted', proof.gaps);
  printFindings('recorded more than once', proof.repeats);
  printFindings('unscheduled', proof.strays);
  for (const { target, location, with: what } of proof.leftBehind) {
    const disagrees = what === 'history' ? 'is not as the history of schedules has it' : 'does not follow the target';
    printLine(`  '${target}' from ${location}: the lease ${disagrees}`);
  }
  if (proof.unnamed > 0) printLine(`and ${counted(proof.unnamed, 'finding')} more`);
}

const meanings: Readonly<Record<Outcome, string>> = {
  up: 'as it should be',
  degraded: 'up, and not as it should be',
  down: 'not as it should be',
  missed: 'nobody carried it out in time',
  skipped: 'paused or in maintenance',
};

function printFindings(what: string, findings: readonly LedgerFinding[]): void {
  for (const { target, location, from, to, ticks } of findings) {
    const when = ticks === 1 ? moment(from) : `${moment(from)} to ${moment(to)} (${formatSpan(+to - +from)})`;
    printLine(`  '${target}' from ${location}: ${counted(ticks, 'tick')} ${what}: ${when}`);
  }
}

function pendingMeaning({ oldestPending, to }: LedgerProof): string {
  const since = oldestPending === null ? '' : `, the oldest for ${formatSpan(+to - +oldestPending)}`;
  return `not counted above: being carried out, or due and still to be claimed${since}`;
}

const mark = (name: string, count: number) => (count === 0 ? name : paint('red', name));
const moment = (date: Date) => date.toISOString().replace('T', ' ').replace('Z', '');

function jsonOf(proof: LedgerProof): object {
  const finding = ({ targetId, target, location, from, to, ticks }: LedgerFinding) => ({
    target_id: targetId,
    target,
    location,
    from,
    to,
    ticks,
  });
  return {
    from: proof.from,
    to: proof.to,
    expected: proof.expected,
    recorded: proof.recorded,
    pending: proof.pending,
    unaccounted: proof.unaccounted,
    duplicates: proof.duplicates,
    unscheduled: proof.unscheduled,
    unfollowed: proof.unfollowed,
    oldest_pending: proof.oldestPending,
    gaps: proof.gaps.map(finding),
    repeats: proof.repeats.map(finding),
    strays: proof.strays.map(finding),
    left_behind: proof.leftBehind.map(({ targetId, target, location, with: what }) => ({
      target_id: targetId,
      target,
      location,
      lease_disagrees_with: what,
    })),
    findings_unnamed: proof.unnamed,
  };
}
