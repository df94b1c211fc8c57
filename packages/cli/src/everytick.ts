// The everytick command: one door to all of it. Exit codes: 0 done, 1 failed, 2 used wrongly.

import { readFileSync } from 'node:fs';
import { EverytickError, type EverytickErrorCode } from '@everytick/core';
import { Command, CommanderError } from 'commander';
import { applyCommand } from './commands/apply.ts';
import { checkCommand } from './commands/check.ts';
import { completeCommand, completionCommand } from './commands/completion.ts';
import { coordinatorCommand } from './commands/coordinator.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { locationsCommand } from './commands/locations.ts';
import { maintenanceCommand } from './commands/maintenance.ts';
import { migrateCommand } from './commands/migrate.ts';
import { detailedExitcode, planCommand } from './commands/plan.ts';
import { resultsCommand } from './commands/results.ts';
import { schemaCommand } from './commands/schema.ts';
import { summaryCommand } from './commands/summary.ts';
import { targetsCommand } from './commands/targets.ts';
import { tokensCommand } from './commands/tokens.ts';
import { upCommand } from './commands/up.ts';
import { validateCommand } from './commands/validate.ts';
import { verifyCommand } from './commands/verify.ts';
import { workerCommand } from './commands/worker.ts';
import { workersCommand } from './commands/workers.ts';
// First of all: node-graceful-shutdown, behind it, removes the signal handlers that it finds.
import { shutDown } from './shutdown.ts';

const USED_WRONGLY: ReadonlySet<EverytickErrorCode> = new Set([
  'usage',
  'config_invalid',
  'target_invalid',
  'maintenance_invalid',
  'targets_file_invalid',
  'import_source_invalid',
  'token_invalid',
]);

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('everytick')
  .description('Website monitoring in which every tick is accounted for.')
  .version(version)
  .commandsGroup('To begin with:')
  .addCommand(upCommand())
  .addCommand(checkCommand())
  .commandsGroup('What is watched:')
  .addCommand(targetsCommand())
  .addCommand(maintenanceCommand())
  .addCommand(locationsCommand())
  .commandsGroup('Targets as code:')
  .addCommand(planCommand())
  .addCommand(applyCommand())
  .addCommand(validateCommand())
  .addCommand(exportCommand())
  .addCommand(importCommand())
  .addCommand(schemaCommand())
  .commandsGroup('What was seen:')
  .addCommand(resultsCommand())
  .addCommand(summaryCommand())
  .addCommand(verifyCommand())
  .commandsGroup('The service itself:')
  .addCommand(migrateCommand())
  .addCommand(coordinatorCommand())
  .addCommand(workerCommand())
  .addCommand(workersCommand())
  .addCommand(tokensCommand())
  .commandsGroup('This command:')
  .addCommand(completionCommand())
  .addCommand(completeCommand(), { hidden: true })
  .helpCommand('help [command]', 'show what a command can do')
  .addHelpText(
    'after',
    `
Examples:
  everytick up                               all on this machine, a demo site
  everytick up https://example.org           all on this machine, a real site
  everytick check https://example.org        check once, show what was measured
  everytick targets add https://example.org  watch one more site
  everytick plan -f everytick.yaml           show what a file would change
  everytick apply -f everytick.yaml          make the targets what a file says`,
  );

// A reader of our output that has seen enough (`head`, EPIPE) or a terminal that is closed (EIO) is no failure. What runs
// on is told to leave in order; a short command has nothing to stop, so it ends at once.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  shutDown(0);
});
// There is nobody left to tell.
process.stderr.on('error', () => undefined);

// Not inherited by commands that were made elsewhere.
for (const command of [program, ...program.commands, ...program.commands.flatMap((parent) => parent.commands)]) {
  command
    .exitOverride()
    .showHelpAfterError('(--help shows what is possible)')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'everytick: ')) });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exit(report(error));
}

/** Says what went wrong on standard error; returns the exit code. */
function report(error: unknown): number {
  const usedWrongly = process.argv.includes(detailedExitcode) ? 1 : 2;
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usedWrongly;
  if (error instanceof EverytickError) {
    for (const line of error.message.split('\n')) process.stderr.write(`everytick: ${line}\n`);
    return USED_WRONGLY.has(error.code) ? usedWrongly : 1;
  }
  process.stderr.write(`everytick: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
