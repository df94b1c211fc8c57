// everytick targets pause | resume | remove | restore

import type { NamedTarget } from '@everytick/core';
import { Command } from 'commander';
import type { Operations } from '../operations/operations.ts';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { printLine } from '../output/print.ts';

type Flags = OutputFlags & PlaceFlags;

export function pauseCommand(): Command {
  return namesCommand('pause', 'have the ticks of targets skipped until they are resumed')
    .addHelpText(
      'after',
      `
A paused target keeps its ticks: the ledger has them as skipped.

Examples:
  everytick targets pause shop
  everytick targets pause shop blog 17
${placeHelp}`,
    )
    .action(async (names: string[], flags: Flags) => {
      const format = outputFormat(flags);
      const paused = await withOperations(flags, (operations) => operations.pauseTargets(names));
      printAs(format, { paused }, () => {
        for (const target of paused) printLine(sentence(target, 'paused', 'was paused already'));
      });
    });
}

export function resumeCommand(): Command {
  return namesCommand('resume', 'have paused targets checked again')
    .addHelpText(
      'after',
      `
Example:
  everytick targets resume shop
${placeHelp}`,
    )
    .action(async (names: string[], flags: Flags) => {
      const format = outputFormat(flags);
      const resumed = await withOperations(flags, (operations) => operations.resumeTargets(names));
      printAs(format, { resumed }, () => {
        for (const target of resumed) printLine(sentence(target, 'resumed', 'was not paused'));
      });
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
${placeHelp}`,
    )
    .action(async (names: string[], flags: Flags) => {
      const format = outputFormat(flags);
      const restored = await withOperations(flags, (operations) => operations.restoreTargets(names));
      printAs(format, { restored }, () => {
        for (const { id, name, paused } of restored) {
          printLine(`restored '${name}' (id ${id})${paused ? ', still paused' : ''}`);
        }
      });
    });
}

export function removeCommand(): Command {
  return namesCommand('remove', 'stop watching targets; what they recorded stays')
    .alias('rm')
    .addHelpText(
      'after',
      `
Example:
  everytick targets remove shop
${placeHelp}`,
    )
    .action(async (names: string[], flags: Flags) => {
      const format = outputFormat(flags);
      const { removed, notes } = await withOperations(flags, async (operations) => {
        const done = await operations.removeTargets(names);
        return { removed: done, notes: format === 'table' ? await sourceNotes(operations, done) : [] };
      });
      printAs(format, { removed }, () => {
        for (const { id, name } of removed) printLine(`removed '${name}' (id ${id})`);
        for (const note of notes) printLine(note);
      });
    });
}

/** What to say to somebody who removes by hand what a configuration declares. */
async function sourceNotes(operations: Operations, removed: readonly NamedTarget[]): Promise<string[]> {
  const notes: string[] = [];
  for (const { id, name } of removed) {
    const { source } = await operations.target(id);
    if (source === null) continue;
    notes.push(
      `note: '${name}' belongs to source '${source}', whose next apply adds it again if its files declare it; take it out there as well`,
    );
  }
  return notes;
}

function namesCommand(name: string, description: string): Command {
  const command = new Command(name)
    .description(description)
    .argument('<name...>', 'names or ids, as "targets list" shows them');
  return addPlaceFlags(addOutputFlags(command));
}

function sentence(target: { id: number; name: string; changed: boolean }, done: string, already: string): string {
  const identity = `'${target.name}' (id ${target.id})`;
  return target.changed ? `${done} ${identity}` : `${identity} ${already}`;
}
