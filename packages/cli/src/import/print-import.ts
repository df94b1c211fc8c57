// What the import commands have in common: the YAML on standard output, the report on standard error.

import { writeFile } from 'node:fs/promises';
import { EverytickError } from '@everytick/core';
import type { Command } from 'commander';
import { printJson } from '../output/print.ts';
import { type FinishedImport, finishImport } from './finish-import.ts';
import { type Imported, noteSeverities } from './imported.ts';
import { grouped, type ImportOrigin, importCounts, importYaml, placeAndGiven } from './write-import.ts';

export interface ImportFlags {
  readonly to?: string;
  readonly json?: true;
}

export function addImportFlags(command: Command): Command {
  return command
    .option('--to <file>', 'write the YAML to this file instead of standard output')
    .option('--json', 'print a JSON document: {yaml, targets, report}')
    .addHelpText(
      'after',
      `
Prints a configuration for 'everytick apply', and on standard error what could not be
carried over and why. Secrets are not copied: the report says which variables to set.
Exit code: 0 imported, also with a report; 1 nothing to import; 2 a file cannot be read.`,
    );
}

/** Sets the exit code. */
export async function printImport(imported: Imported, origin: ImportOrigin, flags: ImportFlags): Promise<void> {
  const finished = finishImport(imported);
  const yaml = importYaml(finished, origin);
  if (flags.to !== undefined) await write(flags.to, yaml);
  if (flags.json) {
    const targets = finished.targets.map(({ name, where }) => ({ name, where }));
    printJson({ yaml, targets, report: finished.notes });
  } else {
    if (flags.to === undefined) process.stdout.write(yaml);
    for (const line of reportLines(finished)) process.stderr.write(`${line}\n`);
  }
  if (finished.targets.length === 0) process.exitCode = 1;
}

async function write(path: string, yaml: string): Promise<void> {
  await writeFile(path, yaml).catch((error: NodeJS.ErrnoException) => {
    const reason = { ENOENT: 'there is no such folder', EISDIR: 'it is a folder', EACCES: 'no permission to write it' };
    const why = reason[error.code as keyof typeof reason] ?? error.message;
    throw new EverytickError('usage', `--to ${path}: cannot be written: ${why}`, { cause: error });
  });
}

/** For people: by severity, then by reason, then where it holds. */
export function reportLines(finished: FinishedImport): string[] {
  const lines = noteSeverities.flatMap((severity) => {
    const notes = finished.notes.filter((note) => note.severity === severity);
    const reasons = Map.groupBy(notes, ({ why }) => why);
    const told = [...reasons].flatMap(([why, same]) => [
      `  ${why}`,
      ...grouped(same).map((note) => `    ${placeAndGiven(note.where, note.given, note.more)}`),
    ]);
    return told.length === 0 ? [] : [`${severity}:`, ...told, ''];
  });
  return [...lines, importCounts(finished)];
}
