#!/usr/bin/env node
// The everytick command: one door to all of it. Exit codes: 0 done, 1 failed, 2 used wrongly.

// First of all: node-graceful-shutdown, behind it, removes the signal handlers that it finds.
import './shutdown.ts';
import { readFileSync } from 'node:fs';
import { EverytickError, type EverytickErrorCode } from '@everytick/core';
import { Command, CommanderError } from 'commander';
import { coordinatorCommand } from './commands/coordinator.ts';
import { migrateCommand } from './commands/migrate.ts';
import { resultsCommand } from './commands/results.ts';
import { targetsCommand } from './commands/targets.ts';
import { upCommand } from './commands/up.ts';
import { workerCommand } from './commands/worker.ts';

const USED_WRONGLY: ReadonlySet<EverytickErrorCode> = new Set([
  'usage',
  'config_invalid',
  'target_invalid',
  'targets_file_invalid',
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
  .addCommand(targetsCommand())
  .addCommand(resultsCommand())
  .showHelpAfterError('(--help shows what is possible)')
  .addHelpText(
    'after',
    `
Examples:
  everytick up                                   everything on this machine, with a demonstration site
  everytick up https://example.org --every 10s   everything on this machine, watching a real site
  everytick targets add https://example.org      watch one more site, in the database of EVERYTICK_DATABASE_URL`,
  );

// A reader of our output that has seen enough, `head` for instance, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

for (const command of [program, ...program.commands, ...program.commands.flatMap((parent) => parent.commands)]) {
  command.exitOverride();
}

try {
  await program.parseAsync();
} catch (error) {
  process.exit(report(error));
}

/** Says what went wrong on standard error; returns the exit code. */
function report(error: unknown): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof EverytickError) {
    for (const line of error.message.split('\n')) process.stderr.write(`everytick: ${line}\n`);
    return USED_WRONGLY.has(error.code) ? 2 : 1;
  }
  process.stderr.write(`everytick: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
