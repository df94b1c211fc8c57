// everytick plan

import type { PlanResource } from '@everytick/core';
import { Command } from 'commander';
import { placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { outputFormat, printAs } from '../output/output-format.ts';
import { detailedExitcode } from './detailed-exitcode.ts';
import { addPlanFlags, type PlanFlags, planFlagsHelp, planOptionsOf, readSet } from './plan-flags.ts';
import { printPlan } from './plan-lines.ts';
import { planNotes, printNotes } from './plan-notes.ts';

interface Flags extends PlanFlags {
  readonly detailedExitcode?: true;
}

const exitWithChanges = 2;

export function planCommand(): Command {
  return addPlanFlags(new Command('plan').description('show what "apply" would change; changes nothing'))
    .option(detailedExitcode, 'exit with 0: nothing to change, 2: changes, 1: failed')
    .addHelpText(
      'after',
      `${planFlagsHelp}

Examples:
  everytick plan -f everytick.yaml
  everytick plan -f targets/ --source shop --prune
${placeHelp}`,
    )
    .action(async (flags: Flags) => {
      const plan = await showPlan(flags);
      if (flags.detailedExitcode && plan.changes.length > 0) process.exitCode = exitWithChanges;
    });
}

async function showPlan(flags: PlanFlags): Promise<PlanResource> {
  const format = outputFormat(flags);
  const set = await readSet(flags);
  const { plan, notes } = await withOperations(flags, async (operations) => {
    const planned = await operations.plan(set, planOptionsOf(flags));
    return { plan: planned, notes: await planNotes(operations, planned) };
  });
  printAs(format, plan, () => printPlan(plan));
  printNotes(notes);
  return plan;
}
