// Which configuration a command reads: a file, a directory of them, or standard input.

import { text } from 'node:stream/consumers';
import { type Configuration, EverytickError } from '@everytick/core';
import { parseConfiguration, readConfiguration } from '@everytick/core/configuration';
import type { Command } from 'commander';
import { targetRules } from './target-rules.ts';

export interface PathFlags {
  readonly file?: string;
}

const directoryInstead = 'for several files give the directory that they are in';

export function addPathFlag(command: Command): Command {
  return (
    command
      .option('-f, --file <path>', 'what to read: a file, a directory, or - for standard input', once)
      // Refused by ourselves: it is nearly always a path without its -f, or the many of `-f *.yaml`.
      .allowExcessArguments()
      .hook('preAction', ({ args: [path] }) => {
        if (path === undefined) return;
        const { file } = command.opts<PathFlags>();
        const hint = file === undefined ? `did you mean -f ${path}?` : directoryInstead;
        throw new EverytickError('usage', `there is one argument too many, '${path}'; ${hint}`);
      })
  );
}

function once(path: string, before: string | undefined): string {
  if (before === undefined) return path;
  throw new EverytickError('usage', `--file is given twice; ${directoryInstead}`);
}

/** Throws `usage`, `targets_file_invalid`. */
export async function readPath({ file }: PathFlags): Promise<Configuration> {
  if (file === undefined) {
    throw new EverytickError('usage', 'give -f PATH: a YAML file, a directory of them, or - for standard input');
  }
  if (file !== '-') return readConfiguration(file, targetRules, process.env);
  return parseConfiguration([{ path: '(standard input)', text: await text(process.stdin) }], targetRules, process.env);
}
