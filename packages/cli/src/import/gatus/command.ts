// everytick import gatus

import { Command } from 'commander';
import { addImportFlags, type ImportFlags, printImport } from '../print-import.ts';
import { importGatus } from './import-gatus.ts';
import { readGatusFiles } from './read-gatus.ts';

export function gatusCommand(): Command {
  const command = new Command('gatus')
    .description('make a configuration from one of Gatus')
    .argument('<path>', "Gatus's configuration file, or a directory of them");
  return addImportFlags(command)
    .addHelpText(
      'after',
      `
Example:
  everytick import gatus config/config.yaml --to everytick.yaml`,
    )
    .action(async (path: string, flags: ImportFlags) => {
      await printImport(
        importGatus(await readGatusFiles(path)),
        { source: 'gatus', madeFrom: `Gatus: ${path}` },
        flags,
      );
    });
}
