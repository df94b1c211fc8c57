// everytick migrate

import { databaseSettings, listenSettings, readDatabaseConfig } from '@everytick/core';
import { Command } from 'commander';
import { migrate } from '../migrate/index.ts';
import { counted } from '../output/format.ts';
import { settingsHelp } from './settings-help.ts';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database to the schema of this version')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Safe to run from several places at once: one migrates, the others wait. Needs a direct connection: where
EVERYTICK_DATABASE_URL leads to a pooler, set EVERYTICK_LISTEN_URL as well.

Examples:
  EVERYTICK_DATABASE_URL=postgres://everytick@db/everytick everytick migrate
${settingsHelp(Object.values({ ...databaseSettings, ...listenSettings }))}`,
    )
    .action(async (options: { json?: true }) => {
      const { listenUrl } = readDatabaseConfig(process.env);
      const progress = (line: string) => process.stderr.write(`${line}\n`);
      const report = await migrate({ databaseUrl: listenUrl, onProgress: progress });
      if (options.json) {
        process.stdout.write(`${JSON.stringify(report)}\n`);
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
