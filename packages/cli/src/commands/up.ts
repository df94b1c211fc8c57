// everytick up

import { EverytickError, parseDurationMs } from '@everytick/core';
import { Command } from 'commander';
import { type AskedFlags, askedTargets } from '../all-in-one/asked-targets.ts';
import { runAllInOne, workerCountOf } from '../all-in-one/run.ts';
import { addCheckFlags, referenceHelp } from './check-flags.ts';
import { addTargetFlags, givenTargetFlags } from './target-options.ts';
import { unknownVariables } from './unknown-variables.ts';

interface UpFlags extends AskedFlags {
  readonly for?: string;
  readonly workers: string;
  readonly dataDir: string;
}

// More often than `targets add` has it: who watches a screen wants to see something.
const defaultEvery = '10s';

export function upCommand(): Command {
  const command = new Command('up')
    .description('run everything on this machine: database, coordinator, workers, and a live table')
    .argument('[url...]', 'what to watch')
    .option('--targets <file.yaml>', 'watch the targets of this file (see: everytick targets add --help)');
  addTargetFlags(command, defaultEvery)
    .option('--for <duration>', 'end after this time with a summary, such as 30s, 5m')
    .option('--workers <count>', 'how many worker processes', '2')
    .option('--data-dir <folder>', 'where database and logs are kept from run to run', '.everytick');
  return addCheckFlags(command, { brief: true })
    .addHelpText(
      'after',
      `
All other flags of "everytick targets add --help" that say how to check can be
given as well.
${referenceHelp}

Without a URL or a file, and with nothing added before, it watches a small
demonstration site that it serves itself. It ends with the first run that finds a
target added meanwhile. Flags that say how to check are for the URLs; a file says
it for each of its targets.

A run watches exactly the URLs and the file it is given: what an earlier "up" was
given and this one is not is removed (its results stay). Targets added with
"everytick targets add" are watched by every run until they are removed.

Checks connect to public addresses only, and to this machine while the
demonstration runs. For sites on this machine or in private networks set
EVERYTICK_EGRESS_ALLOW, such as EVERYTICK_EGRESS_ALLOW=127.0.0.1 or
EVERYTICK_EGRESS_ALLOW=192.168.0.0/16.

The database is an embedded PostgreSQL with its data in the data folder, or the
one in EVERYTICK_DATABASE_URL. While "up" runs, "everytick targets" and
"everytick results" in the same folder use its database.

Examples:
  everytick up
  everytick up https://example.org https://example.com --every 10s
  everytick up https://shop.example --match '(?i)add to cart' --timeout 5s
  everytick up --targets targets.yaml --workers 4
  everytick up --for 30s                # the demonstration, then a summary`,
    )
    .action(async (urls: string[], flags: UpFlags) => {
      const misplaced = givenTargetFlags(flags);
      if (urls.length === 0 && misplaced.length > 0) {
        throw new EverytickError('usage', `${misplaced.join(', ')} can be given with a URL only`);
      }
      const unknown = unknownVariables(process.env);
      // The coordinator and the workers would say it again, each for itself.
      for (const { name } of unknown) delete process.env[name];
      await runAllInOne({
        warnings: unknown.map(({ warning }) => warning),
        asked: await askedTargets(urls, flags, defaultEvery),
        workers: workerCountOf(flags.workers),
        dataDir: flags.dataDir,
        forMs: flags.for === undefined ? null : runTimeOf(flags.for),
      });
    });
}

function runTimeOf(given: string): number {
  const ms = parseDurationMs(given);
  // The longest timer that Node.js has.
  if (ms === null || ms < 1_000 || ms > 2_147_483_647) {
    throw new EverytickError('usage', `--for '${given}' is no time to run; allowed are 1s to 24d, such as 30s, 5m, 2h`);
  }
  return ms;
}
