// The everytick command: one door to all of it. Exit codes: 0 done, 1 failed, 2 used wrongly.

import { readFileSync } from 'node:fs';
import { EverytickError, type EverytickErrorCode } from '@everytick/core';
import { Command, CommanderError } from 'commander';
import { detailedExitcode } from './commands/detailed-exitcode.ts';
import { addCommands } from './commands/registry.ts';
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

// A reader of our output that has seen enough (`head`, EPIPE) or a terminal that is closed (EIO) is no failure. What runs
// on is told to leave in order; a short command has nothing to stop, so it ends at once.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  shutDown(0);
});
// There is nobody left to tell.
process.stderr.on('error', () => undefined);

const program = new Command('everytick')
  .description('Website monitoring in which every tick is accounted for.')
  .version(version);

// Flags may come first: then commander has to find out which command is meant, and knows all of them.
await addCommands(program, process.argv[2]);

program.helpCommand('help [command]', 'show what a command can do').addHelpText(
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
