// everytick coordinator

import { CoordinatorProcess } from '@everytick/coordinator';
import {
  coordinatorSettings,
  createLogger,
  databaseSettings,
  listenSettings,
  logSettings,
  readCoordinatorConfig,
  readLogConfig,
  readTogether,
} from '@everytick/core';
import { Command } from 'commander';
import { switchLogLevelOnSignal } from '../log-level-signal.ts';
import { attachToParent } from '../parent-process.ts';
import { onShutdown, reportShutdownFailuresTo, shutDown } from '../shutdown.ts';
import { startTracing } from '../tracing/start-tracing.ts';
import { readTracingConfig } from '../tracing/tracing-config.ts';
import { settingsHelp } from './settings-help.ts';
import { targetRules } from './target-rules.ts';
import { unknownVariables } from './unknown-variables.ts';
import { withRunningDatabase } from './with-database.ts';

const settings = { ...databaseSettings, ...listenSettings, ...coordinatorSettings, ...logSettings };

const STOP_DEADLINE_MS = 10_000;

export function coordinatorCommand(): Command {
  return new Command('coordinator')
    .description('keep the schedule, wake the workers, make partitions, until told to stop')
    .addHelpText(
      'after',
      `
Run two or more: one leads, the others stand by and take over within seconds when it dies.
With none at all, checks that are on the schedule go on; changes of targets wait.
SIGUSR2 makes it log at debug, and once more as it is configured.
${settingsHelp(Object.values(settings))}`,
    )
    .action(async () => {
      const environment = await withRunningDatabase(process.env);
      const [config, log, tracing] = readTogether(
        () => readCoordinatorConfig(environment),
        () => readLogConfig(environment),
        () => readTracingConfig(environment),
      );
      const logger = createLogger(log, { role: 'coordinator' });
      switchLogLevelOnSignal(logger);
      for (const { warning } of unknownVariables(process.env)) logger.warn(warning);
      await startTracing(tracing, { name: 'everytick-coordinator' }, { logger, after: 'coordinator' });
      const coordinator = new CoordinatorProcess(config, logger, targetRules);
      reportShutdownFailuresTo((name, reason) => logger.error({ name, reason }, 'stopping went wrong'));
      onShutdown('coordinator', [], () => coordinator.stop(), STOP_DEADLINE_MS);
      const url = await coordinator.serve((error) => {
        for (const line of error.message.split('\n')) process.stderr.write(`everytick: ${line}\n`);
        shutDown(2);
      });
      attachToParent(url, coordinator.apiUrl);
      coordinator.run();
    });
}
