// everytick export

import { writeFile } from 'node:fs/promises';
import { EverytickError, type ExportedTargets, type ExportFilter, exportDeclared } from '@everytick/core';
import { writeConfiguration } from '@everytick/core/configuration';
import { Command } from 'commander';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { counted } from '../output/format.ts';
import { labelsOf } from './label-flags.ts';
import { repeatable } from './repeatable-option.ts';

interface Flags extends PlaceFlags {
  readonly source?: string;
  readonly byHand?: true;
  readonly group?: string;
  readonly label?: readonly string[];
  readonly to?: string;
}

export function exportCommand(): Command {
  const command = new Command('export')
    .description('write targets as YAML, from which "apply -f" changes nothing')
    .option('--source <name>', 'only targets of this source')
    .option('--by-hand', 'only targets that belong to no source')
    .option('--group <name>', 'only targets of this group')
    .option('--label <name=value>', 'only targets with this label; again for one more, all have to hold', repeatable)
    .option('--to <file>', 'write to a file instead of standard output');
  return addPlaceFlags(command)
    .addHelpText(
      'after',
      `
What a target has by default is left out, and so are removed targets.

Examples:
  everytick export > everytick.yaml
  everytick export --source shop --to shop.yaml
  everytick export --by-hand --label team=web
${placeHelp}`,
    )
    .action(async (flags: Flags) => {
      const filter = filterOf(flags);
      const exported = await withOperations(flags, (operations) =>
        exportDeclared((wanted) => operations.declared(wanted), filter),
      );
      const text = writeConfiguration(exported);
      if (flags.to === undefined) process.stdout.write(text);
      else await write(flags.to, text);
      for (const line of remarks(exported, flags.to)) process.stderr.write(`${line}\n`);
    });
}

function filterOf({ source, byHand, group, label = [] }: Flags): ExportFilter {
  if (source !== undefined && byHand) throw new EverytickError('usage', 'give either --source or --by-hand, not both');
  return { source: byHand ? null : source, group, labels: label.length === 0 ? undefined : labelsOf(label) };
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: Error) => {
    throw new EverytickError('usage', `cannot write to ${path}: ${error.message}`, { cause: error });
  });
}

function remarks({ declarations, passwordsLeftOut }: ExportedTargets, path: string | undefined): string[] {
  return [
    ...(declarations.length === 0 ? ['note: there are no targets'] : []),
    ...passwordsLeftOut.map(
      (name) => `note: '${name}' has a password in its URL, which is left out: give it as auth.basic with a reference`,
    ),
    ...(path === undefined ? [] : [`wrote ${counted(declarations.length, 'target')} to ${path}`]),
  ];
}
