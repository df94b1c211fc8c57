// everytick validate

import { type Configuration, EverytickError } from '@everytick/core';
import { Command } from 'commander';
import { counted } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { printLine } from '../output/print.ts';
import { addPathFlag, type PathFlags, readPath } from './path-flag.ts';

export function validateCommand(): Command {
  return addOutputFlags(addPathFlag(new Command('validate').description('check a configuration, without a database')))
    .addHelpText(
      'after',
      `
PATH is a YAML file, a directory (all *.yaml and *.yml below it) or - for
standard input. It is read as "plan" reads it, and every mistake is told with
its place. Nothing is asked: no database, no API, nor the sites themselves.
Exit codes: 0 valid, 2 not. With --json mistakes are there as well, as problems.

Examples:
  everytick validate -f everytick.yaml
  everytick validate -f targets/ --json`,
    )
    .action(async (flags: OutputFlags & PathFlags) => {
      const format = outputFormat(flags);
      const configuration = await readPath(flags).catch((error) => {
        // People have the mistakes on standard error, as with all commands; programs where they read the answer.
        if (format !== 'table' && error instanceof EverytickError && error.inFiles.length > 0) {
          printAs(format, { valid: false, problems: error.inFiles }, () => undefined);
        }
        throw error;
      });
      const { source, files, declarations } = configuration;
      printAs(format, { valid: true, source, targets: declarations.length, files }, () => {
        printLine(verdict(configuration));
      });
    });
}

function verdict({ source, files, declarations }: Configuration): string {
  const whose = source === null ? '' : `, source '${source}'`;
  return `${counted(declarations.length, 'target')} in ${counted(files.length, 'file')}${whose}: valid`;
}
