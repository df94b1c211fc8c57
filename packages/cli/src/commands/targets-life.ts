// everytick targets pause | resume | restore

import { pauseTargets, restoreTargets, resumeTargets } from '@everytick/core';
import { Command } from 'commander';
import { printJson, printLine } from '../output/print.ts';
import { databaseHelp, withDatabase } from './with-database.ts';

interface JsonFlag {
  readonly json?: true;
}

export function pauseCommand(): Command {
  return namesCommand('pause', 'have the ticks of targets skipped until they are resumed')
    .addHelpText(
      'after',
      `
A paused target keeps its ticks: the ledger has them as skipped.

Examples:
  everytick targets pause shop
  everytick targets pause shop blog 17
${databaseHelp}`,
    )
    .action(async (names: string[], flags: JsonFlag) => {
      const paused = await withDatabase((database) => pauseTargets(database, names));
      if (flags.json) printJson({ paused });
      else for (const target of paused) printLine(sentence(target, 'paused', 'was paused already'));
    });
}

export function resumeCommand(): Command {
  return namesCommand('resume', 'have paused targets checked again')
    .addHelpText(
      'after',
      `
Example:
  everytick targets resume shop
${databaseHelp}`,
    )
    .action(async (names: string[], flags: JsonFlag) => {
      const resumed = await withDatabase((database) => resumeTargets(database, names));
      if (flags.json) printJson({ resumed });
      else for (const target of resumed) printLine(sentence(target, 'resumed', 'was not paused'));
    });
}

export function restoreCommand(): Command {
  return namesCommand('restore', 'bring removed targets back, with all that they recorded')
    .addHelpText(
      'after',
      `
By name it is the one of that name that was removed last. "targets list --deleted"
shows them all.

Examples:
  everytick targets restore shop
  everytick targets restore 17
${databaseHelp}`,
    )
    .action(async (names: string[], flags: JsonFlag) => {
      const restored = await withDatabase((database) => restoreTargets(database, names));
      if (flags.json) printJson({ restored });
      for (const { id, name, paused } of flags.json ? [] : restored) {
        printLine(`restored '${name}' (id ${id})${paused ? ', still paused' : ''}`);
      }
    });
}

function namesCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<name...>', 'names or ids, as "targets list" shows them')
    .option('--json', 'print a JSON document');
}

function sentence(target: { id: number; name: string; changed: boolean }, done: string, already: string): string {
  const identity = `'${target.name}' (id ${target.id})`;
  return target.changed ? `${done} ${identity}` : `${identity} ${already}`;
}
