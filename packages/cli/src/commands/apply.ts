// everytick apply

import { EverytickError, type PlanResource, type TargetSet } from '@everytick/core';
import { Command, Option } from 'commander';
import { placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { counted } from '../output/format.ts';
import { outputFormat, printAs } from '../output/output-format.ts';
import { showProgress } from '../output/progress.ts';
import { addPlanFlags, type PlanFlags, planFlagsHelp, planOptionsOf, readSet } from './plan-flags.ts';
import { printPlan } from './plan-lines.ts';
import { planNotes, printNotes } from './plan-notes.ts';

/** With what other tools have, and people try here. */
interface Flags extends PlanFlags {
  readonly dryRun?: true;
}

export function applyCommand(): Command {
  return addPlanFlags(new Command('apply').description('make the targets what a file or a directory of files says'))
    .addOption(new Option('--dry-run').hideHelp())
    .addHelpText(
      'after',
      `${planFlagsHelp}

All of it is done in one transaction, or nothing. Targets that are so already
are not touched; "plan" shows beforehand what would be.

Examples:
  everytick apply -f everytick.yaml
  everytick apply -f targets/ --source shop --prune
  curl -s https://config.example/web.yaml | everytick apply -f - --source web
${placeHelp}`,
    )
    .action(async (flags: Flags) => {
      if (flags.dryRun) {
        const path = flags.file ?? 'PATH';
        throw new EverytickError('usage', `there is no --dry-run; did you mean "everytick plan -f ${path}"?`);
      }
      const format = outputFormat(flags);
      const progress = showProgress();
      try {
        progress.show(0, `reading ${flags.file ?? ''}`);
        const set = await readSet(flags);
        progress.show(0.5, `applying ${counted(set.declarations.length, 'target')}`);
        const { plan, notes } = await apply(set, flags);
        progress.end();
        printAs(format, plan, () => printPlan(plan));
        printNotes(notes);
      } finally {
        progress.end();
      }
    });
}

function apply(set: TargetSet, flags: PlanFlags): Promise<{ plan: PlanResource; notes: string[] }> {
  return withOperations(flags, async (operations) => {
    const plan = await operations.apply(set, planOptionsOf(flags)).catch(lostOrOther);
    return { plan, notes: await planNotes(operations, plan) };
  });
}

/** The server's own errors have a code that says what they are about; a connection that is lost says nothing of that. */
function lostOrOther(error: NodeJS.ErrnoException): never {
  const lost = /^(57P0\d|08...|E[A-Z]+)$/.test(error.code ?? '') || /connection|timeout/i.test(error.message);
  if (error instanceof EverytickError || !lost) throw error;
  throw new EverytickError(
    'database_unreachable',
    `the database was lost while applying (${error.message}): either all of it was done or nothing; run it again`,
    { cause: error },
  );
}
