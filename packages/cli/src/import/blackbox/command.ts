// everytick import blackbox

import { Command } from 'commander';
import { addImportFlags, type ImportFlags, printImport } from '../print-import.ts';
import { importBlackbox } from './import-blackbox.ts';
import { readBlackboxFiles } from './read-blackbox.ts';

interface BlackboxFlags extends ImportFlags {
  readonly modules: string;
  readonly prometheus: string;
}

export function blackboxCommand(): Command {
  const command = new Command('blackbox')
    .description("make a configuration from blackbox_exporter's modules and the scrape jobs of Prometheus")
    .requiredOption('--modules <file>', "blackbox_exporter's configuration, with 'modules:'")
    .requiredOption('--prometheus <file>', "Prometheus's configuration, with 'scrape_configs:'");
  return addImportFlags(command)
    .addHelpText(
      'after',
      `
Example:
  everytick import blackbox --modules blackbox.yml --prometheus prometheus.yml --to everytick.yaml`,
    )
    .action(async (flags: BlackboxFlags) => {
      const { modules, prometheus } = flags;
      const madeFrom = `blackbox_exporter: ${modules}, Prometheus: ${prometheus}`;
      await printImport(
        importBlackbox(await readBlackboxFiles(modules, prometheus)),
        { source: 'blackbox', madeFrom },
        flags,
      );
    });
}
