// everytick worker

import {
  createLogger,
  databaseSettings,
  listenSettings,
  logSettings,
  readLogConfig,
  readTogether,
  readWorkerConfig,
  workerSettings,
} from '@everytick/core';
import { WorkerProcess } from '@everytick/worker';
import { Command } from 'commander';
import { growYoungGeneration } from '../heap-size.ts';
import { switchLogLevelOnSignal } from '../log-level-signal.ts';
import { attachToParent } from '../parent-process.ts';
import { onShutdown, reportShutdownFailuresTo } from '../shutdown.ts';
import { startTracing } from '../tracing/start-tracing.ts';
import { readTracingConfig } from '../tracing/tracing-config.ts';
import { settingsHelp } from './settings-help.ts';
import { unknownVariables } from './unknown-variables.ts';
import { withRunningDatabase } from './with-database.ts';

const settings = { ...databaseSettings, ...listenSettings, ...workerSettings, ...logSettings };

export function workerCommand(): Command {
  return new Command('worker')
    .description('claim due checks and carry them out, until told to stop')
    .addHelpText(
      'after',
      `
Any number of workers may run at once; each check is carried out by one of them.
On SIGTERM a worker gives back what it has not begun, finishes what it has, and leaves. A second signal ends it at once.
SIGUSR2 makes it log at debug, and once more as it is configured.
${settingsHelp(Object.values(settings))}`,
    )
    .action(async () => {
      const environment = await withRunningDatabase(process.env);
      const [config, log, tracing] = readTogether(
        () => readWorkerConfig(environment),
        () => readLogConfig(environment),
        () => readTracingConfig(environment),
      );
      const logger = createLogger(log, { role: 'worker', worker: config.workerName });
      switchLogLevelOnSignal(logger);
      for (const { warning } of unknownVariables(process.env)) logger.warn(warning);
      const service = { name: 'everytick-worker', instance: config.workerName };
      await startTracing(tracing, service, { logger, after: 'worker' });
      const worker = new WorkerProcess(config, logger);
      reportShutdownFailuresTo((name, reason) => logger.error({ name, reason }, 'stopping went wrong'));
      onShutdown('worker', [], () => worker.stop(), config.drainTimeoutMs + 5_000);
      attachToParent(await worker.serve());
      await worker.run();
      growYoungGeneration();
    });
}
