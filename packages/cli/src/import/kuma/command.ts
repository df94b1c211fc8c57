// everytick import kuma

import { Command } from 'commander';
import { addImportFlags, type ImportFlags, printImport } from '../print-import.ts';
import { importKuma } from './import-kuma.ts';
import { readKuma } from './read-kuma.ts';

export function kumaCommand(): Command {
  const command = new Command('kuma')
    .description("make a configuration from Uptime Kuma's database")
    .argument('<file>', 'the SQLite database of Uptime Kuma, kuma.db; it is only read');
  return addImportFlags(command)
    .addHelpText(
      'after',
      `
Uptime Kuma may go on running. Of a copy, take kuma.db-wal along where there is one:
it has what was written last.

Example:
  everytick import kuma /opt/uptime-kuma/data/kuma.db --to everytick.yaml`,
    )
    .action(async (file: string, flags: ImportFlags) => {
      await printImport(importKuma(await readKuma(file)), { source: 'kuma', madeFrom: `Uptime Kuma: ${file}` }, flags);
    });
}
