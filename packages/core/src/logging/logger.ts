// Logs go to a thread that writes them, so that a slow reader of the log never holds up a check. One that reads nothing at all
// costs lines, which are counted, and neither time nor memory: see log-destination.ts.

import pino from 'pino';
import { Counter, type Registry } from 'prom-client';
import type { LogConfig } from '../config/log.ts';
import { LogDestination } from './log-destination.ts';

export type Logger = pino.Logger;

const standardOutput = 1;

/** Of this process, which has one log. */
let destination: LogDestination | undefined;

/**
 * The logger of a process: JSON lines, or readable lines in a terminal, on standard output. What is logged about a
 * target is its id and `redactUrl(url)`, never the URL itself.
 */
export function createLogger(config: LogConfig, bindings: Record<string, unknown>): Logger {
  // With its first use Node.js sees to it that writes to a pipe or socket do not wait, which the thread relies on.
  void process.stdout;
  destination = new LogDestination({
    descriptor: standardOutput,
    pretty: config.format === 'pretty',
    onResumed: (dropped) => logger.warn({ dropped }, 'lines of this log were dropped: nobody read it fast enough'),
    // The reader of the log has gone, or the disk is full. That is no reason to stop checking.
    onFailed: (error) => {
      logger.level = 'silent';
      process.stderr.write(`everytick: the log cannot be written any more (${error.message}), going on without it\n`);
    },
  });
  const logger = pino(
    {
      level: config.level,
      base: { pid: process.pid, ...bindings },
      timestamp: pino.stdTimeFunctions.isoTime,
      // The last line of defence: whatever is logged by mistake under these names is not shown.
      redact: ['password', '*.password', 'authorization', '*.authorization', 'connectionString', '*.connectionString'],
    },
    destination,
  );
  return logger;
}

/** How many lines of the log of this process were dropped because nobody read it, as a metric. */
export function exposeLogMetrics(registry: Registry): void {
  new Counter({
    name: 'everytick_log_lines_dropped_total',
    help: 'Lines of the log that were not written, because nobody read it fast enough.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(destination?.dropped ?? 0);
    },
  });
}

/** A logger that says nothing, for tests and for commands whose output is for people. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
