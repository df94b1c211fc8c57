// The everytick command: one door to all of it. Exit codes: 0 done, 1 failed, 2 used wrongly.

import { readFileSync } from 'node:fs';
import { EverytickError, type EverytickErrorCode } from '@everytick/core';
import { Command, CommanderError } from 'commander';
import { applyCommand } from './commands/apply.ts';
import { checkCommand } from './commands/check.ts';
import { completeCommand, completionCommand } from './commands/completion.ts';
import { coordinatorCommand } from './commands/coordinator.ts';
import { exportCommand } from './commands/export.ts';
import { FailedWith } from './commands/failed-with.ts';
import { importCommand } from './commands/import.ts';
import { locationsCommand } from './commands/locations.ts';
import { maintenanceCommand } from './commands/maintenance.ts';
import { migrateCommand } from './commands/migrate.ts';
import { planCommand } from './commands/plan.ts';
import { resultsCommand } from './commands/results.ts';
import { schemaCommand } from './commands/schema.ts';
import { summaryCommand } from './commands/summary.ts';
import { targetsCommand } from './commands/targets.ts';
import { tokensCommand } from './commands/tokens.ts';
import { upCommand } from './commands/up.ts';
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
  .addCommand(upCommand())
  .addCommand(migrateCommand())
  .addCommand(coordinatorCommand())
  .addCommand(workerCommand())
  .addCommand(checkCommand())
  .addCommand(targetsCommand())
  .addCommand(locationsCommand())
  .addCommand(workersCommand())
  .addCommand(maintenanceCommand())
  .addCommand(resultsCommand())
  .addCommand(summaryCommand())
  .addCommand(tokensCommand())
  .addCommand(verifyCommand())
  .addCommand(completionCommand())
  .addCommand(completeCommand(), { hidden: true })
  .addCommand(planCommand())
  .addCommand(applyCommand())
  .addCommand(exportCommand())
  .addCommand(importCommand())
  .addCommand(schemaCommand())
  .addHelpText(
    'after',
    `
Examples:
  everytick up                                   everything on this machine, with a demonstration site
  everytick up https://example.org --every 10s   everything on this machine, watching a real site
  everytick check https://example.org            check once, and show what was measured
  everytick targets add https://example.org      watch one more site, in the database of EVERYTICK_DATABASE_URL`,
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
  if (error instanceof FailedWith) {
    report(error.cause);
    return error.exitCode;
  }
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof EverytickError) {
    for (const line of error.message.split('\n')) process.stderr.write(`everytick: ${line}\n`);
    return USED_WRONGLY.has(error.code) ? 2 : 1;
  }
  process.stderr.write(`everytick: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
