// everytick migrate

import { databaseSettings, listenSettings, readDatabaseConfig } from '@everytick/core';
import { Command } from 'commander';
import { migrate } from '../migrate/index.ts';
import { counted } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printDocument } from '../output/output-format.ts';
import { settingsHelp } from './settings-help.ts';

export function migrateCommand(): Command {
  return addOutputFlags(new Command('migrate'))
    .description('bring the database to the schema of this version')
    .addHelpText(
      'after',
      `
Safe to run from several places at once: one migrates, the others wait. Needs a direct connection: where
EVERYTICK_DATABASE_URL leads to a pooler, set EVERYTICK_LISTEN_URL as well.

Examples:
  EVERYTICK_DATABASE_URL=postgres://everytick@db/everytick everytick migrate
${settingsHelp(Object.values({ ...databaseSettings, ...listenSettings }))}`,
    )
    .action(async (flags: OutputFlags) => {
      const format = outputFormat(flags);
      const { listenUrl } = readDatabaseConfig(process.env);
      const progress = (line: string) => process.stderr.write(`${line}\n`);
      const report = await migrate({ databaseUrl: listenUrl, onProgress: progress });
      if (format !== 'table') {
        printDocument(format, report);
        return;
      }
      const count = report.applied.length;
      process.stdout.write(
        count === 0
          ? `Nothing to do: the database has the schema of this version (${counted(report.alreadyApplied, 'migration')}).\n`
          : `Applied ${counted(count, 'migration')}; ${report.alreadyApplied} had been applied before.\n`,
      );
      if (report.invalidIndexes.length > 0) {
        process.stdout.write(
          `Invalid indexes, left by a failed CREATE INDEX CONCURRENTLY; drop and make them again: ${report.invalidIndexes.join(', ')}\n`,
        );
      }
    });
}
